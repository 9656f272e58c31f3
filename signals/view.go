package signals

import (
	"strings"

	"postern/lexis"
	"postern/parse"
	"postern/store"
)

// A view is what several signals look at, made once.
type view struct {
	text  text
	forms forms
	links []target
	urls  urls
	lures []*target        // made by lures
	held  []held           // files of all messages, and of archives
	codes []parse.Code     // of all messages
	inner []*parse.Message // those attached to the message

	innerLinks []target // of those, in their text; made by nested

	senders *parties // made by senders

	claims, names         []*lexis.Brand // made by claimed and named
	claimsRead, namesRead bool
	claim                 *brandClaim // made by claim

	memory *memory       // made by memory, likewise
	style  []float64     // made by Style; empty where the text is too short
	files  *files        // made by files
	bank   *bank         // made by bank
	traits []store.Trait // made by Traits, once the authentication is known
}

// Ready does now what Compute would do first, and what needs nothing but the
// message. Nobody else may use f meanwhile.
func (f *Facts) Ready() { f.look() }

// look makes the view at first use. The first look is Compute's, before the
// detectors share f.
func (f *Facts) look() *view {
	if f.seen == nil {
		f.seen = &view{
			text:  readText(f.words(), f.Msg.Subject, region(f.From().Domain), &f.Msg.Text),
			forms: readForms(&f.Msg.Text),
			codes: f.Msg.Codes,
		}
		f.hold(f.seen)
		f.seen.links = f.readLinks(f.seen.inner)
		f.seen.urls = countURLs(f.seen.links)
	}
	return f.seen
}

// foreign tells whether two domains belong to different organisations.
func foreign(a, b string) bool {
	return a != b && parse.OrgDomain(a) != parse.OrgDomain(b)
}

// list reads an embedded file: one entry a line, # begins a comment.
func list(data string) map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(data) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			m[line] = true
		}
	}
	return m
}

// truth is the value of a bool signal.
func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// share is the value of a ratio; unknown of nothing.
func share(n, of int) float64 {
	if of == 0 {
		return Unknown
	}
	return float64(n) / float64(of)
}
