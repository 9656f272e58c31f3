package train

import (
	"context"
	"strings"

	"postern/filter"
	"postern/model"
	"postern/parse"
)

// A Row is one message as a model sees it: the text, and the inputs that are
// known without a text model.
type Row struct {
	*Mail

	Text    *model.TextInput
	Inputs  []float32 // by [model.InputNames]; those of the text are unknown
	Known   bool      // what the receiving server found out is among the inputs
	Message int       // the rows of one message have one number
	HTML    bool      // the text was taken from an HTML part
}

// views are how each message is shown to a model that learns: to a gate that
// asks nobody and remembers nothing, and to one that has just begun.
var views = []View{
	{},
	{Auth: true, History: true, Org: true},
}

// Rows computes what a model learns from: for every message one row a view, by
// the way of live mail. The detectors of the route are the heuristics.
// Progress may be nil.
func Rows(ctx context.Context, mail []*Mail, route *Route, progress func()) ([]Row, error) {
	inputs := model.NewInputs(model.InputNames())
	rows := make([]Row, len(mail)*len(views))
	err := parallel(ctx, len(mail), func(i int) error {
		raw, err := mail[i].Load()
		if err != nil {
			return err
		}
		var text *model.TextInput
		for n, v := range views {
			v.Org = v.Org || mail[i].dice("org")%2 == 0
			rec := route.Judge(ctx, mail[i], raw, v)
			if text == nil {
				text = textOf(rec.Facts.Msg)
			}
			rows[i*len(views)+n] = Row{
				Mail: mail[i], Text: text, Inputs: inputsOf(inputs, rec), Message: i,
				Known: v.Auth && mail[i].Received.known(), HTML: rec.Facts.Msg.Text.HTML,
			}
		}
		if progress != nil {
			progress()
		}
		return nil
	})
	return rows, err
}

func inputsOf(inputs *model.Inputs, rec *filter.Record) []float32 {
	row := make([]float32, len(model.InputNames()))
	inputs.Row(row, rec.Vector, rec.Found, nil)
	return row
}

// maxText is how many bytes of a body are kept to learn from; no model reads
// more.
const maxText = 16 << 10

// textOf is the text of a message, sharing no memory with it.
func textOf(m *parse.Message) *model.TextInput {
	in := model.TextOf(m)
	in.Subject, in.Sender = strings.Clone(in.Subject), strings.Clone(in.Sender)
	in.Body = strings.Clone(in.Body[:min(len(in.Body), maxText)])
	links := make([]parse.Link, len(in.Links))
	for i, l := range in.Links {
		links[i] = parse.Link{Host: strings.Clone(l.Host), Text: strings.Clone(l.Text)}
	}
	files := make([]parse.Attachment, len(in.Files))
	for i, f := range in.Files {
		files[i] = parse.Attachment{Name: strings.Clone(f.Name)}
	}
	in.Links, in.Files = links, files
	return &in
}

// Join puts the rows of several lists of mail together.
func Join(parts ...[]Row) []Row {
	var all []Row
	messages := 0
	for _, rows := range parts {
		last := -1
		for _, r := range rows {
			last = max(last, r.Message)
			r.Message += messages
			all = append(all, r)
		}
		messages += last + 1
	}
	return all
}
