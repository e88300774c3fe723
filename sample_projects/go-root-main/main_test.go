package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHelloNamesTheGuest(t *testing.T) {
	w := httptest.NewRecorder()
	routes().ServeHTTP(w, httptest.NewRequest("GET", "/hello/ada", nil))
	if !strings.Contains(w.Body.String(), "hello ada") {
		t.Fatalf("got %q", w.Body.String())
	}
}
