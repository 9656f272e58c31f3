package signals

import (
	"crypto/md5"  //nolint:gosec // as senders do
	"crypto/sha1" //nolint:gosec // as senders do
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"postern/parse"
)

// Limits of the search for recipients in links.
const (
	maxRcpts = 8
	maxURL   = 4 << 10 // bytes of one link
)

// LinkRcpt counts links that carry a recipient.
var LinkRcpt = define(Signal{
	Name: "link.rcpt_in_url", Level: Message, Unit: Count,
	Doc:  "Links that carry the address of a recipient, in the clear or in base64.",
	Eval: func(f *Facts) float64 { return f.carried(f.look().links, addressForms) },
})

// LinkRcptCoded counts links that carry a recipient in disguise.
var LinkRcptCoded = define(Signal{
	Name: "link.rcpt_coded", Level: Message, Unit: Count,
	Doc:  "Links that carry the address of a recipient in hexadecimal, backwards, by ROT13, or as its MD5, SHA-1 or SHA-256.",
	Eval: func(f *Facts) float64 { return f.carried(f.look().links, codedForms) },
})

// LinkRcptName counts links that carry the name of a recipient.
var LinkRcptName = define(Signal{
	Name: "link.rcpt_name", Level: Message, Unit: Count,
	Doc: "Links that carry the local part of a recipient's address, of four letters or more, between marks.",
	Eval: func(f *Facts) float64 {
		return f.carried(f.look().links, func(a parse.Address) []string {
			local := strings.ToLower(a.Local)
			if len(local) < minName || !strings.ContainsFunc(local, func(r rune) bool { return r >= 'a' }) {
				return nil
			}
			var forms []string
			for _, mark := range [...]string{"=", "/", "#", "&", "?"} {
				forms = append(forms, mark+local)
			}
			return forms
		})
	},
})

// minName is the shortest local part that cannot be in a link by chance.
const minName = 4

// carried counts the links that hold one of the forms of a recipient's address.
func (f *Facts) carried(links []target, spell func(parse.Address) []string) float64 {
	if len(links) == 0 {
		return 0
	}
	var forms []string
	for _, r := range f.Env.Rcpts[:min(len(f.Env.Rcpts), maxRcpts)] {
		if r.Local != "" && r.Domain != "" { // not the null path
			forms = append(forms, spell(r)...)
		}
	}
	last, carries := "", false
	return countOf(links, func(t *target) bool {
		if t.URL != last {
			last = t.URL
			url := t.URL[:min(len(t.URL), maxURL)]
			carries = slices.ContainsFunc(forms, func(s string) bool { return strings.Contains(url, s) })
		}
		return carries
	})
}

// addressForms spells an address as links carry it: plain, percent-encoded,
// and in base64 at each of the three places it can have in a group.
func addressForms(a parse.Address) []string {
	s := a.Key()
	forms := append(make([]string, 0, 5), s, url.QueryEscape(s))
	for lead := range 3 {
		coded := base64.RawURLEncoding.EncodeToString([]byte("\x00\x00\x00"[:lead] + s))
		// The first characters also hold bits of what stands before, the last of what follows.
		from := (lead*8 + 5) / 6
		to := (lead + len(s)) * 8 / 6
		forms = append(forms, coded[from:to])
	}
	return forms
}

// codedForms spells an address as nobody reads it. Of base64 only what the
// URL alphabet and the padding leave the same is compared.
func codedForms(a parse.Address) []string {
	s := a.Key()
	backwards := []byte(s)
	slices.Reverse(backwards)
	forms := append(make([]string, 0, 18), hex.EncodeToString([]byte(s)), string(backwards), rot13(s))
	sum5, sum1, sum256 := md5.Sum([]byte(s)), sha1.Sum([]byte(s)), sha256.Sum256([]byte(s)) //nolint:gosec // as senders do
	for _, sum := range [...][]byte{sum5[:], sum1[:], sum256[:]} {
		in16 := hex.EncodeToString(sum)
		in64 := base64.RawStdEncoding.EncodeToString(sum)
		forms = append(forms, in16, strings.ToUpper(in16), in64, base64.RawURLEncoding.EncodeToString(sum), url.QueryEscape(in64))
	}
	return forms
}

func rot13(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return 'a' + (r-'a'+13)%26
		}
		return r
	}, s)
}
