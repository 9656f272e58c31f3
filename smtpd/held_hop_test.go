package smtpd

import (
	"context"
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
