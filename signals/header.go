package signals

import (
	"math"
	"strings"
)

// fields counts the header fields of one name.
func fields(f *Facts, name string) (n int) {
	for i := range f.Msg.Header {
		if strings.EqualFold(f.Msg.Header[i].Name, name) {
			n++
		}
	}
	return n
}

// HeaderHops counts the servers passed.
var HeaderHops = define(Signal{
	Name: "header.hops", Level: Message, Unit: Count,
	Doc:  "Received fields, one for each server passed.",
	Eval: func(f *Facts) float64 { return float64(fields(f, "Received")) },
})

// HeaderList tells whether the message calls itself list or bulk mail.
var HeaderList = define(Signal{
	Name: "header.list", Level: Message, Unit: Bool,
	Doc: "The message has List-Id or List-Unsubscribe (RFC 2919, RFC 2369).",
	Eval: func(f *Facts) float64 {
		return truth(fields(f, "List-Id")+fields(f, "List-Unsubscribe") > 0)
	},
})

// HeaderMissing counts usual fields that are not there.
var HeaderMissing = define(Signal{
	Name: "header.missing", Level: Message, Unit: Count,
	Doc: "How many of From, To, Date, Subject and Message-ID are missing.",
	Eval: func(f *Facts) float64 {
		n := 0
		for _, name := range [...]string{"From", "To", "Date", "Subject", "Message-ID"} {
			n += int(truth(fields(f, name) == 0))
		}
		return float64(n)
	},
})

// HeaderDefects counts departures from the standards.
var HeaderDefects = define(Signal{
	Name: "header.defects", Level: Message, Unit: Count,
	Doc:  "Kinds of malformation in the header and the MIME structure.",
	Eval: func(f *Facts) float64 { return float64(len(f.Msg.Defects)) },
})

// HeaderDateSkew is how far Date is from the time of arrival.
var HeaderDateSkew = define(Signal{
	Name: "header.date_skew", Level: Message, Unit: Days,
	Doc: "Days between Date and the arrival, either way.",
	Eval: func(f *Facts) float64 {
		if f.Msg.Date.IsZero() || f.Env.Received.IsZero() {
			return Unknown
		}
		return math.Abs(f.Env.Received.Sub(f.Msg.Date).Hours()) / 24
	},
})

// HeaderMessageIDForeign tells whether the Message-ID was minted elsewhere.
var HeaderMessageIDForeign = define(Signal{
	Name: "header.msgid_foreign", Level: Message, Unit: Bool,
	Doc: "The domain of the Message-ID belongs neither to From nor to the envelope sender.",
	Eval: func(f *Facts) float64 {
		i := strings.LastIndexByte(f.Msg.MessageID, '@')
		from := f.From().Domain
		if i < 0 || from == "" {
			return Unknown
		}
		d := strings.ToLower(f.Msg.MessageID[i+1:])
		return truth(foreign(d, from) && foreign(d, f.Env.From.Domain))
	},
})
