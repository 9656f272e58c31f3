package smtpd

import (
	"io"
	"log/slog"
	"net"
	"net/netip"
	"time"

	proxyproto "github.com/pires/go-proxyproto"
)

// proxyPatience is how long a proxy may take to say for whom it calls.
const proxyPatience = 10 * time.Second

// open decides whether the session may begin, before the greeting.
func (w *wire) open() error {
	addr := peerAddr(w.conn.RemoteAddr())
	proxied := contains(w.set.proxies, addr)
	named := !proxied // told who the client is, by the network or the proxy
	if proxied {
		conn := proxyproto.NewConn(w.conn, proxyproto.WithPolicy(proxyproto.REQUIRE), proxyproto.SetReadHeaderTimeout(proxyPatience))
		if conn.ProxyHeader() == nil {
			w.srv.log.Warn("proxy header missing", slog.String("peer", addr.String()))
			return w.turnAway("")
		}
		w.mu.Lock()
		w.conn = conn
		w.mu.Unlock()
		if client := peerAddr(conn.RemoteAddr()); client.IsValid() && !conn.ProxyHeader().Command.IsLocal() {
			addr, named = client, true
		}
	}
	// Behind a proxy it is the client who must be trusted, not the proxy.
	w.trusted = named && (!addr.IsValid() || contains(w.set.trusted, addr))
	w.client.addr = addr
	if !w.trusted && !w.srv.admit(w) {
		return w.turnAway(tooManyConns)
	}
	if w.startsTLS {
		if err := w.handshake(); err != nil {
			return err
		}
	}
	if w.speaksEarly() {
		w.srv.stats.earlyTalkers.Add(1)
		return w.turnAway(earlyTalker)
	}
	w.code = 0
	w.greet()
	return nil
}

func (w *wire) greet() {
	protocol := " ESMTP"
	if w.lmtp {
		protocol = " LMTP"
	}
	w.say("220 " + w.srv.hostname + protocol)
}

// turnAway refuses the connection.
func (w *wire) turnAway(reply string) error {
	w.srv.stats.turnedAway.Add(1)
	w.code, w.gone = 0, true
	if reply != "" {
		w.say(reply)
	}
	return io.EOF
}

// speaksEarly waits for the greeting's delay. A client that talks in it does
// not wait for replies at all, as only mail senders of the worst kind do.
func (w *wire) speaksEarly() bool {
	if w.set.greetDelay == 0 || w.trusted {
		return false
	}
	_ = w.conn.SetReadDeadline(time.Now().Add(w.set.greetDelay))
	n, _ := w.conn.Read(make([]byte, 1))
	return n > 0
}

// peerAddr is the address of a TCP peer, and invalid for a unix socket.
func peerAddr(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap().WithZone("")
}
