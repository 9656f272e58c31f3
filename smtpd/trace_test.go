package smtpd

import (
	"context"
	"strings"
	"testing"
	"time"

	"postern/filter"
	"postern/parse"
)

func TestTimeFromReceived(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Time{
		"Received: from a by b;\r\n\tMon, 2 Nov 2026 08:00:00 +0100 (CET)\r\nReceived: x; Tue, 3 Nov 2026 08:00:00 +0000\r\n": time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC),
		"X-First: 1\r\nreceived: x; 3 Nov 2026 08:00:00 +0000\r\n":                                                            time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC),
		"Received: no date\r\n": at,
		"Subject: x\r\n\r\nReceived: x; Tue, 3 Nov 2026 08:00:00 +0000\r\n": at,
	} {
		got := make(chan filter.Mail, 1)
		handler := handlerFunc(func(ctx context.Context, m filter.Mail, deliver filter.Deliver) filter.Fate {
			got <- m
			return accepting{}.Process(ctx, m, deliver)
		})
		srv, _ := start(t, Config{Trusted: []string{"127.0.0.1"}, TimeFromReceived: true}, Deps{Handler: handler, Now: func() time.Time { return at }})
		talk := dial(t, srv)
		talk.hello()
		talk.say("XFORWARD NAME=out.example.net ADDR=192.0.2.7 HELO=+22out+3Cscript+3E", "250")
		talk.data()
		talk.send(header + "\r\n.\r\n")
		talk.want("250")
		m := <-got
		if !m.Env.Received.Equal(want) {
			t.Errorf("%q: time %v, want %v", header, m.Env.Received, want)
		}
		trace := "from ?out?script? (out.example.net [192.0.2.7])\r\n\tby mx.example.com (Postern) with ESMTP id " + m.Env.ID +
			";\r\n\tSun, 22 Nov 2026 10:00:00 +0000"
		if m.Received != trace {
			t.Errorf("Received %q, want %q", m.Received, trace)
		}
	}
}

func TestProtocolNames(t *testing.T) {
	t.Parallel()
	for want, w := range map[string]*wire{
		"SMTP": {}, "ESMTP": {esmtp: true}, "ESMTPS": {esmtp: true, inTLS: true}, "LMTP": {lmtp: true}, "LMTPS": {lmtp: true, inTLS: true},
	} {
		if got := w.protocol(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	w := &wire{srv: &Server{hostname: "mx.example.com", now: time.Now}}
	for protocol, want := range map[string]string{"ESMTPS": " with UTF8SMTPS id ", "LMTP": " with UTF8LMTP id "} { // RFC 6531 §4.3
		if got := w.trace(&parse.Envelope{Protocol: protocol, UTF8: true}); !strings.Contains(got, want) {
			t.Errorf("%q", got)
		}
	}
}

// TestOutboundListener: what comes by a listener for our own people's mail says
// so, and nothing else does.
func TestOutboundListener(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]bool{"127.0.0.1:0": false, "outbound:127.0.0.1:0": true} {
		got := make(chan filter.Mail, 1)
		handler := handlerFunc(func(ctx context.Context, m filter.Mail, deliver filter.Deliver) filter.Fate {
			got <- m
			return accepting{}.Process(ctx, m, deliver)
		})
		srv, _ := start(t, Config{Listen: []string{listen}}, Deps{Handler: handler})
		talk := dial(t, srv)
		talk.hello()
		talk.data()
		talk.send("Subject: x\r\n\r\n.\r\n")
		talk.want("250")
		if m := <-got; m.Env.Outbound != want {
			t.Errorf("%s: outbound is %t", listen, m.Env.Outbound)
		}
	}
}
