package main

import (
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"postern/parse"
)

// recipients are those that delivery noted, in the first fields of the header
// if they are there, or else those that the sender wrote.
func recipients(m *parse.Message, fields int) []parse.Address {
	for _, header := range [][]parse.Field{m.Header[:fields], m.Header} {
		for _, name := range []string{"Delivered-To", "X-Original-To"} {
			var list []parse.Address
			for _, f := range header {
				if !strings.EqualFold(f.Name, name) {
					continue
				}
				if a, ok := parse.ParseAddress(strings.Trim(f.Value, "<>")); ok && !slices.Contains(list, a) {
					list = append(list, a)
				}
			}
			if len(list) > 0 {
				return list
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

// received is when the message arrived: the date of the topmost Received
// field, else that of the message, else what is given.
func received(m *parse.Message, otherwise time.Time) time.Time {
	if v, ok := m.Field("Received"); ok {
		if i := strings.LastIndexByte(v, ';'); i >= 0 {
			if t, err := mail.ParseDate(strings.Join(strings.Fields(v[i+1:]), " ")); err == nil {
				return t
			}
		}
	}
	if !m.Date.IsZero() {
		return m.Date
	}
	return otherwise
}

// hop is what a Received field says of the client.
type hop struct {
	client netip.Addr
	helo   string
	name   string // that the host found for the client; empty where it says none
}

// lastHop reads the Received fields from the top, past the hosts of ours, to
// the one that took the message from outside. Those beneath are the sender's
// word.
func (c *config) lastHop(m *parse.Message) hop {
	for value := range m.Fields("Received") {
		if h := readHop(value); h.client.IsValid() && !c.ours(h.client) {
			return h
		}
	}
	return hop{}
}

// border is the index of the field by which a host of ours took the message
// from outside, or the number of fields where it was never outside. A client
// that cannot be read is outside.
func (c *config) border(m *parse.Message) int {
	for i, f := range m.Header {
		if !strings.EqualFold(f.Name, "Received") {
			continue
		}
		h := readHop(f.Value)
		local := h.helo == "" || h.helo == "localhost" && !h.client.IsValid() || c.ours(h.client)
		if !local {
			return i
		}
	}
	return len(m.Header)
}

func (c *config) ours(a netip.Addr) bool {
	if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return true
	}
	for _, p := range c.Organization.Networks {
		if p.Contains(a) {
			return true
		}
	}
	for _, text := range c.SMTP.Trusted {
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
	_, info, _ := strings.Cut(from, "(")
	if name, _, ok := strings.Cut(info, " ["); ok && strings.Contains(name, ".") && !strings.ContainsAny(name, " =") {
		h.name = name
	}
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

// withLogin recognises a client that logged in (RFC 3848), as the host writes
// that took the message.
var withLogin = regexp.MustCompile(`(?i) by \S+ (?:\([^()]*\) )?with (?:utf8)?(?:e?smtp|lmtp)s?a\b`)

// fromInside tells whether one of ours handed the message in: it never came
// from outside, or its client logged in at the border. Without any sign of
// delivery it is a copy that the sender's own program filed.
func fromInside(m *parse.Message, border int) bool {
	if border < len(m.Header) {
		return withLogin.MatchString(m.Header[border].Value)
	}
	if _, ok := m.Field("Received"); ok {
		return true
	}
	return !slices.ContainsFunc(m.Header, func(f parse.Field) bool {
		return slices.ContainsFunc([]string{"Return-Path", "Delivered-To", "X-Original-To"}, func(name string) bool { return strings.EqualFold(f.Name, name) })
	})
}
