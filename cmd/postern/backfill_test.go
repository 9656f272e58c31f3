package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"postern/filter"
	"postern/internal/corpus"
	"postern/mailauth"
	"postern/parse"
	"postern/policy"
	"postern/roster"
	"postern/signals"
	"postern/store"
	"postern/store/pebble"
)

const backfillConfig = `
hostname = "mx.example.com"
[organization]
domains = ["example.com"]
vips = [{ name = "Dana Reed", address = "p3@example.com" }]
[store]
path = %q
keep_history = "36500d" # real mail may be old
[model]
path = "none"
`

// partnerDNS proves mail of every second partner, and knows nothing of others.
type partnerDNS struct{ unasked }

func (partnerDNS) LookupTXT(_ context.Context, name string) ([]string, error) {
	domain := strings.TrimPrefix(strings.TrimSuffix(name, "."), "_dmarc.")
	number, ok := strings.CutPrefix(domain, "partner")
	switch {
	case !ok || !strings.ContainsAny(number[:1], "02468"):
		return nil, errUnasked
	case strings.HasPrefix(name, "_dmarc."):
		return []string{"v=DMARC1; p=reject"}, nil
	}
	return []string{"v=spf1 ip4:192.0.2.0/24 -all"}, nil
}

// letter is one message as it comes to the gate.
type letter struct {
	env *parse.Envelope
	raw []byte
}

// letters are those of a small enterprise, in the order of time: inbound,
// outbound and internal, with a borrowed name now and then.
func letters(n int) []letter {
	random := rand.New(rand.NewPCG(7, 7))
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	list := make([]letter, n)
	for i := range list {
		at = at.Add(time.Duration(1+random.IntN(1200)) * time.Second)
		staff := parse.Address{Local: fmt.Sprint("p", random.IntN(12)), Domain: "example.com"}
		other := parse.Address{Local: fmt.Sprint("q", random.IntN(3)), Domain: fmt.Sprintf("partner%d.example", random.IntN(40))}
		env := &parse.Envelope{
			ID: fmt.Sprint(i), Received: at, Remote: netip.AddrFrom4([4]byte{192, 0, 2, byte(random.IntN(200))}),
			Helo: "out." + other.Domain, RemoteName: "out." + other.Domain, Protocol: "ESMTPS", From: other, Rcpts: []parse.Address{staff},
		}
		name := "Somebody " + other.Local
		switch random.IntN(10) {
		case 0, 1:
			env.From, env.Rcpts, env.Auth, name = staff, []parse.Address{other}, staff.Local, "Colleague "+staff.Local
		case 2:
			env.From, env.Auth, name = staff, staff.Local, "Colleague "+staff.Local
			env.Rcpts = []parse.Address{{Local: fmt.Sprint("p", random.IntN(12)), Domain: "example.com"}}
		case 3:
			name = "Dana Reed"
		}
		text := fmt.Sprintf("From: %s <%s>\r\nTo: %s\r\nSubject: matter %d\r\nDate: %s\r\nMessage-ID: <%d@%s>\r\n\r\nAbout matter %d, as we said.\r\n",
			name, env.From, env.Rcpts[0], i%50, at.Add(-time.Minute).Format(time.RFC1123Z), i, env.From.Domain, i%50)
		list[i] = letter{env, []byte(text)}
	}
	return list
}

// restartEvery is after how many letters the roster is learned anew from the
// store, as after a restart.
const restartEvery = 200

// A judgement is what a message was measured and held to be.
type judgement struct {
	values []float64
	would  policy.Action
}

// differs names the first measure in which two differ; "" where they are
// alike within a thousandth: sums over decades are not exact, and what tips the
// scale by a hair may have done so when it was judged without our own fields.
func (j judgement) differs(o judgement) string {
	for i, name := range signals.All().Names() {
		a, b := j.values[i], o.values[i]
		if math.IsNaN(a) != math.IsNaN(b) || math.Abs(a-b) > 1e-3*max(1, math.Abs(a)) {
			return fmt.Sprintf("%s: %v, and %v", name, a, b)
		}
	}
	if j.would != o.would {
		return fmt.Sprintf("%v, and %v", j.would, o.would)
	}
	return ""
}

// serveOne passes a letter through the gate and waits until it is remembered.
// It answers what was judged, and the message as it goes on.
func serveOne(t *testing.T, cfg *config, s *pebble.Store, dns mailauth.Resolver, rules *policy.Policy, known *roster.Roster, l letter) (got judgement, out []byte) {
	t.Helper()
	m := memory{history: s, journal: noJournal{}}
	f := newFilter(cfg, m, dns, func() *policy.Policy { return rules }, discarded)
	f.Roster = known
	f.Observe = func(rec *filter.Record) {
		got = judgement{slices.Clone(rec.Vector.Values()), rec.Verdict.Would}
	}
	hop := fmt.Sprintf("from %s (%s [%s]) by mx.example.com with %s%s; %s", l.env.Helo, cmp.Or(l.env.RemoteName, "unknown"), l.env.Remote, l.env.Protocol,
		map[bool]string{true: "A"}[l.env.Auth != ""], l.env.Received.Format(time.RFC1123Z))
	f.Start()
	f.Process(t.Context(), filter.Mail{Env: l.env, Raw: l.raw, Received: hop}, func(_ context.Context, _ policy.Verdict, o filter.Outgoing) filter.Fate {
		out = slices.Concat(o...)
		return filter.Relayed
	})
	f.Stop()
	f.Run(t.Context())
	return got, out
}

// noJournal forgets decisions.
type noJournal struct{ store.Journal }

func (noJournal) Append(context.Context, store.Entry) error { return nil }

// equalsLive judges all letters live; then it fills another store with what
// was delivered of the first half, and judges the second half with that.
func equalsLive(t *testing.T, list []letter, dns mailauth.Resolver) {
	t.Helper()
	dir := t.TempDir()
	half := len(list) / 2
	open := func(name string) (*config, *pebble.Store, *policy.Policy) {
		cfg, wrong := load(fmt.Appendf(nil, backfillConfig, filepath.Join(dir, name)))
		rules, err := policy.New(cfg.Policy)
		if len(wrong) > 0 || err != nil {
			t.Fatal(wrong, err)
		}
		s, err := pebble.Open(cfg.Store.Config, discarded)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return &cfg, s, rules
	}
	cfg, s, rules := open("live")
	vectors := make([]judgement, len(list))
	var known *roster.Roster
	mail := spread{dir: filepath.Join(dir, "mail")}
	for i, l := range list {
		if i%restartEvery == 0 {
			known = (&memory{history: s}).roster(t.Context(), &cfg.Organization, discarded)
		}
		var out []byte
		if vectors[i], out = serveOne(t, cfg, s, dns, rules, known, l); i < half {
			mail.deliver(t, l, out)
		}
	}
	shareKey(t, filepath.Join(dir, "live"), filepath.Join(dir, "filled")) // estimates depend on it
	sum := runBackfill(t, fmt.Sprintf(backfillConfig, filepath.Join(dir, "filled")), mail.dir)
	if l := sum.Learned; l.Good+l.Others != int64(half) || l.Wrong.Count+sum.Wrong.Count > 0 {
		t.Fatalf("learned %+v, found %+v", *l, sum.found)
	}
	cfg, s, rules = open("filled")
	different := 0
	known = (&memory{history: s}).roster(t.Context(), &cfg.Organization, discarded)
	for i, l := range list[half:] {
		if got, _ := serveOne(t, cfg, s, dns, rules, known, l); got.differs(vectors[half+i]) != "" {
			t.Logf("message %d: %s", half+i, got.differs(vectors[half+i]))
			different++
		}
	}
	t.Logf("passed %d of %d", len(list)-half-different, len(list)-half)
	if different > 0 {
		t.Errorf("%d vectors differ", different)
	}
}

// shareKey gives a store that is not there yet the site key of another.
func shareKey(t *testing.T, from, to string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(from, "site.key"))
	if err = errors.Join(err, os.MkdirAll(to, 0o700)); err == nil {
		err = os.WriteFile(filepath.Join(to, "site.key"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// spread puts mail where a mail server does: by turns into an mbox, a Maildir
// and single files.
type spread struct {
	dir string
	n   int
}

func (m *spread) deliver(t *testing.T, l letter, message []byte) {
	t.Helper()
	text := fmt.Appendf(nil, "Return-Path: <%s>\n", l.env.From)
	for _, rcpt := range l.env.Rcpts {
		text = fmt.Appendf(text, "Delivered-To: %s\n", rcpt)
	}
	text = append(text, strings.ReplaceAll(string(message), "\r\n", "\n")...)
	m.n++
	name := fmt.Sprintf("files/%d/%d.eml", m.n%7, m.n)
	switch m.n % 3 {
	case 0:
		name = fmt.Sprintf("Maildir/cur/%d.box:2,S", m.n)
	case 1:
		name = fmt.Sprintf("box%d", m.n%2)
		text = slices.Concat([]byte("From MAILER-DAEMON Sun Mar  1 08:00:00 2026\n"), bytes.ReplaceAll(text, []byte("\nFrom "), []byte("\n>From ")), []byte("\n"))
	}
	path := filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// runBackfill runs the command, and gives its summary.
func runBackfill(t *testing.T, text string, args ...string) (sum backfilled) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "postern.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, told bytes.Buffer
	if code := run(append([]string{"backfill", "--json", "--config", file}, args...), nil, &out, &told); code != exitOK {
		t.Fatalf("ended with %d: %s", code, told.String())
	}
	if err := json.Unmarshal(out.Bytes(), &sum); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return sum
}

func TestBackfillEqualsHavingJudgedLive(t *testing.T) {
	t.Parallel()
	equalsLive(t, letters(2000), partnerDNS{})
}

func TestBackfillEqualsHavingJudgedLiveOnRealMail(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a minute")
	}
	b := &backfill{trusted: []string{"mx.example.com"}}
	seen := map[[32]byte]bool{}
	var list []letter
	for _, archive := range []string{"dev", "dev2"} {
		corpus.Each(t, archive, 0, func(_ string, raw []byte) {
			id := sha256.Sum256(raw)
			env, _, err := b.past(parse.Read(raw, parse.DefaultLimits), "")
			if err != nil || seen[id] || len(raw) > 64<<10 || len(list) == 3_000 {
				return
			}
			seen[id] = true
			env.ID = fmt.Sprint(len(list))
			list = append(list, letter{env, raw})
		})
	}
	slices.SortStableFunc(list, func(a, b letter) int { return a.env.Received.Compare(b.env.Received) })
	// Of what came in one second nothing tells which was first.
	list = slices.CompactFunc(list, func(a, b letter) bool { return a.env.Received.Equal(b.env.Received) })
	equalsLive(t, list, unasked{})
}

// claimed reads what history knows of an address that nobody proved.
func claimed(t *testing.T, path, address string, asOf time.Time) store.Tally {
	t.Helper()
	s, err := pebble.Open(pebble.Config{Path: path}, discarded)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a, _ := parse.ParseAddress(address)
	p, err := s.Lookup(t.Context(), store.Query{From: a, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	return p.Claimed.Address
}

// Stopped anywhere, even without a chance to say goodbye, a run goes on where
// it last noted its place. What it does again counts once.
func TestBackfillGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mail, path := spread{dir: filepath.Join(dir, "mail")}, filepath.Join(dir, "var")
	list := letters(60)
	for _, l := range list {
		l.env.From, l.env.Auth = parse.Address{Local: "q", Domain: "partner1.example"}, ""
		mail.deliver(t, l, fmt.Appendf(nil, "Received: from a (a [192.0.2.1]) by mx.example.com; %s\r\nFrom: q@partner1.example\r\nMessage-ID: <%s@x>\r\n\r\nHello, it is at https://partner1.example/\r\n", l.env.Received.Format(time.RFC1123Z), l.env.ID))
	}
	text := fmt.Sprintf(backfillConfig, path)
	cfg, _ := load([]byte(text))
	file := filepath.Join(dir, "postern.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	c := &backfillCommand{Config: file, Paths: []string{mail.dir}}
	b, err := c.open(t.Context(), &terminal{nil, &told, &told})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.find(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	inner := b.filter.History
	b.filter.History = stopping{inner, 25, &b.plan, cancel}
	if err := b.learn(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if b.plan.Done != 25 {
		t.Errorf("stopped after %d", b.plan.Done)
	}
	// As if it had been killed: ten messages more are learned than noted.
	b.plan.Done, b.plan.Learned.Good = 15, 15
	if err := b.plan.save(); err != nil {
		t.Fatal(err)
	}
	b.close()
	mail.deliver(t, list[0], []byte("Received: from a (a [192.0.2.1]) by mx.example.com; Sun, 1 Nov 2026 09:00:00 +0000\r\nFrom: late@partner1.example\r\nMessage-ID: <late@x>\r\n\r\nHello.\r\n"))

	if sum := runBackfill(t, text, mail.dir); sum.Messages != 60 || sum.Learned.Good != 60 {
		t.Errorf("went on: %+v", *sum.Learned)
	}
	// What came since lies in an mbox, which is read again.
	if sum := runBackfill(t, text, mail.dir); sum.Learned.Good < 2 || sum.Learned.Good > 21 {
		t.Errorf("then: %+v", *sum.Learned)
	}
	last := list[len(list)-1].env.Received
	if n := claimed(t, cfg.Store.Path, "q@partner1.example", last).Attempts; n < 55 || n > 60 {
		t.Errorf("60 messages count as %v", n)
	}
	if !claimed(t, cfg.Store.Path, "late@partner1.example", last).Known() {
		t.Error("what came late is never read")
	}
}

// stopping is a history that is interrupted after some messages.
type stopping struct {
	store.History

	after int64
	plan  *plan
	stop  func()
}

func (s stopping) Record(ctx context.Context, sg store.Sighting) error {
	if s.plan.Done+1 == s.after {
		s.stop()
	}
	return s.History.Record(ctx, sg)
}
