package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"postern/detect"
	"postern/filter"
	"postern/policy"
	"postern/signals"
)

var quiet = slog.New(slog.DiscardHandler)

func TestConfig(t *testing.T) {
	t.Parallel()
	for listen, ok := range map[string]bool{
		"": true, "off": true, "127.0.0.1:0": true, "[::1]:9876": true, "localhost:9876": true,
		"0.0.0.0:9876": false, "[::]:9876": false, ":9876": false, "mx.example.com:9876": false, "192.0.2.1:9876": false, "127.0.0.1": false,
	} {
		if err := (Config{Listen: listen}).Check(); (err == nil) != ok {
			t.Errorf("%q: %v", listen, err)
		}
	}
	if err := (Config{Listen: "0.0.0.0:9876", AllowRemote: true}).Check(); err != nil {
		t.Error(err)
	}
}

func ask(t *testing.T, h http.Handler, method, path, body string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

func TestReadyOnlyWhileServing(t *testing.T) {
	t.Parallel()
	var failing error
	health := &Health{Ready: func(context.Context) error { return failing }}
	h := Handler(NewMetrics("test", nil), health, quiet)
	want := func(path string, code int) {
		t.Helper()
		if got, _ := ask(t, h, "GET", path, ""); got != code {
			t.Errorf("%s: %d, want %d", path, got, code)
		}
	}
	want("/readyz", 200)
	failing = errors.New("disk full")
	want("/readyz", 503)
	failing = nil
	want("/readyz", 200)
	health.Drain()
	want("/readyz", 503)
	want("/healthz", 200)
	want("/quarantine", 404)
}

func TestMetricsAreNamedWell(t *testing.T) {
	t.Parallel()
	m := NewMetrics("1.0.0", []Number{
		{Name: "connections", Help: "Open.", Read: func() float64 { return 3 }},
		{Name: "connections_total", Help: "Let in.", Counter: true, Read: func() float64 { return 7 }},
	})
	m.Observe(&filter.Record{
		Facts: &signals.Facts{Size: 2000, Missing: []string{"history"}}, Fate: filter.Held,
		Verdict: policy.Verdict{Action: policy.Tag, Would: policy.Quarantine, Class: detect.Malware, Rule: "threshold quarantine"},
		Took:    filter.Times{Gather: time.Millisecond},
	})
	_, text := ask(t, Handler(m, &Health{}, quiet), "GET", "/metrics", "")
	for _, line := range []string{
		`postern_messages_total{action="tag",class="malware",policy="threshold quarantine",verdict="quarantine"} 1`,
		`postern_fates_total{fate="held"} 1`, `postern_missing_total{stage="history"} 1`, `postern_build_info{version="1.0.0"} 1`,
		`postern_connections 3`, `postern_connections_total 7`, `postern_stage_duration_seconds_count{stage="gather"} 1`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	found, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		Serve(ctx, l, Handler(NewMetrics("test", nil), &Health{}, quiet), quiet)
		close(done)
	}()
	resp, err := http.Get("http://" + l.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if string(body) != "ok\n" {
		t.Errorf("%q", body)
	}
	cancel()
	<-done
}
