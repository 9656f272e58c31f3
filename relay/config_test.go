package relay

import (
	"strings"
	"testing"
)

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:10026", "[::1]:25", "mail.example.com:smtp", "unix:/run/x", "lmtp:127.0.0.1:24", "lmtp:[::1]:24", "lmtp:unix:/run/lmtp", "maildir:/var/mail/x"} {
		if err := (Config{Address: address}).Check(); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"", "127.0.0.1", "unix:", "lmtp:", "maildir:", ":25", "smtp:127.0.0.1:25"} {
		if err := (Config{Address: address}).Check(); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
	err := Config{Address: "x", TLS: "maybe", CAFile: "/nonexistent", Helo: "a b", Connections: -1, XForward: "on", XClient: "yes"}.Check()
	for _, key := range []string{"address:", "tls:", "ca_file:", "helo:", "connections:", "xforward:", "xclient:"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s is not told: %v", key, err)
		}
	}
	if err := (Config{Address: "unix:/run/x", TLS: "required"}).Check(); err == nil {
		t.Error("TLS to a socket without a name to check")
	}
}
