package signals

import (
	"slices"
	"strings"

	"postern/parse"
)

// LinkNested counts links of messages in the message.
var LinkNested = define(Signal{
	Name: "link.nested", Level: Message, Unit: Count,
	Doc: "Links that open a web page, of messages attached to the message.",
	Eval: func(f *Facts) float64 {
		n := 0
		for _, m := range f.look().inner {
			for j := range m.Links {
				n += int(truth(web(&m.Links[j])))
			}
		}
		return float64(n)
	},
})

// nested are the links in the text of attached messages.
func (f *Facts) nested() []target {
	v := f.look()
	if v.innerLinks == nil && len(v.inner) > 0 {
		v.innerLinks = []target{}
		seen := sites{lists: f.lists()}
		for _, m := range v.inner {
			for i := range m.Links {
				if l := &m.Links[i]; web(l) && !inFile(l) {
					v.innerLinks = seen.follow(v.innerLinks, l)
				}
			}
		}
	}
	return v.innerLinks
}

// LinkNestedForeign counts those that lead elsewhere.
var LinkNestedForeign = define(Signal{
	Name: "link.nested_foreign", Level: Message, Unit: Count,
	Doc:  "Links in the text of attached messages that open a web page neither of the sender's organisation nor of ours.",
	Eval: func(f *Facts) float64 { return countOf(f.nested(), f.elsewhere) },
})

// LinkNestedMismatch counts those that name one host and open another.
var LinkNestedMismatch = define(Signal{
	Name: "link.nested_mismatch", Level: Message, Unit: Count,
	Doc:  "Links in the text of attached messages whose words are the address of another organisation than the one they open.",
	Eval: func(f *Facts) float64 { return countOf(f.nested(), func(t *target) bool { return t.disguised }) },
})

// LinkNestedLures counts those that are buttons.
var LinkNestedLures = define(Signal{
	Name: "link.nested_lures", Level: Message, Unit: Count,
	Doc: "Links in the text of attached messages, of the first sixty, that are buttons, and lead neither to those behind the message nor to us.",
	Eval: func(f *Facts) float64 {
		links := f.nested()
		return count(f.readLures(links[:min(len(links), maxLures)]), f.outside)
	},
})

// LinkNestedRcpt counts those that carry a recipient.
var LinkNestedRcpt = define(Signal{
	Name: "link.nested_rcpt", Level: Message, Unit: Count,
	Doc:  "Links in the text of attached messages that carry the address of a recipient, in the clear or in base64.",
	Eval: func(f *Facts) float64 { return f.carried(f.nested(), addressForms) },
})

// PartMessageUnsent counts attached messages that no server saw.
var PartMessageUnsent = define(Signal{
	Name: "part.message_unsent", Level: Message, Unit: Count,
	Doc: "Attached messages without a Received field: no server passed them on.",
	Eval: func(f *Facts) float64 {
		return count(f.look().inner, func(m *parse.Message) bool {
			return !slices.ContainsFunc(m.Header, func(h parse.Field) bool { return strings.EqualFold(h.Name, "Received") })
		})
	},
})

// HeaderReport tells a report about another message.
var HeaderReport = define(Signal{
	Name: "header.report", Level: Message, Unit: Bool,
	Doc: "The message says that it is a report of another one's delivery, reading or abuse (RFC 6522).",
	Eval: func(f *Facts) float64 {
		return truth(len(f.Msg.Parts) > 0 && f.Msg.Parts[0].Type == "multipart/report")
	},
})
