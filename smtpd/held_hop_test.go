package smtpd

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"postern/internal/dialog"
	"postern/parse"
	"postern/relay"
)

// A narrow next hop has one connection.
type narrow struct {
	dialog.Hop

	slot chan struct{}
}

type narrowTransaction struct {
	relay.Transaction

	slot chan struct{}
}

func (n *narrow) Begin(ctx context.Context, env *parse.Envelope, mail string) (relay.Transaction, relay.Reply, error) {
	n.slot <- struct{}{}
	tx, r, err := n.Hop.Begin(ctx, env, mail)
	return &narrowTransaction{tx, n.slot}, r, err
}

func (t *narrowTransaction) Abort() {
	t.Transaction.Abort()
	select {
	case <-t.slot:
	default:
	}
}

// Who opens a transaction and lets it wait keeps a connection to the next hop
// from others, and must go when they need it; not before.
func TestIdleTransactionGivesWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, p := startPipesTo(t, Config{}, &narrow{slot: make(chan struct{}, 1)})
		idle := p.dial(t)
		idle.hello()
		idle.envelope()
		for range 5 {
			time.Sleep(time.Minute)
			idle.say("NOOP", "250") // is no excuse
		}
		next := p.dial(t)
		next.hello()
		go idle.want("421 4.4.2")
		began := time.Now()
		next.envelope()
		if waited := time.Since(began); waited != busyAfter {
			t.Errorf("after %v", waited)
		}
		next.say("QUIT", "221")
	})
}

// Nor may a message that is drawn out, while one that comes at a fair pace is
// left in peace.
func TestDrawnOutMessageGivesWay(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("x", 8<<10-2) + "\r\n"
	for _, c := range []struct {
		name  string
		every time.Duration // for each line
		goes  bool
	}{
		{"one that drips", time.Second, true},
		{"one that flows", 100 * time.Millisecond, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, p := startPipesTo(t, Config{}, &narrow{slot: make(chan struct{}, 1)})
				slow := p.dial(t)
				slow.hello()
				slow.data()
				for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(c.every) {
					slow.send(line)
				}
				next := p.dial(t)
				next.hello()
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					for range 50 {
						if _, err := io.WriteString(slow, line); err != nil {
							return
						}
						time.Sleep(c.every)
					}
					slow.say(".", "250")
				}()
				began := time.Now()
				next.envelope()
				if waited := time.Since(began); (waited <= 2*busyAfter) != c.goes {
					t.Errorf("after %v", waited)
				}
				<-sent
			})
		})
	}
}

// A message that is refused gives the connection back before it has all come.
func TestRefusedMessageGivesWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, p := startPipesTo(t, Config{MaxMessageBytes: 64 << 10}, &narrow{slot: make(chan struct{}, 1)})
		long := p.dial(t)
		long.hello()
		long.data()
		long.send(strings.Repeat(testMessage(100), 20))
		next := p.dial(t)
		next.hello()
		began := time.Now()
		next.envelope()
		if waited := time.Since(began); waited > 0 {
			t.Errorf("after %v", waited)
		}
		long.say("\r\n.", "552")
	})
}
