package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestEveryVisitIsARow(t *testing.T) {
	db, err := open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := httptest.NewRecorder()
	visits(db)(w, httptest.NewRequest("GET", "/", nil))
	if !strings.Contains(w.Body.String(), "row 1") {
		t.Fatalf("got %q", w.Body.String())
	}
}
