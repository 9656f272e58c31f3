package smtpd

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"postern/internal/quantity"
	"postern/relay"
)

// stranger is not trusted.
const stranger = "192.0.2.7:12345"

// startPipes opens a door whose clients come through memory.
func startPipes(t *testing.T, cfg Config) (*Server, *pipes) {
	t.Helper()
	return startPipesTo(t, cfg, nil)
}

func startPipesTo(t *testing.T, cfg Config, hop relay.Hop) (*Server, *pipes) {
	t.Helper()
	srv, _ := build(t, cfg, Deps{Hop: hop})
	p := newPipes(stranger)
	srv.listeners = append(srv.listeners, &listener{Listener: p, srv: srv})
	serve(t, srv)
	return srv, p
}

func TestIdleClientIsSentAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, p := startPipes(t, Config{CommandTimeout: quantity.Duration(time.Minute)})
		talk := p.dial(t)
		talk.hello()
		for range 5 { // each command begins the wait anew
			time.Sleep(50 * time.Second)
			talk.say("NOOP", "250")
		}
		began := time.Now()
		talk.want("421 4.4.2")
		if waited := time.Since(began); waited != time.Minute {
			t.Errorf("after %v", waited)
		}
	})
}

func TestCommandMayNotDrip(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, p := startPipes(t, Config{CommandTimeout: quantity.Duration(time.Minute)})
		talk := p.dial(t)
		talk.hello()
		began := time.Now()
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for err := error(nil); err == nil; time.Sleep(10 * time.Second) {
				_, err = talk.Write([]byte("N"))
			}
		}()
		talk.want("421 4.4.2")
		if waited := time.Since(began); waited != time.Minute {
			t.Errorf("after %v", waited)
		}
		talk.Close()
		<-sent
	})
}

func TestDataDeadlineRolls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, p := startPipes(t, Config{DataTimeout: quantity.Duration(time.Minute)})
		talk := p.dial(t)
		talk.hello()
		talk.data()
		block := strings.Repeat(strings.Repeat("x", 78)+"\r\n", 500) // 40 KB in 50 s
		for range 20 {
			talk.send(block)
			time.Sleep(50 * time.Second)
		}
		talk.send(".\r\n")
		talk.want("250")
	})
}

// TestMessageMayNotDrip: a byte now and then is progress, but too little.
func TestMessageMayNotDrip(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"DATA", "BDAT 1000000 LAST"} {
		synctest.Test(t, func(t *testing.T) {
			srv, p := startPipes(t, Config{DataTimeout: quantity.Duration(time.Minute)})
			talk := p.dial(t)
			talk.hello()
			talk.envelope()
			talk.send(command + "\r\n")
			if command == "DATA" {
				talk.want("354")
			}
			began := time.Now()
			for {
				if _, err := talk.Write([]byte("x")); err != nil {
					break
				}
				time.Sleep(10 * time.Second)
			}
			if got := talk.reply(); got != "closed" {
				t.Errorf("reply %q", got)
			}
			if waited := time.Since(began); waited > 2*time.Minute {
				t.Errorf("after %v", waited)
			}
			synctest.Wait()
			if s := srv.Stats(); s.Open != 0 || s.InflightBytes != 0 {
				t.Errorf("left behind: %+v", s)
			}
		})
	}
}

func TestEarlyTalker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, p := startPipes(t, Config{GreetDelay: quantity.Duration(5 * time.Second)})
		began := time.Now()
		polite := p.dial(t)
		polite.hello()
		if waited := time.Since(began); waited != 5*time.Second {
			t.Errorf("greeted after %v", waited)
		}
		hasty := p.dial(t)
		go func() { _, _ = hasty.Write([]byte("EHLO out.example.net\r\n")) }()
		hasty.want("554 5.5.1")
		if n := srv.Stats().EarlyTalkers; n != 1 {
			t.Errorf("%d early talkers", n)
		}
	})
}
