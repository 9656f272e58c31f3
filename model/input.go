package model

import (
	"postern/parse"
)

// TextInput is the text of a message that the text model reads.
type TextInput struct {
	Subject string
	Body    string // the sender's own words
	Sender  string // the name shown for the author
	Links   []parse.Link
	Files   []parse.Attachment
}

// TextOf is the text of m.
func TextOf(m *parse.Message) TextInput {
	in := TextInput{Subject: m.Subject, Body: m.Text.Visible, Links: m.Links, Files: m.Attachments}
	if len(m.From) > 0 {
		in.Sender = m.From[0].Name
	}
	return in
}

// A space keeps n-grams of different places apart: "invoice" in the subject is
// another feature than in a file's name.
type space uint8

const (
	inSubject space = iota
	inBody
	inSender
	inLinkText
	inHost
	inFile
	numSpaces
)

var spaceNames = [numSpaces]string{"subject", "text", "sender's name", "words of a link", "host of a link", "name of a file"}

// String names the space as in a sentence.
func (s space) String() string { return spaceNames[s] }

// spaceWeight is how long the vector of a space's n-grams is.
var spaceWeight = [numSpaces]float64{inSubject: 0.8, inBody: 1, inSender: 0.6, inLinkText: 0.6, inHost: 0.6, inFile: 0.6}

// What is read of one message.
const (
	maxSubject  = 512  // bytes
	maxBody     = 8192 // bytes
	maxSender   = 128  // bytes
	maxLinks    = 64
	maxLinkText = 2048 // bytes of all links together
	maxFiles    = 16
	maxFileName = 128 // bytes of each
)

// each hands over every text with its space, cut to the limits.
func (in *TextInput) each(yield func(space, string)) {
	yield(inSubject, cut(in.Subject, maxSubject))
	yield(inBody, cut(in.Body, maxBody))
	yield(inSender, cut(in.Sender, maxSender))
	left := maxLinkText
	for _, l := range in.Links[:min(len(in.Links), maxLinks)] {
		text := cut(l.Text, left)
		left -= len(text)
		yield(inLinkText, text)
	}
	last := ""
	for _, l := range in.Links[:min(len(in.Links), maxLinks)] {
		if l.Host != last {
			last = l.Host
			yield(inHost, l.Host)
		}
	}
	for _, f := range in.Files[:min(len(in.Files), maxFiles)] {
		yield(inFile, cut(f.Name, maxFileName))
	}
}

// cut is the first n bytes of s; half a character at the end folds away.
func cut(s string, n int) string { return s[:min(len(s), n)] }
