package smtpd

import "sync/atomic"

// Stats are the door's numbers since it opened.
type Stats struct {
	Open          int    // connections now
	Connections   uint64 // that were let in
	TurnedAway    uint64 // over a cap, without their PROXY header, or talking too early
	EarlyTalkers  uint64
	Accepted      uint64 // messages answered with 2xx; by LMTP once for each recipient
	Deferred      uint64 // with 4xx
	Refused       uint64 // with 5xx
	InflightBytes int64  // memory of the messages being received or judged
}

type counters struct {
	connections, turnedAway, earlyTalkers atomic.Uint64
	replies                               [3]atomic.Uint64 // 2xx, 4xx, 5xx to the end of a message
}

// count counts the reply to the end of a message.
func (c *counters) count(reply string) {
	switch reply[0] {
	case '2':
		c.replies[0].Add(1)
	case '4':
		c.replies[1].Add(1)
	default:
		c.replies[2].Add(1)
	}
}

// Stats reads the numbers.
func (srv *Server) Stats() Stats {
	srv.mu.Lock()
	open := len(srv.open)
	srv.mu.Unlock()
	return Stats{
		Open:          open,
		Connections:   srv.stats.connections.Load(),
		TurnedAway:    srv.stats.turnedAway.Load(),
		EarlyTalkers:  srv.stats.earlyTalkers.Load(),
		Accepted:      srv.stats.replies[0].Load(),
		Deferred:      srv.stats.replies[1].Load(),
		Refused:       srv.stats.replies[2].Load(),
		InflightBytes: srv.budget.used.Load(),
	}
}
