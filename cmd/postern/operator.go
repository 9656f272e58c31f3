package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"postern/model"
	"postern/relay"
)

// operatorFlags are what each of the operator's commands takes.
type operatorFlags struct {
	Config string `type:"path" placeholder:"FILE" help:"The configuration file."`
	JSON   bool   `help:"Print JSON."`

	mayMake bool // a store where there is none
}

// operator speaks with the desk: that of the running server, which has the
// store to itself, or else one of its own over the store.
type operator struct {
	client   *http.Client
	close    func() error
	patience time.Duration // for one request; deskTime where 0
}

// operate opens the desk.
func (o *operatorFlags) operate(ctx context.Context) (*operator, error) {
	c, err := loadOrDefaults(o.Config)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(c.Store.Path, controlSocket)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	if conn, err := dial(ctx, "", ""); err == nil {
		_ = conn.Close()
		return &operator{&http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}, func() error { return nil }, 0}, nil
	}
	if !o.mayMake && !stored(&c) {
		return nil, exit(exitUnavailable, fmt.Errorf("there is no store in %s, as [store] path has it; run this where the server runs, with its configuration", c.Store.Path))
	}
	m, err := openMemory(c.Store.Config, discarded) //nolint:contextcheck // the store lives until it is closed
	if err != nil {
		return nil, err
	}
	hop, err := relay.New(c.Downstream)
	if err != nil {
		return nil, errors.Join(exit(exitConfig, err), m.close())
	}
	desk := newDesk(m, hop, discarded)
	desk.Model = func() *model.Model { trained, _ := c.Model.load(); return trained } // checked with the file
	return &operator{
		client: &http.Client{Transport: direct{desk.Handler()}},
		close:  func() error { return errors.Join(hop.Close(), m.close()) },
	}, nil
}

// stored tells whether there is a store. Who only asks makes none.
func stored(c *config) bool {
	_, err := os.Stat(filepath.Join(c.Store.Path, "db"))
	return err == nil
}

// deskTime bounds one request to the desk.
const deskTime = 2 * time.Minute

// ask makes one request and decodes its answer, or each line of it, with fn.
func ask[T any](ctx context.Context, o *operator, method, path string, body any, fn func(T) error) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(o.patience, deskTime))
	defer cancel()
	var payload bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://postern"+path, &payload)
	if err != nil {
		return exit(exitUsage, err)
	}
	resp, err := o.client.Do(req)
	if err != nil {
		return exit(exitUnavailable, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if !strings.Contains(resp.Header.Get("Content-Type"), "json") { // no request that the desk knows
		return exit(exitData, fmt.Errorf("%s cannot be asked for", path))
	}
	for lines := json.NewDecoder(resp.Body); ; {
		var raw json.RawMessage
		if err := lines.Decode(&raw); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return exit(exitUnavailable, err)
		}
		if err := refusal(resp.StatusCode, raw); err != nil {
			return err
		}
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		if err := fn(v); err != nil {
			return err
		}
	}
}

// refusal is the error that an answer tells, if it does.
func refusal(status int, raw []byte) error {
	var said struct{ Error string }
	if _ = json.Unmarshal(raw, &said); said.Error == "" {
		return nil
	}
	code := exitUnavailable
	if status == http.StatusNotFound || status == http.StatusBadRequest {
		code = exitData
	}
	return exit(code, errors.New(said.Error))
}

// direct answers requests in this process.
type direct struct{ handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &answer{header: http.Header{}, code: http.StatusOK}
	d.handler.ServeHTTP(w, r)
	return &http.Response{StatusCode: w.code, Header: w.header, Body: io.NopCloser(&w.body), Request: r}, nil
}

// answer collects what a handler writes.
type answer struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(code int)        { a.code = code }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

// printJSON prints one object on one line.
func (t *terminal) printJSON(v any) error {
	if err := json.NewEncoder(t.out).Encode(v); err != nil {
		return exit(exitIO, err)
	}
	return nil
}

// whoami is the name of whoever runs the command.
func whoami() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "somebody"
}
