package signals

import (
	"math"
	"strings"

	"postern/lookalike"
)

// bearer evaluates whose name is borne; unknown where no name of ours is known.
func bearer(eval func(f *Facts, b *lookalike.Bearer) float64) func(*Facts) float64 {
	return func(f *Facts) float64 {
		if f.Like == nil || f.Like.People == 0 {
			return Unknown
		}
		if f.Like.Bearer == nil {
			return 0
		}
		return eval(f, f.Like.Bearer)
	}
}

// borne measures the person whose name is borne; unknown where it is nobody's.
func borne(eval func(f *Facts, b *lookalike.Bearer) float64) func(*Facts) float64 {
	return func(f *Facts) float64 {
		if f.Like == nil || f.Like.Bearer == nil {
			return Unknown
		}
		return eval(f, f.Like.Bearer)
	}
}

// NamePeople counts whose name it could be.
var NamePeople = define(Signal{
	Name: "name.people", Level: Organization, Unit: Count,
	Doc: "Names of our people that the display name was compared with, as learned from their own mail and as the operator gave them.",
	Eval: func(f *Facts) float64 {
		if f.Like == nil {
			return Unknown
		}
		return float64(f.Like.People)
	},
})

// NameOurs tells whether the name is that of one of ours.
var NameOurs = define(Signal{
	Name: "name.ours", Level: Organization, Unit: Bool,
	Doc:  "The display name is like that of one of our people, whose address it is not.",
	Eval: bearer(func(*Facts, *lookalike.Bearer) float64 { return 1 }),
})

// NameOursSame tells whether the name is the very one.
var NameOursSame = define(Signal{
	Name: "name.ours_same", Level: Organization, Unit: Bool,
	Doc:  "The display name has the very words of the name of one of our people, in whatever order, case, accents and script.",
	Eval: bearer(func(_ *Facts, b *lookalike.Bearer) float64 { return truth(b.Likeness == lookalike.Same) }),
})

// NameOursVIP tells whether the person is one of those named by the operator.
var NameOursVIP = define(Signal{
	Name: "name.ours_vip", Level: Organization, Unit: Bool,
	Doc:  "The person whose name is borne is one of our VIPs.",
	Eval: bearer(func(_ *Facts, b *lookalike.Bearer) float64 { return truth(b.VIP) }),
})

// NameNamesakes counts the people of that name.
var NameNamesakes = define(Signal{
	Name: "name.namesakes", Level: Organization, Unit: Count,
	Doc:  "Addresses of our people whose name the display name is like; the more, the more common the name.",
	Eval: borne(func(_ *Facts, b *lookalike.Bearer) float64 { return float64(b.People) }),
})

// NameOthers counts other addresses of that name.
var NameOthers = define(Signal{
	Name: "name.others", Level: Organization, Unit: Count,
	Doc: "Other addresses that bore the display name in legitimate mail, as far as they are remembered.",
	Eval: func(f *Facts) float64 {
		if f.Lacks("history") || f.author().Name == "" {
			return Unknown
		}
		n, own := 0, f.From().Key()
		for i := range f.History.NameOf {
			if f.History.NameOf[i].Text != own {
				n++
			}
		}
		return float64(n)
	},
})

// NameOursSince is how long the person has been known.
var NameOursSince = define(Signal{
	Name: "name.ours_since", Level: Organization, Unit: Days,
	Doc: "Days since the first message of the person whose name is borne.",
	Eval: borne(func(f *Facts, b *lookalike.Bearer) float64 {
		if b.Since.IsZero() || f.Env.Received.IsZero() {
			return Unknown
		}
		return math.Max(f.Env.Received.Sub(b.Since).Hours()/24, 0)
	}),
})

// NameOursWrites tells whether the person usually writes here.
var NameOursWrites = define(Signal{
	Name: "name.ours_writes", Level: Pair, Unit: Count,
	Doc: "Messages to these recipients from the person whose name is borne, at their own address, decayed.",
	Eval: borne(func(f *Facts, _ *lookalike.Bearer) float64 {
		if f.Lacks("history") || f.Like.Writes == nil {
			return Unknown
		}
		n := 0.0
		for i := range f.Like.Writes {
			n += f.Like.Writes[i].Verified.Good
		}
		return n
	}),
})

// NamePrivate tells whether the address is a private one of that person.
var NamePrivate = define(Signal{
	Name: "name.private", Level: Sender, Unit: Bool,
	Doc: "The address bore the name of one of our people in legitimate mail before, and our people wrote to it.",
	Eval: bearer(func(f *Facts, _ *lookalike.Bearer) float64 {
		if f.Lacks("history") {
			return Unknown
		}
		return truth(f.Standing().NameHere.Known() && f.History.OutAddress.Known())
	}),
})

// NameCalled tells how long our people have known the address by its name.
var NameCalled = define(Signal{
	Name: "name.called", Level: Sender, Unit: Days,
	Doc:  "Days since our people first wrote to the From address by the display name that it shows.",
	Eval: func(f *Facts) float64 { return f.age(f.History.OutName) },
})

// likewise evaluates whether another place shows a name of ours; unknown where
// no name of ours is known.
func likewise(where func(*Likeness) *lookalike.Bearer) func(*Facts) float64 {
	return func(f *Facts) float64 {
		if f.Like == nil || f.Like.People == 0 {
			return Unknown
		}
		return truth(where(f.Like) != nil)
	}
}

// NameSpelt tells whether the address itself bears a name of ours.
var NameSpelt = define(Signal{
	Name: "name.spelt", Level: Organization, Unit: Bool,
	Doc:  "The local part of the From address, whose domain is not ours, spells the name of one of our people.",
	Eval: likewise(func(l *Likeness) *lookalike.Bearer { return l.Spelt }),
})

// NameSigned tells whether the letter is signed with a name of ours.
var NameSigned = define(Signal{
	Name: "name.signed", Level: Organization, Unit: Bool,
	Doc:  "One of the last lines of the text is the name of one of our people, and the From domain is not ours.",
	Eval: likewise(func(l *Likeness) *lookalike.Bearer { return l.Signed }),
})

// Bounds of where a letter may be signed.
const (
	maxSignature = 1 << 10 // bytes at the end of the text
	maxSigning   = 6       // lines of words there
	maxSigned    = 60      // bytes of such a line
)

// Signatures lists the lines near the end of the text that may be a name, the
// last first.
func (f *Facts) Signatures() (lines []string) {
	text := f.Msg.Text.Visible
	text = strings.TrimSpace(text[max(len(text)-maxSignature, 0):])
	for n := 0; n < maxSigning && text != ""; n++ {
		at := strings.LastIndexByte(text, '\n')
		line := strings.Trim(text[at+1:], " \t\r,-–—*_")
		if words := strings.Count(line, " ") + 1; line != "" && len(line) <= maxSigned && words >= 2 && words <= 4 {
			lines = append(lines, line)
		}
		text = strings.TrimRight(text[:max(at, 0)], " \t\r\n")
	}
	return lines
}
