package smtpd

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postern/internal/shared"
	"postern/relay"
)

type smugglingCase struct {
	ID  string  `json:"id"`
	EOD *string `json:"eod_b64"`
}

func smugglingCases(t *testing.T) []smugglingCase {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(shared.Dir(t, "suites/smuggling-hannob"), "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []smugglingCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

const (
	outerMessage = "Subject: outer\r\n\r\nHello."
	innerMessage = "MAIL FROM:<admin@example.com>\r\nRCPT TO:<dan@example.com>\r\nDATA\r\nSubject: inner\r\n\r\nsmuggled\r\n.\r\n"
)

// TestSmugglingSuite ends a message with each of the suite's false ends, with a
// whole second message behind it. It must never become a message of its own,
// and what goes on must hold nothing that the next hop could take for an end.
func TestSmugglingSuite(t *testing.T) {
	t.Parallel()
	for _, newlines := range []string{"reject", "normalize"} {
		t.Run(newlines, func(t *testing.T) {
			t.Parallel()
			cases := smugglingCases(t)
			passed := 0
			for _, c := range cases {
				if t.Run(c.ID, func(t *testing.T) { smuggle(t, c, newlines) }) {
					passed++
				}
			}
			t.Logf("smuggling-hannob, %s: passed %d of %d", newlines, passed, len(cases))
		})
	}
}

func smuggle(t *testing.T, c smugglingCase, newlines string) {
	t.Helper()
	srv, hop := start(t, Config{BareNewline: newlines}, Deps{})
	talk := dial(t, srv)
	talk.hello()
	if c.EOD == nil { // all commands and two messages in one piece
		talk.send("MAIL FROM:<bob@example.net>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n" + outerMessage + "\r\n.\r\n" + innerMessage)
		for range 2 {
			talk.want("250")
			talk.want("250")
			talk.want("354")
			talk.want("250")
		}
		talk.say("QUIT", "221")
		if got := hop.Messages(); len(got) != 2 { // both are honest messages, with honest ends
			t.Errorf("%d messages, want 2", len(got))
		}
		return
	}
	eod, err := base64.StdEncoding.DecodeString(*c.EOD)
	if err != nil {
		t.Fatal(err)
	}
	talk.data()
	talk.send(outerMessage + string(eod) + innerMessage)
	want := "550 5.6.11"
	if newlines == "normalize" {
		want = "250"
	}
	talk.want(want)
	talk.say("QUIT", "221")
	messages := hop.Messages()
	if newlines == "reject" && len(messages) != 0 || newlines == "normalize" && len(messages) != 1 {
		t.Fatalf("%d messages went on", len(messages))
	}
	for _, m := range messages {
		if flawsOf([]byte(m)) != 0 {
			t.Errorf("goes on with flaws: %q", m)
		}
		if !strings.HasPrefix(m, "Subject: outer\r\n") {
			t.Errorf("another message went on: %q", m)
		}
	}
}

// TestFalseEndsInChunks sends the false ends by BDAT, where length alone counts.
func TestFalseEndsInChunks(t *testing.T) {
	t.Parallel()
	cases := smugglingCases(t)
	srv, hop := start(t, Config{}, Deps{})
	for _, c := range cases {
		if c.EOD == nil {
			continue
		}
		eod, err := base64.StdEncoding.DecodeString(*c.EOD)
		if err != nil {
			t.Fatal(err)
		}
		talk := dial(t, srv)
		talk.hello()
		talk.envelope()
		body := outerMessage + string(eod) + innerMessage
		talk.send(bdatCommand(body, true) + body)
		talk.want("550 5.6.11")
		talk.say("QUIT", "221")
	}
	if got := hop.Messages(); len(got) != 0 {
		t.Errorf("went on: %q", got)
	}
}

// TestNothingIsSmuggledOn puts a strict door behind a mending one. It refuses
// every byte that a lax one could take for an end, so what it takes as one
// message would be one message anywhere.
func TestNothingIsSmuggledOn(t *testing.T) {
	t.Parallel()
	strict, last := start(t, Config{Trusted: []string{"127.0.0.1"}}, Deps{})
	hop, err := relay.New(relay.Config{Address: strict.Addrs()[0].String(), Helo: "mx.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hop.Close() })
	mending, _ := start(t, Config{BareNewline: "normalize"}, Deps{Hop: hop})
	want := 0
	for _, c := range smugglingCases(t) {
		if c.EOD == nil {
			continue
		}
		eod, err := base64.StdEncoding.DecodeString(*c.EOD)
		if err != nil {
			t.Fatal(err)
		}
		talk := dial(t, mending)
		talk.hello()
		talk.data()
		talk.send(outerMessage + string(eod) + innerMessage)
		talk.want("250 2.0.0 Ok: queued")
		talk.say("QUIT", "221")
		want++
	}
	got := last.Messages()
	if len(got) != want {
		t.Fatalf("%d messages arrived, want %d", len(got), want)
	}
	for _, m := range got {
		if !strings.HasPrefix(m, "Subject: outer\r\n") {
			t.Errorf("arrived: %q", m)
		}
	}
}
