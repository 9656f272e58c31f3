package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"postern/mailauth"
	"postern/mailbox"
	"postern/parse"
)

// envelope is what the command line says, or else what the header tells of the
// message's way. Without DNS, and where the command line names no client, it is
// also what hosts of ours found out when they took the message in; else nil.
func (s *scanning) envelope(raw []byte, mboxSender string) (*parse.Envelope, *mailauth.Results, error) {
	c := s.command
	m := parse.Read(mailbox.Header(raw), parse.DefaultLimits)
	hop := s.config.lastHop(m)
	env := &parse.Envelope{
		ID: ulid.Make().String(), Received: received(m, time.Now()), Remote: c.IP, Helo: c.Helo, Protocol: "scan",
	}
	if !c.IP.IsValid() {
		env.Remote, env.RemoteName = hop.client, hop.name
	}
	if c.Helo == "" {
		env.Helo = hop.helo
	}
	sender := mboxSender
	if path, ok := m.Field("Return-Path"); ok {
		sender = strings.Trim(path, "<> ")
	}
	if c.From != nil {
		sender = strings.Trim(*c.From, "<>")
	}
	var ok bool
	if env.From, ok = parse.ParseAddress(sender); !ok && c.From != nil && sender != "" {
		return nil, nil, fmt.Errorf("--from: %q is no address", sender)
	}
	for _, r := range c.Rcpt {
		a, ok := parse.ParseAddress(strings.Trim(r, "<>"))
		if !ok {
			return nil, nil, fmt.Errorf("--rcpt: %q is no address", r)
		}
		env.Rcpts = append(env.Rcpts, a)
	}
	if len(c.Rcpt) == 0 {
		env.Rcpts = recipients(m, len(m.Header))
	}
	if !c.Offline || c.IP.IsValid() {
		return env, nil, nil
	}
	border := s.config.border(m)
	if border < len(m.Header) && fromInside(m, border) {
		env.Auth = "past"
	}
	if noted, ok := mailauth.Reported(m, border, s.config.noting()); ok {
		return env, &noted, nil
	}
	return env, nil, nil
}

// noting are the authserv-ids whose word on past mail counts: those of relays
// before us, and our own.
func (c *config) noting() []string { return append([]string{c.hostname()}, c.Auth.TrustedIDs...) }
