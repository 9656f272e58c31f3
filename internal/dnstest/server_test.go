package dnstest

import (
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const zoneText = `
$ORIGIN example.com.
@       SOA   ns hostmaster 1 7200 3600 86400 30
@       TXT   "one" "two"
a.b     A     192.0.2.1
alias   CNAME a.b
*.wild  TXT   "any"
$FAULT fail.example.com servfail
$FAULT no.example.com refused
$FAULT cut.example.com. truncate
cut     A     192.0.2.2
`

func TestServer(t *testing.T) {
	t.Parallel()
	s := Start(t, zoneText)
	for _, c := range []struct {
		name, network string
		qtype         uint16
		want          string
	}{
		{"Example.com.", "udp", dns.TypeTXT, `NOERROR "one" "two"`},
		{"example.com.", "tcp", dns.TypeTXT, `NOERROR "one" "two"`},
		{"alias.example.com.", "udp", dns.TypeA, "NOERROR a.b.example.com. 192.0.2.1"},
		{"x.wild.example.com.", "udp", dns.TypeTXT, `NOERROR "any"`},
		{"b.example.com.", "udp", dns.TypeA, "NOERROR soa"},
		{"x.example.com.", "udp", dns.TypeA, "NXDOMAIN soa"},
		{"example.net.", "udp", dns.TypeA, "NXDOMAIN soa"},
		{"fail.example.com.", "udp", dns.TypeA, "SERVFAIL"},
		{"no.example.com.", "udp", dns.TypeA, "REFUSED"},
		{"cut.example.com.", "udp", dns.TypeA, "NOERROR TC"},
		{"cut.example.com.", "tcp", dns.TypeA, "NOERROR 192.0.2.2"},
	} {
		client := &dns.Client{Net: c.network}
		reply, _, err := client.ExchangeContext(t.Context(), new(dns.Msg).SetQuestion(c.name, c.qtype), s.Addr())
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := summary(reply); got != c.want {
			t.Errorf("%s by %s: got %s, want %s", c.name, c.network, got, c.want)
		}
	}
	if s.Asked("EXAMPLE.com", "TXT") != 2 || s.Questions() != 11 {
		t.Errorf("counted %d and %d questions", s.Asked("EXAMPLE.com", "TXT"), s.Questions())
	}
}

// summary is the code, the data of the answers, and what else is told.
func summary(m *dns.Msg) string {
	words := []string{dns.RcodeToString[m.Rcode]}
	for _, rr := range m.Answer {
		words = append(words, strings.TrimPrefix(rr.String(), rr.Header().String()))
	}
	if m.Truncated {
		words = append(words, "TC")
	}
	for range m.Ns {
		words = append(words, "soa")
	}
	return strings.Join(words, " ")
}

func TestTimeoutAndDelay(t *testing.T) {
	t.Parallel()
	addr := Serve(t, "late.example. A 192.0.2.1\n$FAULT late.example. delay=30ms\n$FAULT * timeout\n")
	client := &dns.Client{Timeout: 5 * time.Second}
	start := time.Now()
	if _, _, err := client.ExchangeContext(t.Context(), new(dns.Msg).SetQuestion("late.example.", dns.TypeA), addr); err != nil || time.Since(start) < 30*time.Millisecond {
		t.Errorf("late: %v after %v", err, time.Since(start))
	}
	client.Timeout = 50 * time.Millisecond
	if _, _, err := client.ExchangeContext(t.Context(), new(dns.Msg).SetQuestion("never.example.", dns.TypeA), addr); err == nil {
		t.Error("never answered")
	}
}

func TestWrongZone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"a.example. A here": "line: 1", "\n$FAULT a.example. explode": `unknown fault "explode"`} {
		if s, err := New(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", text, err)
			if s != nil {
				s.Close()
			}
		}
	}
}
