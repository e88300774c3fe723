// Package guestbook keeps the entries of the guest book in memory.
package guestbook

import (
	"sync"

	"github.com/google/uuid"
)

// Entry is one line in the book.
type Entry struct {
	ID   string
	Name string
}

// Book is safe for use by several requests at once.
type Book struct {
	mu      sync.Mutex
	entries []Entry
}

// Sign adds an entry and returns it.
func (b *Book) Sign(name string) Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	entry := Entry{ID: uuid.NewString(), Name: name}
	b.entries = append(b.entries, entry)
	return entry
}

// Entries returns a copy of all entries.
func (b *Book) Entries() []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Entry(nil), b.entries...)
}
