// Command admin serves the front end that is embedded in it.
package main

import (
	"io/fs"
	"log"
	"net/http"
	"os"

	"example.com/admin/web"
)

func main() {
	files, err := fs.Sub(web.Files, "dist")
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/", http.FileServerFS(files))
	http.HandleFunc("/api/hello", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("hello from the admin service"))
	})
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	log.Fatal(http.ListenAndServe(":"+port, nil))
}
