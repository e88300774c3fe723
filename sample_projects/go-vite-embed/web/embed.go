// Package web holds the built front end.
package web

import "embed"

// Files is what `npm run build` leaves in dist.
//
//go:embed all:dist
var Files embed.FS
