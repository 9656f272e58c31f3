package main

import (
	"context"

	"postern/web"
)

// numbers is the table of what other packages count.
func (g *gate) numbers(ctx context.Context) []web.Number {
	gauge := func(name, help string, read func() float64) web.Number {
		return web.Number{Name: name, Help: help, Read: read}
	}
	counter := func(name, help string, read func() float64) web.Number {
		return web.Number{Name: name, Help: help, Counter: true, Read: read}
	}
	return []web.Number{
		gauge("connections", "SMTP connections that are open.", func() float64 { return float64(g.door.Stats().Open) }),
		gauge("inflight_bytes", "Memory of the messages being received or judged.", func() float64 { return float64(g.door.Stats().InflightBytes) }),
		counter("connections_total", "SMTP connections that were let in.", func() float64 { return float64(g.door.Stats().Connections) }),
		counter("turned_away_total", "SMTP connections that were turned away.", func() float64 { return float64(g.door.Stats().TurnedAway) }),
		counter("early_talkers_total", "SMTP clients that talked before the greeting.", func() float64 { return float64(g.door.Stats().EarlyTalkers) }),
		counter("accepted_total", "Messages answered with 2xx.", func() float64 { return float64(g.door.Stats().Accepted) }),
		counter("deferred_total", "Messages answered with 4xx.", func() float64 { return float64(g.door.Stats().Deferred) }),
		counter("refused_total", "Messages answered with 5xx.", func() float64 { return float64(g.door.Stats().Refused) }),
		counter("dns_questions_total", "DNS lookups.", func() float64 { return float64(g.dns.Load().Stats().Questions) }),
		counter("dns_hits_total", "DNS lookups answered from the cache.", func() float64 { return float64(g.dns.Load().Stats().Hits) }),
		counter("dns_timeouts_total", "DNS attempts that got no answer.", func() float64 { return float64(g.dns.Load().Stats().Timeouts) }),
		counter("dns_servfails_total", "DNS attempts that got SERVFAIL or another refusal.", func() float64 { return float64(g.dns.Load().Stats().ServFails) }),
		counter("dropped_records_total", "Decisions that were not written down, for want of time.", func() float64 { return float64(g.filter.Load().Dropped()) }),
		gauge("quarantine_messages", "Messages in quarantine, up to 100000.", func() float64 { return float64(g.memory.held(ctx)) }),
		gauge("config_last_reload_success", "1, or 0 where the last reload was refused.", func() float64 {
			if g.reloads.failed.Load() {
				return 0
			}
			return 1
		}),
		gauge("config_last_reload_timestamp_seconds", "When the configuration in force was read.", func() float64 { return float64(g.reloads.last.Load()) }),
	}
}
