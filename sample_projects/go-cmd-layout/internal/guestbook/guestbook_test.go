package guestbook

import "testing"

func TestSignedEntriesAreKept(t *testing.T) {
	var book Book
	book.Sign("Ada")
	if got := book.Entries(); len(got) != 1 || got[0].Name != "Ada" {
		t.Fatalf("got %v", got)
	}
}
