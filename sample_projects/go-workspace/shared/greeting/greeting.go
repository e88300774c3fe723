// Package greeting words the greetings of all services.
package greeting

import "github.com/dustin/go-humanize"

// For returns the greeting of the nth guest.
func For(name string, n int) string {
	return "hello " + name + ", you are the " + humanize.Ordinal(n) + " guest"
}
