package web

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"postern/parse"
	"postern/store"
	"postern/store/pebble"
)

// desk is one over a new store that holds a message for ann and bo.
func desk(t *testing.T) (*Desk, http.Handler) {
	t.Helper()
	s, err := pebble.Open(pebble.Config{Path: t.TempDir()}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	sender := parse.Address{Local: "dana", Domain: "example.net"}
	rcpts := []parse.Address{{Local: "ann", Domain: "example.com"}, {Local: "bo", Domain: "example.com"}}
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	err = s.Hold(t.Context(), store.Held{
		Envelope: parse.Envelope{ID: "01J1", Received: at, From: sender, Rcpts: rcpts}, Rcpt: []string{"NOTIFY=NEVER", ""},
		Message: []byte("Subject: x\r\n\r\n"), Class: "vendor_fraud", Score: 0.95,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Append(t.Context(), store.Entry{
		ID: "01J1", At: at, Action: "quarantine", Signals: []string{"a.b", "c.d"}, Values: []float64{math.NaN(), 2},
		Sighting: store.Sighting{ID: "s1", Query: store.Query{From: sender, Rcpts: rcpts, AsOf: at}},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &Desk{History: s, Journal: s, Holding: s, Log: quiet}
	return d, d.Handler()
}

func TestReleaseLetsGoOnlyOfWhatArrived(t *testing.T) {
	t.Parallel()
	d, h := desk(t)
	down := errors.New("next hop is down")
	for _, c := range []struct {
		name    string
		missing []int
		err     error
		code    int
		holds   string
	}{
		{"next hop is down", []int{0, 1}, down, 500, "ann@example.com bo@example.com"},
		{"one recipient was refused", []int{1}, down, 500, "bo@example.com"},
		{"all is well", nil, nil, 200, ""},
		{"it is gone", nil, nil, 404, ""},
	} {
		d.Send = func(context.Context, store.Held) ([]int, error) { return c.missing, c.err }
		if code, body := ask(t, h, "POST", "/quarantine/01J1/release", ""); code != c.code {
			t.Errorf("%s: %d %s", c.name, code, body)
		}
		var now Held
		_, body := ask(t, h, "GET", "/quarantine", "")
		_ = json.Unmarshal([]byte(body), &now)
		if got := strings.Join(now.Rcpts, " "); got != c.holds {
			t.Errorf("%s: holds for %q, want %q", c.name, got, c.holds)
		}
	}
	var decision Decision
	_, body := ask(t, h, "GET", "/decisions/01J1", "")
	if err := json.Unmarshal([]byte(body), &decision); err != nil || decision.Label == nil || decision.Label.Class != "safe" {
		t.Errorf("the journal did not learn: %s %v", body, err)
	}
	if len(decision.Signals) != 1 || decision.Signals[0] != (Value{"c.d", 2}) {
		t.Errorf("signals are %v", decision.Signals)
	}
}

func TestDeskRefusesWhatCannotBeMeant(t *testing.T) {
	t.Parallel()
	_, h := desk(t)
	for _, c := range []struct {
		method, path, body string
		code               int
	}{
		{"GET", "/quarantine/01J9", "", 404},
		{"DELETE", "/quarantine/01J9", "", 404},
		{"DELETE", "/quarantine/01J1", "", 200},
		{"GET", "/decisions/01J9", "", 404},
		{"POST", "/decisions/01J1/label", `{"class":"nonsense","by":"ann"}`, 400},
		{"POST", "/decisions/01J1/label", `{"class":"safe"}`, 400},
		{"POST", "/decisions/01J1/label", `{`, 400},
		{"POST", "/decisions/01J9/label", `{"class":"safe","by":"ann"}`, 404},
		{"POST", "/decisions/01J1/label", `{"class":"vendor_fraud","by":"ann"}`, 200},
		{"GET", "/history/nobody@", "", 400},
		{"GET", "/history/example.net", "", 200},
		{"GET", "/history/dana@example.net", "", 200},
		{"PUT", "/quarantine/01J1", "", 405},
	} {
		if code, body := ask(t, h, c.method, c.path, c.body); code != c.code {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, code, c.code, body)
		}
	}
}
