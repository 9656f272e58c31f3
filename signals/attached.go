package signals

import (
	"slices"
	"strings"

	"postern/content"
	"postern/lexis"
	"postern/parse"
)

// maxFileText is how much text of all attached files is read.
const maxFileText = 64 << 10

// A held file is attached to the message or to one in it, or was read of an
// archive.
type held struct {
	*parse.Attachment
	of *parse.Message
}

// body is what the file is made of; nil where it is in an archive.
func (h *held) body() []byte {
	if h.Part < 0 || h.Part >= len(h.of.Parts) {
		return nil
	}
	return h.of.Parts[h.Part].Body
}

// hold lists what the message holds.
func (f *Facts) hold(v *view) {
	for a, m := range f.Msg.Files() {
		v.held = append(v.held, held{a, m})
		if a.Message != nil {
			v.inner = append(v.inner, a.Message)
			v.codes = append(slices.Clip(v.codes), a.Message.Codes...)
		}
	}
}

// files is what several signals look at in the attached files.
type files struct {
	wants  lexis.Reading // of all their text together
	words  int
	brands int
}

// files reads the text of the attached files at first use.
func (f *Facts) files() *files {
	v := f.look()
	if v.files == nil {
		v.files = f.readFiles()
	}
	return v.files
}

func (f *Facts) readFiles() *files {
	var all strings.Builder
	out := &files{}
	add := func(title, text string) {
		if left := maxFileText - all.Len(); left > 0 {
			all.WriteString(title)
			all.WriteByte('\n')
			all.WriteString(text[:min(len(text), left)])
			all.WriteByte('\n')
		}
	}
	for _, h := range f.look().held {
		if x := h.Found; x != nil {
			out.words += x.Words
			add(x.Title, x.Text)
		}
		if m := h.Message; m != nil {
			add(m.Subject, m.Text.Visible)
		}
	}
	if all.Len() == 0 {
		return out
	}
	folded, _ := parse.Fold(strings.ToValidUTF8(all.String(), ""))
	out.wants = f.words().Read(head(folded, maxRead))
	for _, b := range f.words().FindBrands(folded) {
		if f.words().BrandOf(f.From().Domain) != b {
			out.brands++
		}
	}
	return out
}

// found counts the files of a kind that fulfil is: those attached, also to a
// message that is attached, and those in archives.
func found(f *Facts, kind content.Kind, is func(*content.Found) bool) float64 {
	n := 0
	for _, h := range f.look().held {
		if x := h.Found; x != nil && x.Kind == kind && is(x) {
			n++
		}
	}
	return float64(n)
}

// having counts those with one of the flags.
func having(f *Facts, kind content.Kind, flags content.Flags) float64 {
	return found(f, kind, func(x *content.Found) bool { return x.Flags.Any(flags) })
}

// FileWords counts the words in attached files.
var FileWords = define(Signal{
	Name: "file.words", Level: Message, Unit: Count,
	Doc:  "Words that attached files show.",
	Eval: func(f *Facts) float64 { return float64(f.files().words) },
})

// FileCredential counts words of passwords in attached files.
var FileCredential = define(Signal{
	Name: "file.credential", Level: Message, Unit: Count,
	Doc:  "Words and phrases of passwords, signing in and account checks in attached files.",
	Eval: func(f *Facts) float64 { return float64(f.files().wants.Hits[lexis.Credential].Count) },
})

// FilePayment counts words of money in attached files.
var FilePayment = define(Signal{
	Name: "file.payment", Level: Message, Unit: Count,
	Doc:  "Words and phrases of invoices, payments and bank accounts in attached files.",
	Eval: func(f *Facts) float64 { return float64(f.files().wants.Hits[lexis.Payment].Count) },
})

// FileUrgency counts words that press in attached files.
var FileUrgency = define(Signal{
	Name: "file.urgency", Level: Message, Unit: Count,
	Doc:  "Words and phrases of haste in attached files.",
	Eval: func(f *Facts) float64 { return float64(f.files().wants.Hits[lexis.Urgency].Count) },
})

// FileBrands counts the brands that attached files name.
var FileBrands = define(Signal{
	Name: "file.brands", Level: Message, Unit: Count,
	Doc:  "Brands named in attached files that are not the sender's own.",
	Eval: func(f *Facts) float64 { return float64(f.files().brands) },
})

// FileBroken counts files that could not be read to their end.
var FileBroken = define(Signal{
	Name: "file.broken", Level: Message, Unit: Count,
	Doc: "Attached files that are damaged, so that they could not be read to their end.",
	Eval: func(f *Facts) float64 {
		return attachments(f, func(a *parse.Attachment) bool { return a.Found != nil && a.Found.Flags.Has(content.Broken) })
	},
})

// FileOpened counts files that the message gives the password for.
var FileOpened = define(Signal{
	Name: "file.opened", Level: Message, Unit: Count,
	Doc: "Attached files that open with a password which the message itself gives.",
	Eval: func(f *Facts) float64 {
		return attachments(f, func(a *parse.Attachment) bool { return a.Found != nil && a.Found.Flags.Has(content.Opened) })
	},
})

// minLocal is the shortest local part that is looked for in names.
const minLocal = 4

// FileRcpt counts files named after a recipient.
var FileRcpt = define(Signal{
	Name: "file.rcpt_in_name", Level: Message, Unit: Count,
	Doc: "Attached files whose name holds the local part of a recipient's address.",
	Eval: func(f *Facts) float64 {
		return attachments(f, func(a *parse.Attachment) bool {
			name := strings.ToLower(a.Name)
			for _, r := range f.Env.Rcpts[:min(len(f.Env.Rcpts), maxRcpts)] {
				if local := strings.ToLower(r.Local); len(local) >= minLocal && strings.Contains(name, local) {
					return true
				}
			}
			return false
		})
	},
})
