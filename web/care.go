package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"postern/parse"
	"postern/store"
)

// File names what a request is to write or read, on the machine of the server.
type File struct {
	Path string `json:"path"`
}

// care adds the requests about the store as a whole.
func (d *Desk) care(mux *http.ServeMux) {
	mux.Handle("GET /stats", patient(func(r *http.Request) (store.Stats, error) { return d.Keeper.Stats(r.Context()) }))
	mux.Handle("DELETE /history/{sender}", patient(d.forget))
	mux.Handle("POST /backup", patient(filed(func(r *http.Request, path string) (File, error) {
		return File{path}, d.Keeper.Backup(r.Context(), path)
	})))
	mux.Handle("POST /export", patient(filed(func(r *http.Request, path string) (store.Transfer, error) {
		return d.Keeper.Export(r.Context(), path)
	})))
	mux.Handle("POST /import", patient(filed(func(r *http.Request, path string) (store.Transfer, error) {
		return d.Keeper.Import(r.Context(), path)
	})))
}

// patient is reply for what may take long: the whole store is read.
func patient[T any](fn func(*http.Request) (T, error)) http.Handler {
	answer := reply(fn)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // in the same process there is none
		answer.ServeHTTP(w, r)
	})
}

// filed reads the name of a file, which must not depend on where the server
// was started.
func filed[T any](fn func(*http.Request, string) (T, error)) func(*http.Request) (T, error) {
	return func(r *http.Request) (T, error) {
		var f File
		var none T
		if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
			return none, fmt.Errorf("%w: %w", errAsked, err)
		}
		if !filepath.IsAbs(f.Path) {
			return none, fmt.Errorf("%w: %q is no absolute path", errAsked, f.Path)
		}
		return fn(r, filepath.Clean(f.Path))
	}
}

// sender is the address or domain that a request names.
func sender(r *http.Request) (parse.Address, error) {
	name := r.PathValue("sender")
	a, ok := parse.ParseAddress(name)
	if !ok {
		a, ok = parse.ParseAddress("postmaster@" + name)
		a.Local = ""
	}
	if !ok {
		return a, fmt.Errorf("%w: %q is neither an address nor a domain", errAsked, name)
	}
	return a, nil
}

func (d *Desk) forget(r *http.Request) (store.Forgotten, error) {
	who, err := sender(r)
	if err != nil {
		return store.Forgotten{}, err
	}
	return d.Keeper.Forget(r.Context(), who, r.URL.Query().Has("journal"))
}
