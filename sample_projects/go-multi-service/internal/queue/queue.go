// Package queue names what the two programs exchange.
package queue

// Order is one order as it travels.
type Order struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}
