package signals

import "strings"

// replyMarks are the words before a subject that call it a reply or forward,
// in the languages of common mail programs.
var replyMarks = [...]string{"re", "aw", "antw", "sv", "vs", "rv", "res", "r", "odp", "fw", "fwd", "wg", "tr", "i", "enc", "doorst"}

// marked tells whether subject begins with a reply mark, such as "Re:" or
// "RE[2]:".
func marked(subject string) bool {
	mark, _, ok := strings.Cut(subject[:min(len(subject), 12)], ":")
	if !ok {
		return false
	}
	mark, _, _ = strings.Cut(strings.TrimSpace(mark), "[")
	for _, m := range replyMarks {
		if strings.EqualFold(mark, m) {
			return true
		}
	}
	return false
}

// ThreadUnreferenced tells whether the reply answers nothing.
var ThreadUnreferenced = define(Signal{
	Name: "thread.unreferenced", Level: Message, Unit: Bool,
	Doc: "The subject calls the message a reply or forward, but no message is referred to.",
	Eval: func(f *Facts) float64 {
		return truth(marked(f.Msg.Subject) && len(f.Msg.InReplyTo)+len(f.Msg.References) == 0)
	},
})

// ThreadReferences counts the messages before this one.
var ThreadReferences = define(Signal{
	Name: "thread.references", Level: Message, Unit: Count,
	Doc:  "Messages that References names.",
	Eval: func(f *Facts) float64 { return float64(len(f.Msg.References)) },
})

// ThreadQuoted is how much is quoted.
var ThreadQuoted = define(Signal{
	Name: "thread.quoted", Level: Message, Unit: Bytes,
	Doc:  "Text that is quoted from earlier messages.",
	Eval: func(f *Facts) float64 { return float64(len(f.Msg.Text.Quoted)) },
})
