package parse

import (
	"testing"
	"unicode/utf8"
)

// checkInvariants fails where m is not what Read promises of any input.
func checkInvariants(t *testing.T, raw []byte, m *Message, lim Limits) {
	t.Helper()
	var used Limits
	checkMessage(t, raw, m, lim, &used, 0)
	for _, l := range []struct {
		name      string
		used, lim int
	}{
		{"parts", used.Parts, lim.Parts},
		{"links", used.Links, lim.Links},
		{"attachments", used.Attachments, lim.Attachments},
		{"entries", used.Entries, lim.Entries},
		{"decoded bytes", used.DecodedBytes, lim.DecodedBytes},
	} {
		if l.used > l.lim {
			t.Errorf("%s: %d over the limit of %d", l.name, l.used, l.lim)
		}
	}
}

func checkMessage(t *testing.T, raw []byte, m *Message, lim Limits, used *Limits, depth int) {
	t.Helper()
	used.Parts += len(m.Parts)
	used.Links += len(m.Links)
	if len(m.Header) > lim.Fields || depth > lim.Depth || m.BodyStart > len(raw) {
		t.Errorf("%d fields, depth %d, body at %d of %d", len(m.Header), depth, m.BodyStart, len(raw))
	}
	for _, f := range m.Header {
		if f.Start < 0 || f.End > m.BodyStart || f.Start >= f.End {
			t.Errorf("field %q at %d..%d, body at %d", f.Name, f.Start, f.End, m.BodyStart)
		}
	}
	x := &m.Text
	for _, s := range []string{x.Visible, x.Folded, x.Quoted, x.Signature, x.Disclaimer, x.Hidden, x.Preheader, x.Alt, x.Other} {
		if len(s) > max(2*lim.TextBytes+1, maxAlt) || !utf8.ValidString(s) {
			t.Errorf("text of %d bytes, valid %v", len(s), utf8.ValidString(s))
		}
	}
	for _, s := range []string{m.Subject, m.MessageID} {
		if !utf8.ValidString(s) || hasControl(s) {
			t.Errorf("unclean header value %q", s)
		}
	}
	if x.Blank < 0 || x.Below < 0 || x.Below > len(x.Visible) || len(x.Forwards) > maxForwards {
		t.Errorf("blank %d, below %d of %d, %d forwards", x.Blank, x.Below, len(x.Visible), len(x.Forwards))
	}
	for _, f := range x.Forwards {
		if !utf8.ValidString(f.Subject) || hasControl(f.Subject+f.From.Name) {
			t.Errorf("unclean forward %+v", f)
		}
	}
	for _, list := range [][]Mailbox{m.From, m.Sender, m.ReplyTo, m.To, m.Cc} {
		if len(list) > 2*lim.Addresses {
			t.Errorf("%d mailboxes", len(list))
		}
		for _, b := range list {
			for _, s := range []string{b.Name, b.Group, b.Address.Local, b.Address.Domain} {
				if !utf8.ValidString(s) || hasControl(s) {
					t.Errorf("unclean mailbox %+v", b)
				}
			}
		}
	}
	for _, l := range m.Links {
		if !utf8.ValidString(l.URL+l.Text+l.Host) || hasControl(l.Host+l.Scheme+l.Text) {
			t.Errorf("unclean link %+v", l)
		}
	}
	checkParts(t, raw, m, used)
	checkFiles(t, m, m.Attachments, lim, used, depth)
}

func checkFiles(t *testing.T, m *Message, list []Attachment, lim Limits, used *Limits, depth int) {
	t.Helper()
	used.Attachments += len(list)
	for _, a := range list {
		used.Entries += len(a.Entries)
		if !utf8.ValidString(a.Name) || hasControl(a.Name) {
			t.Errorf("unclean name %q", a.Name)
		}
		if a.Message != nil && a.Part >= 0 {
			checkMessage(t, m.Parts[a.Part].Body, a.Message, lim, used, depth+1)
		}
		checkFiles(t, m, a.Inside, lim, used, depth)
	}
}

func checkParts(t *testing.T, raw []byte, m *Message, used *Limits) {
	t.Helper()
	for i, p := range m.Parts {
		used.DecodedBytes += len(p.Body)
		if p.HeaderStart > p.Start || p.Start > p.End || p.End > len(raw) {
			t.Errorf("part %d: header %d, body %d..%d of %d", i, p.HeaderStart, p.Start, p.End, len(raw))
		}
		if p.Parent >= i || i > 0 && p.Parent < 0 {
			t.Errorf("part %d: parent %d", i, p.Parent)
		}
		if i == 0 {
			continue
		}
		up := m.Parts[p.Parent]
		if p.Depth != up.Depth+1 || p.HeaderStart < up.Start || p.End > up.End {
			t.Errorf("part %d at %d..%d is outside of its parent at %d..%d", i, p.HeaderStart, p.End, up.Start, up.End)
		}
	}
}
