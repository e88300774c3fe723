// Package web shows the guest book as HTML.
package web

import (
	"embed"
	"html/template"
	"log"
	"net/http"

	"example.com/guestbook/internal/guestbook"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed static
var static embed.FS

var page = template.Must(template.ParseFS(templates, "templates/*.html"))

// Handler serves the page, the form and the static files.
func Handler(book *guestbook.Book) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.FileServerFS(static))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		if err := page.ExecuteTemplate(w, "index.html", book.Entries()); err != nil {
			log.Print(err)
		}
	})
	mux.HandleFunc("POST /sign", func(w http.ResponseWriter, r *http.Request) {
		book.Sign(r.FormValue("name"))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	return mux
}
