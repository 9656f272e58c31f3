package smtpd

import (
	"context"
	"strings"
	"testing"

	"postern/parse"
	"postern/relay"
)

// A sink is a next hop that takes everything and keeps nothing.
type sink struct{}

var taken = relay.Reply{Code: 250, Enhanced: [3]int{2, 0, 0}, Text: "Ok: queued as Q1"}

func (sink) Offers(context.Context) (relay.Extensions, error) { return relay.Extensions{}, nil }
func (sink) Close() error                                     { return nil }

func (sink) Begin(context.Context, *parse.Envelope, string) (relay.Transaction, relay.Reply, error) {
	return sink{}, taken, nil
}
func (sink) Rcpt(context.Context, string) (relay.Reply, error) { return taken, nil }
func (sink) Send(context.Context, [][]byte) ([]relay.Reply, error) {
	return []relay.Reply{taken}, nil
}
func (sink) Abort() {}

// oneMessage sends a message of 27 KB in a session that stays open, over
// loopback, without judging.
func oneMessage(tb testing.TB) (send func(), size int) {
	tb.Helper()
	srv, _ := start(tb, Config{}, Deps{Hop: sink{}})
	talk := dial(tb, srv)
	talk.hello()
	message := "Subject: hello\r\n\r\n" + strings.Repeat(strings.Repeat("x", 76)+"\r\n", 27<<10/78) + ".\r\n"
	return func() {
		talk.data()
		talk.send(message)
		talk.want("250")
	}, len(message)
}

func BenchmarkSession(b *testing.B) {
	send, size := oneMessage(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		send()
	}
}

// TestAllocations bounds what a message costs, the client's share included.
func TestAllocations(t *testing.T) {
	send, _ := oneMessage(t)
	send()
	if n := testing.AllocsPerRun(50, send); n > 110 {
		t.Errorf("%v allocations for a message", n)
	}
}
