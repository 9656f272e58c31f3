package enterprise

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"postern/detect"
	"postern/parse"
)

var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// digest sums up the first n messages of a stream; all where n is zero.
func digest(w *World, days, n int) (sum string, count int) {
	h := sha256.New()
	for m := range w.Stream(monday, days) {
		fmt.Fprintf(h, "%+v %+v %+v\n", m.Env, m.Auth, m.Truth)
		h.Write(m.Raw)
		if count++; count == n {
			break
		}
	}
	return hex.EncodeToString(h.Sum(nil)), count
}

func TestTheSameSeedGivesTheSameMail(t *testing.T) {
	t.Parallel()
	size := Size{People: 20}
	w := New(7, size)
	sum, n := digest(w, 5, 0)
	if again, _ := digest(w, 5, 0); again != sum {
		t.Error("a second stream of the same world differs")
	}
	if again, _ := digest(New(7, size), 5, 0); again != sum {
		t.Error("a second world of the same seed differs")
	}
	if longer, _ := digest(w, 9, n); longer != sum {
		t.Error("a longer stream does not begin with the shorter one")
	}
	if other, _ := digest(New(8, size), 5, 0); other == sum {
		t.Error("another seed gives the same mail")
	}
	if none, n := digest(w, 0, 0); n != 0 {
		t.Error("no days give mail", none)
	}
}

// A witness watches a stream for what cannot be.
type witness struct {
	t         *testing.T
	own       string
	roster    map[string]bool
	ids       map[string]time.Time
	last      time.Time
	languages map[string]int
	kinds     map[string]int
	classes   map[string]int
	campaigns map[string]bool
	checked   int // accounts
	failed    bool
}

func TestRealism(t *testing.T) {
	t.Parallel()
	const days = 24
	for _, seed := range []uint64{1, 2} {
		w := New(seed, Size{People: 24, Overlays: 2, Held: true})
		if err := w.Org().Check(); err != nil {
			t.Error(err)
		}
		r := w.run()
		wit := &witness{
			t: t, own: r.org.domain, roster: map[string]bool{}, ids: map[string]time.Time{}, languages: map[string]int{},
			kinds: map[string]int{}, classes: map[string]int{}, campaigns: map[string]bool{},
		}
		for _, p := range r.org.people {
			wit.roster[p.addr().String()] = true
		}
		r.joined = func(a parse.Address) { wit.roster[a.String()] = true }
		r.yield = wit.see
		for d := range days {
			r.plan(monday.AddDate(0, 0, d))
			r.until(monday.AddDate(0, 0, d+1))
		}
		wit.conclude()
		if len(r.queue) > 5000 || len(r.names) > 500 {
			t.Errorf("seed %d: %d events and %d names are kept", seed, len(r.queue), len(r.names))
		}
	}
}

func (w *witness) see(m Message) bool {
	msg := parse.Read(m.Raw, parse.DefaultLimits)
	fail := func(format string, args ...any) {
		w.t.Helper()
		w.failed = true
		w.t.Errorf(format+"\n%+v\n%s", append(args, m.Truth, m.Raw)...)
	}
	if len(msg.Defects) > 0 {
		fail("defects %v", msg.Defects)
	}
	if m.Env.Received.Before(w.last) || m.Env.Received.Sub(msg.Date).Abs() > 5*time.Minute {
		fail("received %v after %v, dated %v", m.Env.Received, w.last, msg.Date)
	}
	w.last = m.Env.Received
	w.thread(msg, fail)
	w.addresses(&m, msg, fail)
	w.accounts(msg.Text.Visible, fail)
	if c, ok := detect.ParseClass(m.Truth.Class); !ok || c.Unwanted() && (m.Truth.Kind == "" || m.Truth.Twin) || (m.Truth.Kind == "") != (m.Truth.Campaign == "") {
		fail("truth does not agree with itself")
	}
	if m.Truth.Twin || m.Truth.Class != "safe" {
		w.kinds[m.Truth.Like+"."+m.Truth.Kind]++
	}
	w.classes[m.Truth.Class]++
	w.campaigns[m.Truth.Campaign] = true
	for _, lang := range languages {
		for _, bye := range stock[lang]["bye"] {
			if strings.Contains(msg.Text.Visible, bye+"\n") && !slices.Contains([]string{"Gracias", "Danke", "Merci", "Thanks"}, bye) {
				w.languages[lang]++
			}
		}
	}
	return !w.failed
}

// thread checks that what is answered was seen before, and by an earlier date.
func (w *witness) thread(msg *parse.Message, fail func(string, ...any)) {
	if _, twice := w.ids[msg.MessageID]; twice || msg.MessageID == "" {
		fail("identifier %q", msg.MessageID)
	}
	w.ids[msg.MessageID] = msg.Date
	for _, id := range slices.Concat(msg.InReplyTo, msg.References) {
		if at, ok := w.ids[id]; !ok || at.After(msg.Date.Add(time.Minute)) {
			fail("answers %q, which nobody saw", id)
		}
	}
	if len(msg.InReplyTo) > 0 && msg.References[len(msg.References)-1] != msg.InReplyTo[0] {
		fail("references do not end in what is answered")
	}
}

var documentation = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"),
}

func (w *witness) addresses(m *Message, msg *parse.Message, fail func(string, ...any)) {
	if !slices.ContainsFunc(documentation, func(p netip.Prefix) bool { return p.Contains(m.Env.Remote) }) {
		fail("client %v is not from documentation", m.Env.Remote)
	}
	all := append([]parse.Address{m.Env.From}, m.Env.Rcpts...)
	for _, box := range slices.Concat(msg.From, msg.To, msg.Cc, msg.ReplyTo) {
		all = append(all, box.Address)
	}
	for _, a := range all {
		if a != (parse.Address{}) && !strings.HasSuffix(a.Domain, ".example") && !strings.HasSuffix(a.Domain, ".test") {
			fail("%s is not reserved", a)
		}
	}
	ours := false
	for _, to := range m.Env.Rcpts {
		ours = ours || to.Domain == w.own
		if to.Domain == w.own && !w.roster[to.String()] {
			fail("%s does not exist", to)
		}
	}
	if from := msg.From[0].Address; from.Domain == w.own && !w.roster[from.String()] || from.Domain != w.own && !ours {
		fail("%s writes", from)
	}
	if m.Auth.SPF.Result == "" || m.Auth.DMARC.Result == "" || m.Auth.DMARC.Domain != msg.From[0].Address.Domain {
		fail("verified as %+v", m.Auth)
	}
}

var (
	iban = regexp.MustCompile(`IBAN ([A-Z]{2}[0-9]{2}[A-Z0-9 ]+),`)
	aba  = regexp.MustCompile(`ABA routing ([0-9]{9}),`)
)

// accounts checks check digits, independently of how they are made.
func (w *witness) accounts(text string, fail func(string, ...any)) {
	for _, found := range iban.FindAllStringSubmatch(text, -1) {
		s := strings.ReplaceAll(found[1], " ", "")
		digits := ""
		for _, c := range s[4:] + s[:4] {
			if n, err := strconv.ParseInt(string(c), 36, 64); err == nil {
				digits += strconv.FormatInt(n, 10)
			}
		}
		rest := 0
		for _, c := range digits {
			rest = (rest*10 + int(c-'0')) % 97
		}
		length := map[string]int{"DE": 22, "FR": 27, "ES": 24, "GB": 22, "NL": 18}[s[:2]]
		if rest != 1 || len(s) != length {
			fail("%q is no IBAN", found[1])
		}
		w.checked++
	}
	for _, found := range aba.FindAllStringSubmatch(text, -1) {
		d := func(i int) int { return int(found[1][i] - '0') }
		if (3*(d(0)+d(3)+d(6))+7*(d(1)+d(4)+d(7))+d(2)+d(5)+d(8))%10 != 0 {
			fail("%q is no routing number", found[1])
		}
		w.checked++
	}
}

// conclude checks what a stream as a whole must hold.
func (w *witness) conclude() {
	for _, k := range attacks {
		if w.kinds["."+k.class+"."+k.name] == 0 {
			w.t.Errorf("no %s.%s", k.class, k.name)
		}
	}
	for _, k := range twins {
		if w.kinds[k.class+"."+k.name] == 0 {
			w.t.Errorf("no %s like %s", k.name, k.class)
		}
	}
	total := 0
	for _, n := range w.languages {
		total += n
	}
	for _, lang := range languages {
		if n := w.languages[lang]; n*20 < total {
			w.t.Errorf("%d of %d messages in %s", n, total, lang)
		}
	}
	if w.classes["graymail"] == 0 || w.classes["safe"]*2 < len(w.ids) || w.checked < 100 || len(w.campaigns) < 100 {
		w.t.Errorf("classes %v, %d accounts, %d stories of %d messages", w.classes, w.checked, len(w.campaigns), len(w.ids))
	}
	w.t.Logf("%d messages, languages %v, classes %v", len(w.ids), w.languages, w.classes)
}

// BenchmarkStream: messages a second, everything that happens included.
func BenchmarkStream(b *testing.B) {
	w := New(1, Size{})
	b.ReportAllocs()
	n := 0
	for n < b.N {
		for range w.Stream(monday, 365) {
			if n++; n >= b.N {
				break
			}
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
}
