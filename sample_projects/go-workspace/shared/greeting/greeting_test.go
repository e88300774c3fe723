package greeting

import "testing"

func TestGuestsAreCounted(t *testing.T) {
	if got := For("Ada", 2); got != "hello Ada, you are the 2nd guest" {
		t.Fatalf("got %q", got)
	}
}
