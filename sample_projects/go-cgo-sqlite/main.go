// Command visits counts visits in a SQLite database.
package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

func open(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // an in-memory database belongs to its connection
	_, err = db.Exec("CREATE TABLE IF NOT EXISTS visit (id INTEGER PRIMARY KEY, path TEXT NOT NULL)")
	return db, err
}

func visits(db *sql.DB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var id int
		var version string
		err := db.QueryRowContext(r.Context(),
			"INSERT INTO visit (path) VALUES (?) RETURNING id, sqlite_version()", r.URL.Path).Scan(&id, &version)
		if err != nil {
			http.Error(w, "the database does not answer", http.StatusInternalServerError)
			log.Print(err)
			return
		}
		fmt.Fprintf(w, "hello from visits: row %d, SQLite %s\n", id, version)
	}
}

func main() {
	db, err := open(cmp.Or(os.Getenv("DATABASE"), ":memory:"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	server := &http.Server{Addr: ":" + cmp.Or(os.Getenv("PORT"), "8080"), Handler: visits(db), ReadHeaderTimeout: 5 * time.Second}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		deadline, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(deadline)
	}()

	log.Printf("listening on %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}
