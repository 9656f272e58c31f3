package signals

import (
	"postern/lookalike"
	"postern/store"
)

// A Likeness is what the names of a message are like: domains to those of our
// partners and our own, the display name to those of our people. What is like
// nothing is nil.
type Likeness struct {
	Partners int // domains that are known, our own among them
	People   int // names of ours that are known

	From, ReplyTo, Link *lookalike.Match
	Bearer              *lookalike.Bearer // whose name From bears, at an address that is not theirs
	Spelt, Signed       *lookalike.Bearer // whose name the address spells, and the text ends with, likewise
	Writes              []store.Pair      // from the bearer to the recipients; nil where nobody asked
}

// near evaluates a likeness of a domain; unknown where no domain is known to
// be like.
func near(f *Facts, which func(*Likeness) *lookalike.Match, eval func(*lookalike.Match) float64) float64 {
	if f.Like == nil || f.Like.Partners == 0 {
		return Unknown
	}
	if m := which(f.Like); m != nil {
		return eval(m)
	}
	return 0
}

func likeFrom(l *Likeness) *lookalike.Match { return l.From }

// nearBy tells whether the From domain passes for a partner in one of some ways.
func nearBy(first, last lookalike.Kind) func(*Facts) float64 {
	return func(f *Facts) float64 {
		return near(f, likeFrom, func(m *lookalike.Match) float64 { return truth(first <= m.Kind && m.Kind <= last) })
	}
}

// nearAbout measures the partner that the From domain passes for; unknown where
// it passes for none, and of our own domains, which we exchange no mail with.
func nearAbout(eval func(f *Facts, m *lookalike.Match) float64) func(*Facts) float64 {
	return func(f *Facts) float64 {
		if f.Like == nil || f.Like.From == nil || f.Like.From.Own {
			return Unknown
		}
		return eval(f, f.Like.From)
	}
}

// DomainPartners counts whom the domain could be taken for.
var DomainPartners = define(Signal{
	Name: "domain.partners", Level: Organization, Unit: Count,
	Doc: "Domains that the From domain was compared with: our own, and those of partners that our people wrote to or that were seen on several days.",
	Eval: func(f *Facts) float64 {
		if f.Like == nil {
			return Unknown
		}
		return float64(f.Like.Partners)
	},
})

// DomainPartnerNear tells whether the domain passes for another.
var DomainPartnerNear = define(Signal{
	Name: "domain.partner_near", Level: Domain, Unit: Bool,
	Doc:  "The From domain, itself no partner, passes for the domain of a partner or for ours in any way.",
	Eval: nearBy(lookalike.Homoglyph, lookalike.Suffix),
})

// DomainPartnerOwn tells whether it passes for ours.
var DomainPartnerOwn = define(Signal{
	Name: "domain.partner_own", Level: Domain, Unit: Bool,
	Doc: "The domain that the From domain passes for is one of ours.",
	Eval: func(f *Facts) float64 {
		return near(f, likeFrom, func(m *lookalike.Match) float64 { return truth(m.Own) })
	},
})

// DomainPartnerTwin tells whether the eye cannot tell both domains apart.
var DomainPartnerTwin = define(Signal{
	Name: "domain.partner_twin", Level: Domain, Unit: Bool,
	Doc:  "The From domain reads like that of a partner, or ours, once lookalike letters are folded.",
	Eval: nearBy(lookalike.Homoglyph, lookalike.Homoglyph),
})

// DomainPartnerEmbedded tells whether it begins with another.
var DomainPartnerEmbedded = define(Signal{
	Name: "domain.partner_embedded", Level: Domain, Unit: Bool,
	Doc:  "The whole domain of a partner, or ours, stands in front of the foreign From domain, with dots or hyphens.",
	Eval: nearBy(lookalike.Embedded, lookalike.Embedded),
})

// DomainPartnerSlip tells whether it is a slip of the hand away.
var DomainPartnerSlip = define(Signal{
	Name: "domain.partner_slip", Level: Domain, Unit: Bool,
	Doc:  "The From domain is that of a partner, or ours, but for a hyphen, digits, or one letter or two of a long name.",
	Eval: nearBy(lookalike.Hyphen, lookalike.Digits),
})

// DomainPartnerCombo tells whether it has another's name beside something.
var DomainPartnerCombo = define(Signal{
	Name: "domain.partner_combo", Level: Domain, Unit: Bool,
	Doc:  "The main label of the From domain holds that of a partner, or ours, beside something else.",
	Eval: nearBy(lookalike.Combo, lookalike.Combo),
})

// DomainPartnerSuffix tells whether it is another's name under another suffix.
var DomainPartnerSuffix = define(Signal{
	Name: "domain.partner_suffix", Level: Domain, Unit: Bool,
	Doc:  "The From domain is that of a partner, or ours, under another public suffix.",
	Eval: nearBy(lookalike.Suffix, lookalike.Suffix),
})

// DomainPartnerEdits is how far both domains are from each other.
var DomainPartnerEdits = define(Signal{
	Name: "domain.partner_edits", Level: Domain, Unit: Edits,
	Doc: "Letters to change, add, drop or swap until the From domain is the one that it passes for.",
	Eval: func(f *Facts) float64 {
		if f.Like == nil || f.Like.From == nil {
			return Unknown
		}
		return float64(f.Like.From.Edits)
	},
})

// DomainPartnerSent is how much we write to the partner.
var DomainPartnerSent = define(Signal{
	Name: "domain.partner_sent", Level: Domain, Unit: Count,
	Doc:  "Messages that our people wrote to the partner whose domain From passes for, decayed.",
	Eval: nearAbout(func(_ *Facts, m *lookalike.Match) float64 { return m.Sent }),
})

// DomainPartnerReceived is how much the partner writes to us.
var DomainPartnerReceived = define(Signal{
	Name: "domain.partner_received", Level: Domain, Unit: Count,
	Doc:  "Legitimate messages from the partner whose domain From passes for, decayed.",
	Eval: nearAbout(func(_ *Facts, m *lookalike.Match) float64 { return m.Received }),
})

// DomainPartnerSince is how long the partner has been known.
var DomainPartnerSince = define(Signal{
	Name: "domain.partner_since", Level: Domain, Unit: Days,
	Doc: "Days since the first message from or to the partner whose domain From passes for.",
	Eval: nearAbout(func(f *Facts, m *lookalike.Match) float64 {
		if f.Env.Received.IsZero() || m.Since.IsZero() {
			return Unknown
		}
		return max(f.Env.Received.Sub(m.Since).Hours()/24, 0)
	}),
})

// FromReplyToPartner tells whether answers go to somebody who passes for a partner.
var FromReplyToPartner = define(Signal{
	Name: "from.reply_to_partner_near", Level: Domain, Unit: Bool,
	Doc: "The domain of the first Reply-To address, itself no partner, passes for that of a partner or for ours.",
	Eval: func(f *Facts) float64 {
		return near(f, func(l *Likeness) *lookalike.Match { return l.ReplyTo }, func(*lookalike.Match) float64 { return 1 })
	},
})

// LinkPartnerNear tells whether a link leads to somebody who passes for a partner.
var LinkPartnerNear = define(Signal{
	Name: "link.partner_near", Level: Message, Unit: Bool,
	Doc: "The host of one of the first links, itself no partner's, passes for a partner's domain or for ours.",
	Eval: func(f *Facts) float64 {
		return near(f, func(l *Likeness) *lookalike.Match { return l.Link }, func(*lookalike.Match) float64 { return 1 })
	},
})
