package smtpd

import (
	"strings"
	"testing"
)

// A proxy that does not tell for whom it calls lends nobody its own trust, nor
// that of a unix socket.
func TestProxyThatNamesNobodyIsNotTrusted(t *testing.T) {
	t.Parallel()
	cfg := Config{ProxyProtocol: []string{"127.0.0.0/8"}, Trusted: []string{"127.0.0.0/8"}, MaxConnectionsPerClient: 1}
	srv, _ := start(t, cfg, Deps{})
	signature := "\r\n\r\n\x00\r\nQUIT\n"
	for name, header := range map[string]string{
		"unknown": "PROXY UNKNOWN\r\n",
		"local":   signature + "\x20\x00\x00\x00",
		"unix":    signature + "\x21\x31\x00\xd8" + "/tmp/a" + strings.Repeat("\x00", 102) + "/tmp/b" + strings.Repeat("\x00", 102),
	} {
		for range 3 { // and each gives its seat back
			c := dial(t, srv)
			c.send(header)
			if hello := c.hello(); strings.Contains(hello, "XCLIENT") {
				t.Errorf("%s: trusted", name)
			}
			c.say("QUIT", "221")
			if c.reply() != "closed" {
				t.Errorf("%s: open", name)
			}
		}
	}
}
