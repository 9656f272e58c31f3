package smtpd

import (
	"net"
	"net/netip"
)

// A listener gives the SMTP library wires in place of connections.
type listener struct {
	net.Listener

	srv *Server
	at  listen
}

// Accept waits for the next connection that there is a seat for.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if w := l.srv.enter(conn, l.at); w != nil {
			return w, nil
		}
	}
}

// enter makes the wire of a new connection, or none if there are too many.
func (srv *Server) enter(conn net.Conn, at listen) *wire {
	w := &wire{srv: srv, set: srv.settings.Load(), conn: conn, outbound: at.outbound, lmtp: at.lmtp, startsTLS: at.tls}
	w.s = &session{w: w}
	w.s.body.budget = &srv.budget
	if !srv.seat(w) {
		_ = w.turnAway(tooManyConns)
		_ = w.flush()
		_ = conn.Close()
		return nil
	}
	srv.stats.connections.Add(1)
	return w
}

// seat counts a connection in, unless there is no room for it.
func (srv *Server) seat(w *wire) bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.draining.Load() || len(srv.open) >= w.set.maxConns {
		return false
	}
	srv.open[w] = struct{}{}
	srv.empty.Add(1)
	return true
}

// admit gives a client that is not trusted one of its seats.
func (srv *Server) admit(w *wire) bool {
	key := seatKey(w.client.addr)
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.seats[key] >= w.set.maxPerClient {
		return false
	}
	srv.seats[key]++
	w.seat = key
	return true
}

// seatKey is whom connections are counted for: an IPv6 client commands a /64.
func seatKey(addr netip.Addr) netip.Prefix {
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // cannot fail for these lengths
	return p
}

// left gives back what enter and admit gave.
func (srv *Server) left(w *wire) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	delete(srv.open, w)
	if w.seat.IsValid() {
		if srv.seats[w.seat]--; srv.seats[w.seat] == 0 {
			delete(srv.seats, w.seat)
		}
	}
	srv.empty.Done()
}
