package smtpd

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// vocabulary is all that the door and the test's next hop ever say.
var vocabulary = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`220 mx\.example\.com ESMTP`,
	`250[ -](?:mx\.example\.com|PIPELINING|SIZE 52428800|ENHANCEDSTATUSCODES|CHUNKING|8BITMIME|SMTPUTF8|DSN)`,
	`250[ -](?:XCLIENT ` + xclientNames + `|XFORWARD ` + xforwardNames + `)`,
	`250 2\.1\.[05] Ok`, `250 2\.0\.0 Ok: queued as Q\d+`, `550 5\.7\.1 Sender refused`, `550 5\.1\.1 User unknown`, `450 4\.2\.0 Greylisted`,
	quote(ok, begin, cannotVerify, closing, tooManyErrors, tooManyRecipients, unknownCommand, bareLineEnd, badArgument, badSender,
		badRecipient, notImplemented, badSequence, helloFirst, tooBig, needsUTF8, flawed, badParameter),
}, "|") + `)\r\n$`)

func quote(texts ...string) string {
	for i, t := range texts {
		texts[i] = regexp.QuoteMeta(t)
	}
	return strings.Join(texts, "|")
}

// FuzzSession sends whatever commands. Each gets one reply, of known words
// only, and RSET leaves nothing behind.
func FuzzSession(f *testing.F) {
	for _, s := range []string{
		"EHLO x\nMAIL FROM:<bob@example.net> SIZE=3\nRCPT TO:<ann@example.com>\nDATA\nQUIT",
		"EHLO x\nMAIL FROM:<>\nRCPT TO:<postmaster>\nBDAT 4\nBDAT 3 LAST\nDATA",
		"HELO x\nXFORWARD ADDR=192.0.2.7 HELO=a+20b\nMAIL FROM:<\"a b\"@example.net> RET=FULL\nRCPT TO:<nobody@example.com> NOTIFY=NEVER",
		"EHLO [192.0.2.1]\nXCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1\nEHLO y\nVRFY z\nNOOP q\nSTARTTLS\nAUTH PLAIN AA==",
		"EHLO x\nMAIL FROM:<j\xc3\xbcrgen@example.net> SMTPUTF8 BODY=8BITMIME\nRCPT TO:<@a.example:ann@example.com>\n\x00\nDATA \nSEND",
	} {
		f.Add([]byte(s), true)
	}
	const many = 1 << 20 // sessions end a little later than the next ones begin
	srv, hop := build(f, Config{MaxConnections: many, MaxConnectionsPerClient: many}, Deps{})
	strangers, trusted := newPipes(stranger), newPipes("192.0.2.8:1")
	set := *srv.settings.Load()
	set.trusted, _ = prefixes("", []string{"192.0.2.8"}, nil)
	srv.settings.Store(&set)
	for _, p := range []*pipes{strangers, trusted} {
		srv.listeners = append(srv.listeners, &listener{Listener: p, srv: srv})
	}
	serve(f, srv)
	f.Fuzz(func(t *testing.T, script []byte, trust bool) {
		p := strangers
		if trust {
			p = trusted
		}
		talk := p.dial(t)
		defer talk.Close()
		talk.known()
		for line := range bytes.SplitSeq(script, []byte("\n")) {
			if len(line) > 2000 {
				return
			}
			if !command(talk, string(line)) {
				return
			}
		}
		talk.say("EHLO out.example.net", "250")
		hop.Log()
		talk.say("RCPT TO:<ann@example.com>", badSequence)
		talk.say("DATA", badSequence)
		talk.say("VRFY ann", cannotVerify)
		talk.say("MAIL FROM:<>", "250")
		// Earlier sessions may still be giving up their transactions.
		if log := hop.Log(); !trust && !slices.Contains(log, "MAIL <> for  [192.0.2.7] helo out.example.net") {
			t.Fatalf("the next hop saw %q", log)
		}
	})
}

// command sends one command, with what belongs to it, and awaits one reply. It
// says false where the session is over.
func command(talk *talk, line string) bool {
	raw := line + "\r\n"
	lost := false // the server cannot know where the next command begins
	if verb, arg, _ := strings.Cut(line, " "); strings.EqualFold(verb, "BDAT") {
		size, _, ok := chunkSize(strings.Trim(arg, " "))
		if size > 1000 {
			return false
		}
		if lost = !ok; ok {
			raw += strings.Repeat("x", int(size))
		}
	}
	talk.send(raw)
	reply := talk.known()
	if strings.HasPrefix(reply, "354") {
		talk.send("Subject: x\r\n\r\n.\r\n")
		reply = talk.known()
	}
	switch strings.TrimSpace(reply) {
	case "closed", closing, tooManyErrors:
		return false
	}
	return !lost
}

// known reads a reply and checks that it is ours to the last byte.
func (c *talk) known() string {
	c.tb.Helper()
	got := c.reply()
	if got == "closed" {
		return got
	}
	for line := range strings.Lines(got) {
		if !vocabulary.MatchString(line) {
			c.tb.Fatalf("unknown words: %q", got)
		}
	}
	return got
}
