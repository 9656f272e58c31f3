package casefile

import (
	"fmt"
	"net/netip"

	"postern/scanner"
)

// listZone is the block list of all cases.
const listZone = "bl.example.org"

// scanner reads "clamav NAME", "rspamd SCORE/REQUIRED" and "client SUBJECT".
func (r *reader) scanner(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("want: scanner WHICH WHAT")
	}
	s, which, what := &r.Facts.Scanned, words[0], words[1]
	clean := what == "clean"
	switch which {
	case "clamav":
		s.ClamAV.Known = true
		if !clean {
			s.ClamAV.Name = what
		}
	case "rspamd", "spamassassin":
		o := &s.Rspamd
		if which == "spamassassin" {
			o = &s.SpamAssassin
		}
		o.Known = true
		_, err := fmt.Sscanf(what, "%g/%g", &o.Score, &o.Required)
		return err
	default:
		of := scanner.Subject(which)
		s.Asked = append(s.Asked, of)
		if !clean {
			s.Lists = append(s.Lists, scanner.Listing{Zone: listZone, Of: of, Subject: what, Answer: netip.MustParseAddr("127.0.0.2")})
		}
	}
	return nil
}
