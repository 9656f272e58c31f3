package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"postern/mailbox"
	"postern/parse"
)

// envelope is what the command line says, or else what the header tells of the
// message's way.
func (s *scanning) envelope(raw []byte, mboxSender string) (*parse.Envelope, error) {
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
		return nil, fmt.Errorf("--from: %q is no address", sender)
	}
	for _, r := range c.Rcpt {
		a, ok := parse.ParseAddress(strings.Trim(r, "<>"))
		if !ok {
			return nil, fmt.Errorf("--rcpt: %q is no address", r)
		}
		env.Rcpts = append(env.Rcpts, a)
	}
	if len(c.Rcpt) == 0 {
		env.Rcpts = recipients(m, len(m.Header))
	}
	return env, nil
}
