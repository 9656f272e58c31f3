package dialog

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/rogpeppe/go-internal/testscript"

	"postern/filter"
	"postern/parse"
	"postern/policy"
	"postern/relay"
	"postern/smtpd"
)

var update = os.Getenv("UPDATE") != ""

// TestDialogs plays every transcript of testdata. With UPDATE=1 it fills in
// what was said to the client (S:) and to the next hop (N:).
func TestDialogs(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"gate": gate},
	})
}

var scrubbed = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\b01[0-9A-HJKMNP-TV-Z]{24}\b`), "ID"},
}

// gate opens a door with the settings of file config, lets a client play the
// C: lines of file session against it, and writes what happened to session.got.
// Its arguments say how the world is: lmtp, down, lost, uncertain, draining,
// and the verdict on every message.
func gate(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: gate [lmtp] [down] [lost] [uncertain] [accept|tag|quarantine|defer|reject]")
	}
	w := world{hop: &Hop{}, verdict: policy.Accept}
	cfg := smtpd.Config{Listen: []string{"127.0.0.1:0"}}
	if text, err := os.ReadFile(ts.MkAbs("config")); err == nil {
		ts.Check(toml.Unmarshal(text, &cfg))
	}
	for _, arg := range args {
		switch arg {
		case "lmtp":
			w.hop.LMTP, w.lmtp = true, true
			cfg.Listen = []string{"lmtp:127.0.0.1:0"}
		case "down":
			w.hop.Down = true
		case "lost":
			w.hop.SendErr = errDown
		case "uncertain":
			w.hop.SendErr = relay.ErrUncertain
		default:
			w.verdict = verdicts[arg]
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	srv, err := smtpd.New(ctx, cfg, smtpd.Deps{
		Hostname: "mx.example.com", Handler: w, Hop: w.hop, Group: w.group,
		Log: slog.New(slog.DiscardHandler),
	})
	ts.Check(err)
	ts.Check(srv.Listen())
	served := make(chan error, 1)
	go func() { served <- srv.Serve() }()
	p := &player{hop: w.hop, lmtp: w.lmtp, shutdown: func() { go srv.Shutdown(ctx) }}
	err = p.play(srv.Addrs()[0].String(), ts.ReadFile("session"))
	ts.Check(srv.Shutdown(ctx))
	ts.Check(<-served)
	got := p.got.String()
	for _, s := range scrubbed {
		got = s.re.ReplaceAllString(got, s.with)
	}
	ts.Check(os.WriteFile(ts.MkAbs("session.got"), []byte(got), 0o600))
	ts.Check(err)
}

var verdicts = map[string]policy.Action{
	"accept": policy.Accept, "tag": policy.Tag, "quarantine": policy.Quarantine, "defer": policy.Defer, "reject": policy.Reject,
}

// A world stands in for the route: it judges every message alike, but those to
// a recipient called strict are refused.
type world struct {
	hop     *Hop
	lmtp    bool
	verdict policy.Action
}

func (w world) Process(ctx context.Context, m filter.Mail, deliver filter.Deliver) filter.Fate {
	w.hop.note("judged: from <%s> to %s", m.Env.From, fmt.Sprint(m.Env.Rcpts))
	v := policy.Verdict{Action: w.verdict}
	if w.group(m.Env.Rcpts[0]) == 1 {
		v.Action = policy.Reject
	}
	return deliver(ctx, v, filter.Outgoing{m.Raw})
}

// group is 1 for recipients called strict.
func (world) group(a parse.Address) int {
	if strings.HasPrefix(a.Local, "strict") {
		return 1
	}
	return 0
}
