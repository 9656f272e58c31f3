package main

import (
	"hash/maphash"

	"postern/parse"
	"postern/signals"
)

// maxParties bounds how many addresses are counted.
const maxParties = 1 << 19

// party is what one address did.
type party uint8

const (
	oursWrote party = 1 << iota
	theyWrote
	wroteTo // somebody of ours wrote to it
)

// parties counts people and partners, by hash.
type parties struct {
	seed maphash.Seed
	seen map[uint64]party
}

// note counts the parties of one message.
func (p *parties) note(org *signals.Org, env *parse.Envelope, m *parse.Message) {
	facts := signals.Facts{Org: org, Env: env, Msg: m}
	from := facts.From()
	if facts.Direction() == signals.Inbound {
		p.add(from, theyWrote)
		return
	}
	p.add(from, oursWrote)
	for _, rcpt := range env.Rcpts {
		if !org.Owns(rcpt.Domain) {
			p.add(rcpt, wroteTo)
		}
	}
}

func (p *parties) add(a parse.Address, did party) {
	key := maphash.String(p.seed, a.Key())
	if before, ok := p.seen[key]; ok || len(p.seen) < maxParties {
		p.seen[key] = before | did
	}
}

// count is the number of our people, and that of their partners.
func (p *parties) count() (people, partners int) {
	for _, did := range p.seen {
		if did&oursWrote != 0 {
			people++
		}
		if did&(theyWrote|wroteTo) == theyWrote|wroteTo {
			partners++
		}
	}
	return people, partners
}
