package smtpd

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"postern/filter"
)

func TestConnectionCaps(t *testing.T) {
	t.Parallel()
	srv, _ := start(t, Config{MaxConnections: 3, MaxConnectionsPerClient: 2}, Deps{})
	first, second := dial(t, srv), dial(t, srv)
	first.hello()
	second.hello()
	third := dial(t, srv)
	third.want("421 4.7.0 Too many connections")
	if got := third.reply(); got != "closed" {
		t.Errorf("reply %q", got)
	}
	first.say("QUIT", "221")
	first.reply() // closed: its seat is free
	dial(t, srv).hello()

	if err := srv.Reload(Config{MaxConnections: 3, Trusted: []string{"127.0.0.1"}}); err != nil {
		t.Fatal(err)
	}
	dial(t, srv).hello() // who is trusted is not counted alone
	dial(t, srv).want("421 4.7.0 Too many connections")
	if s := srv.Stats(); s.Open != 3 || s.TurnedAway != 2 || s.Connections != 5 {
		t.Errorf("%+v", s)
	}
}

func TestProxyProtocol(t *testing.T) {
	t.Parallel()
	remote := make(chan string, 1)
	handler := handlerFunc(func(ctx context.Context, m filter.Mail, deliver filter.Deliver) filter.Fate {
		remote <- m.Env.Remote.String()
		return accepting{}.Process(ctx, m, deliver)
	})
	srv, _ := start(t, Config{
		ProxyProtocol: []string{"127.0.0.0/8"}, Trusted: []string{"127.0.0.0/8"}, MaxConnectionsPerClient: 1,
	}, Deps{Handler: handler})
	v2 := "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc6\x33\x64\x07\x7f\x00\x00\x01\x30\x39\x00\x19"
	for want, header := range map[string]string{
		"192.0.2.7":    "PROXY TCP4 192.0.2.7 192.0.2.1 12345 25\r\n",
		"2001:db8::7":  "PROXY TCP6 2001:db8::7 2001:db8::1 12345 25\r\n",
		"198.51.100.7": v2,
	} {
		talk := dial(t, srv)
		talk.send(header)
		if hello := talk.hello(); strings.Contains(hello, "XCLIENT") {
			t.Errorf("%s is trusted because its proxy is", want)
		}
		talk.data()
		talk.send("Subject: hello\r\n\r\n.\r\n")
		talk.want("250")
		if got := <-remote; got != want {
			t.Errorf("client %s, want %s", got, want)
		}
		again := dial(t, srv)
		again.send(header)
		again.want("421 4.7.0") // counted for the client, not for the proxy
		talk.say("QUIT", "221")
	}
	bare := dial(t, srv)
	bare.send("EHLO out.example.net\r\n")
	if got := bare.reply(); got != "closed" {
		t.Errorf("without the header: %q", got)
	}
}

// TestBytesInFlight lets messages wait in judgement until there is no room for
// more.
func TestBytesInFlight(t *testing.T) {
	t.Parallel()
	judging, goOn := make(chan struct{}), make(chan struct{})
	handler := handlerFunc(func(ctx context.Context, m filter.Mail, deliver filter.Deliver) filter.Fate {
		judging <- struct{}{}
		<-goOn
		return accepting{}.Process(ctx, m, deliver)
	})
	srv, hop := start(t, Config{InflightBytes: 400 << 10, MaxMessageBytes: 200 << 10}, Deps{Handler: handler})
	one := dial(t, srv)
	one.hello()
	one.data()
	one.send(testMessage(2500) + ".\r\n") // takes the longest buffer, 208 KiB
	<-judging

	two := dial(t, srv)
	two.hello()
	two.say("MAIL FROM:<bob@example.net> SIZE=200000", "452 4.3.1")
	two.data()
	two.send(testMessage(2500) + ".\r\n")
	two.want("452 4.3.1")
	two.envelope()
	chunk := testMessage(2500)
	two.send(bdatCommand(chunk, true) + chunk)
	two.want("452 4.3.1")
	two.say("RSET", "250")

	close(goOn)
	one.want("250")
	go func() { <-judging }()
	two.data()
	two.send(testMessage(1500) + ".\r\n")
	two.want("250")
	if n := len(hop.Messages()); n != 2 {
		t.Errorf("%d messages went on", n)
	}
}

func TestShutdownLetsMessagesFinish(t *testing.T) {
	t.Parallel()
	srv, hop := start(t, Config{}, Deps{})
	idle, busy := dial(t, srv), dial(t, srv)
	idle.hello()
	busy.hello()
	busy.data()
	busy.send("Subject: hello\r\n")
	done := make(chan error, 1)
	go func() { done <- srv.Shutdown(t.Context()) }()
	idle.want("421 4.3.2")
	busy.send("\r\nHello.\r\n.\r\n")
	busy.want("250 2.0.0 Ok: queued")
	busy.want("421 4.3.2")
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(hop.Messages()) != 1 {
		t.Error("the message did not go on")
	}
}

// Who never ends a TLS handshake holds no message, and holds up nobody.
func TestShutdownWaitsForNoHandshake(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t, "mx.example.com")
	synctest.Test(t, func(t *testing.T) {
		srv, _ := build(t, Config{TLSCert: cert, TLSKey: key}, Deps{})
		p := newPipes(stranger)
		srv.listeners = append(srv.listeners, &listener{Listener: p, srv: srv, at: listen{tls: true}})
		serve(t, srv)
		p.dial(t)
		synctest.Wait()
		began := time.Now()
		if err := srv.Shutdown(t.Context()); err != nil || time.Since(began) > 0 {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

func TestShutdownCutsOffInTheEnd(t *testing.T) {
	t.Parallel()
	var fate atomic.Value
	judging := make(chan struct{})
	handler := handlerFunc(func(ctx context.Context, _ filter.Mail, _ filter.Deliver) filter.Fate {
		close(judging)
		<-ctx.Done()
		fate.Store(filter.Failed)
		return filter.Failed
	})
	srv, hop := build(t, Config{Listen: []string{"127.0.0.1:0"}}, Deps{Handler: handler})
	if err := srv.Listen(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve() }()
	slow, stuck := dial(t, srv), dial(t, srv)
	slow.hello()
	slow.data()
	slow.send("Subject: never ends\r\n")
	stuck.hello()
	stuck.data()
	stuck.send("Subject: stuck\r\n\r\n.\r\n")
	<-judging
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := srv.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if fate.Load() != filter.Failed || len(hop.Messages()) != 0 {
		t.Error("the route was not told, or something went on")
	}
	if s := srv.Stats(); s.Open != 0 || s.InflightBytes != 0 {
		t.Errorf("left behind: %+v", s)
	}
}

// TestPanicInTheRoute ends that session alone, and the client keeps its message.
func TestPanicInTheRoute(t *testing.T) {
	t.Parallel()
	handler := handlerFunc(func(_ context.Context, m filter.Mail, _ filter.Deliver) filter.Fate {
		panic("at " + m.Env.ID)
	})
	srv, hop := start(t, Config{}, Deps{Handler: handler})
	talk := dial(t, srv)
	talk.hello()
	talk.data()
	talk.send("Subject: hello\r\n\r\n.\r\n")
	talk.want("421 4.3.0")
	if got := hop.Log(); got[len(got)-1] != "aborted" {
		t.Errorf("the next hop saw %q", got)
	}
	dial(t, srv).hello()
}

// TestRouteThatNeverDelivers is a broken promise; the client keeps its message.
func TestRouteThatNeverDelivers(t *testing.T) {
	t.Parallel()
	handler := handlerFunc(func(context.Context, filter.Mail, filter.Deliver) filter.Fate { return filter.Unknown })
	srv, hop := start(t, Config{}, Deps{Handler: handler})
	talk := dial(t, srv)
	talk.hello()
	talk.data()
	talk.send("Subject: hello\r\n\r\n.\r\n")
	talk.want("451 4.3.0")
	if len(hop.Messages()) != 0 {
		t.Error("something went on")
	}
}

// TestMemoryOfIdleConnections holds the budget of 64 KiB each, both ends and
// the test's own buffers included.
func TestMemoryOfIdleConnections(t *testing.T) {
	const conns = 200
	srv, _ := start(t, Config{MaxConnectionsPerClient: conns}, Deps{Hop: sink{}})
	inUse := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before := inUse()
	for range conns {
		talk := dial(t, srv)
		talk.hello()
		talk.data()
		talk.send(testMessage(500) + ".\r\n")
		talk.want("250")
	}
	each := (inUse() - before) / conns
	t.Logf("%d bytes for each idle connection", each)
	if each > 64<<10 {
		t.Errorf("%d bytes for each idle connection", each)
	}
}

func TestCheckTellsEverything(t *testing.T) {
	t.Parallel()
	err := Config{
		Listen: []string{"25", "outbound:tls:127.0.0.1:465"}, Trusted: []string{"localhost"}, ProxyProtocol: []string{"10.0.0.0/33"},
		TLSKey: "/nowhere/key.pem", MaxConnections: -1, MaxMessageBytes: 1 << 30, BareNewline: "ignore", Conflicts: "both",
	}.Check()
	for _, want := range []string{
		"listen: \"25\"", "needs tls_cert", "trusted: \"localhost\"", "proxy_protocol: \"10.0.0.0/33\"", "tls_cert, tls_key",
		"max_connections", "inflight_bytes", "bare_newline", "conflicts",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nothing about %s in %v", want, err)
		}
	}
	if err := (Config{}).Check(); err != nil {
		t.Error(err)
	}
}

func TestUnixSocket(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/gate"
	srv, _ := start(t, Config{Listen: []string{"lmtp:unix:" + path}}, Deps{})
	talk := dial(t, srv)
	talk.want("220 mx.example.com LMTP")
	if hello := talk.say("LHLO edge.example.com", "250"); !strings.Contains(hello, "XFORWARD") {
		t.Error("whoever may open the socket is trusted")
	}
	again, err := New(t.Context(), Config{Listen: []string{"unix:" + path}}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Listen(); err == nil {
		t.Error("took the socket from a running server")
	}
}
