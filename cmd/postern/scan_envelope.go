package main

import (
	"bytes"
	"fmt"
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"postern/parse"
)

// envelope is what the command line says, or else what the header tells of the
// message's way.
func (s *scanner) envelope(raw []byte, mboxSender string) (*parse.Envelope, error) {
	c := s.command
	header := raw
	if end := bytes.Index(raw, []byte("\r\n\r\n")); end >= 0 {
		header = raw[:end+4]
	}
	m := parse.Read(header, parse.DefaultLimits)
	hop := s.lastHop(m)
	env := &parse.Envelope{
		ID: ulid.Make().String(), Received: received(m), Remote: c.IP, Helo: c.Helo, Protocol: "scan",
	}
	if !c.IP.IsValid() {
		env.Remote = hop.client
	}
	if c.Helo == "" {
		env.Helo = hop.helo
	}
	sender := mboxSender
	if path, ok := field(m, "Return-Path"); ok {
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
		env.Rcpts = recipients(m)
	}
	return env, nil
}

// recipients are those that delivery noted, or else those that the sender
// wrote.
func recipients(m *parse.Message) []parse.Address {
	for _, name := range []string{"Delivered-To", "X-Original-To"} {
		if v, ok := field(m, name); ok {
			if a, ok := parse.ParseAddress(strings.Trim(v, "<>")); ok {
				return []parse.Address{a}
			}
		}
	}
	var list []parse.Address
	for _, box := range slices.Concat(m.To, m.Cc) {
		if box.Address.Domain != "" {
			list = append(list, box.Address)
		}
	}
	return list
}

func field(m *parse.Message, name string) (string, bool) {
	for _, f := range m.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value, true
		}
	}
	return "", false
}

// received is when the message arrived: the date of the topmost Received
// field, else that of the message, else now.
func received(m *parse.Message) time.Time {
	if v, ok := field(m, "Received"); ok {
		if i := strings.LastIndexByte(v, ';'); i >= 0 {
			if t, err := mail.ParseDate(strings.TrimSpace(v[i+1:])); err == nil {
				return t
			}
		}
	}
	if !m.Date.IsZero() {
		return m.Date
	}
	return time.Now()
}

// hop is what a Received field says of the client.
type hop struct {
	client netip.Addr
	helo   string
}

// lastHop reads the Received fields from the top, past the hosts of ours, to
// the one that took the message from outside. Those beneath are the sender's
// word.
func (s *scanner) lastHop(m *parse.Message) hop {
	for _, f := range m.Header {
		if !strings.EqualFold(f.Name, "Received") {
			continue
		}
		if h := readHop(f.Value); h.client.IsValid() && !s.ours(h.client) {
			return h
		}
	}
	return hop{}
}

func (s *scanner) ours(a netip.Addr) bool {
	if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return true
	}
	for _, text := range s.config.SMTP.Trusted {
		if p, err := netip.ParsePrefix(text); err == nil && p.Contains(a) {
			return true
		}
	}
	return false
}

// readHop reads "from HELO (NAME [ADDRESS]) by ..." (RFC 5321 §4.4), as the
// many servers write it.
func readHop(value string) hop {
	from, _, _ := strings.Cut(value, " by ")
	words := strings.FieldsFunc(from, func(r rune) bool { return strings.ContainsRune(" \t()[]", r) })
	if len(words) < 2 || !strings.EqualFold(words[0], "from") {
		return hop{}
	}
	h := hop{helo: words[1]}
	for _, w := range words[1:] {
		if len(w) > 5 && strings.EqualFold(w[:5], "IPv6:") {
			w = w[5:]
		}
		if a, err := netip.ParseAddr(w); err == nil {
			h.client = a.Unmap()
		}
	}
	return h
}
