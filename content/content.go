// Package content says what the decoders of attached files find, and how much
// work they may do for it. The decoders are the packages beneath it, one for
// each family of formats. They are pure, know nothing of messages, and read
// hostile files as far as they can: what is broken becomes a flag.
package content

import (
	"slices"
	"strings"
)

// A Kind is a family of formats, each with a decoder.
type Kind uint8

// The kinds.
const (
	Unknown  Kind = iota
	PDF           // ISO 32000
	Image         // PNG, JPEG, GIF, BMP, ...
	Page          // HTML and SVG
	Calendar      // RFC 5545
	Card          // RFC 6350
	Office        // OLE2, OOXML, RTF
	Archive
	Shortcut // Windows shell links, internet shortcuts
	Notebook // OneNote
)

// String names the kind.
func (k Kind) String() string {
	return [...]string{"unknown", "pdf", "image", "page", "calendar", "card", "office", "archive", "shortcut", "notebook"}[k]
}

// Flags tell what a file does or holds.
type Flags uint64

// The flags. Each says what is in the file, whatever kind it is of.
const (
	Broken         Flags = 1 << iota // not read to its end, for it is damaged
	OverBudget                       // not read to its end, for the work was too much
	Encrypted                        // asks for a password
	Protected                        // is encrypted, but opens without a password
	Opened                           // was opened with a password that the message gives
	Script                           // holds a script
	OnOpen                           // does something when it is opened
	Launch                           // starts a program
	SubmitForm                       // sends what is typed to a server
	Form                             // has fields to fill in
	Password                         // has a field for a password
	Embedded                         // holds other files
	ImageOnly                        // a document that is all images, without words
	Animated                         // an image with several frames
	Redirect                         // leads on to another page by itself
	ExternalScript                   // loads a script from elsewhere
	Decode                           // a script decodes base64 or percent-encoding
	Build                            // a script makes a file, and hands it over
	Write                            // a script writes the page anew
	Eval                             // a script runs text as a script
	CharCodes                        // a script makes text from numbers
	LongData                         // a script or a data: URL holds a long encoded block
	HiddenFile                       // an encoded block holds a page, a program or an archive
	Foreign                          // a drawing with HTML inside (SVG foreignObject)
	Handler                          // an element runs a script upon an event
	Recurring                        // a meeting that repeats
	Alarm                            // a meeting that reminds
	Macro                            // a program in the language of an office suite
	Suspicious                       // a macro or a shortcut that starts programs, or fetches files
	Stomped                          // a macro whose source was taken away from its compiled form
	Sheet                            // macros in the cells of a sheet (Excel 4)
	DDE                              // a field that starts a program (dynamic data exchange)
	Template                         // loads its template or a part of it from elsewhere
	External                         // refers to files elsewhere
	Object                           // holds an object of another program
	Equation                         // holds an object of the old equation editor
	ActiveX                          // holds a control
	Obscured                         // written so that it is hard to read for a program
	Ambiguous                        // shows different files to different readers
	Traversal                        // holds a name that leads out of the folder
	Bomb                             // grows beyond all measure when unpacked
	Program                          // holds a program by its first bytes
	Network                          // leads to a file on another machine
)

var flagNames = []string{
	"broken", "over-budget", "encrypted", "protected", "opened", "script", "on-open", "launch", "submit-form", "form", "password", "embedded",
	"image-only", "animated", "redirect", "external-script", "decode", "build", "write", "eval", "char-codes", "long-data",
	"hidden-file", "foreign", "handler", "recurring", "alarm", "macro", "suspicious", "stomped", "sheet", "dde", "template", "external",
	"object", "equation", "activex", "obscured", "ambiguous", "traversal", "bomb", "program", "network",
}

// String names the flags that are set.
func (f Flags) String() string {
	var set []string
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			set = append(set, name)
		}
	}
	return strings.Join(set, " ")
}

// Has tells whether all of g are set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Any tells whether one of g is set.
func (f Flags) Any(g Flags) bool { return f&g != 0 }

// Via tells how a link is held in a file.
type Via uint8

// The ways.
const (
	ViaText     Via = iota // in the text of the file
	ViaAction              // opened by a click or an event: a PDF annotation, an anchor
	ViaForm                // where a form is sent
	ViaField               // a property of a calendar or a card
	ViaCode                // in a QR code
	ViaScript              // in a script
	ViaRelation            // loaded by the program that opens the file
)

// A Link is one address in a file, as found.
type Link struct {
	URL  string
	Text string // the words that lead there, where they are known
	Via  Via
}

// Found is what a decoder found in one file. Strings are valid UTF-8.
type Found struct {
	Kind  Kind
	Flags Flags
	Text  string // what its reader sees, without layout
	Links []Link
	Names []string // of the files inside
	Codes []string // what its QR codes say, in reading order

	Format  string   // of its kind: "zip", "rtf", "lnk"; empty where the kind has but one
	Calls   []string // what its macros run upon, and what they call, in lower case
	Command string   // what opening it runs

	Title, Author string
	Program       string // that made it, as the file says
	Producer      string // the library that wrote it, as the file says

	Pages  int
	Images int
	Words  int // of Text

	Width, Height int    // pixels of an image
	Hash          uint64 // of how an image looks; 0 where it was not decoded

	Meeting *Meeting // of a calendar
	Phones  []string // of a card or a calendar, as written
}

// A Meeting is what a calendar asks its reader to attend (RFC 5545 §3.6.1).
type Meeting struct {
	Method    string // in lower case: request, cancel, reply, publish, ...
	Organizer string // an address
	Name      string // the organizer's common name
	SentBy    string // who acts for the organizer
	Attendees []string
	Place     string
	Events    int
}

// AddLink notes a link, each once, up to a limit.
func (f *Found) AddLink(url, text string, via Via) {
	if url == "" || len(url) > maxURL {
		return
	}
	for i := range f.Links {
		if f.Links[i].URL == url && f.Links[i].Via == via {
			return
		}
	}
	if len(f.Links) >= maxLinks {
		f.Flags |= OverBudget
		return
	}
	f.Links = append(f.Links, Link{url, text, via})
}

// AddName notes the name of a file inside, up to a limit; false means that it
// was reached.
func (f *Found) AddName(name string) bool {
	if len(f.Names) >= MaxNames {
		f.Flags |= OverBudget
		return false
	}
	f.Names = append(f.Names, name)
	return true
}

// AddCall notes something that a macro calls, each once.
func (f *Found) AddCall(call string) {
	if len(f.Calls) < maxCalls && !slices.Contains(f.Calls, call) {
		f.Calls = append(f.Calls, call)
	}
}

// AddText adds a piece of text with a line end, up to MaxText.
func (f *Found) AddText(text string) {
	if text == "" {
		return
	}
	if left := MaxText - len(f.Text) - 1; len(text) > left {
		text = strings.ToValidUTF8(text[:max(left, 0)], "")
	}
	if text != "" {
		f.Text += text + "\n"
	}
}

// Limits of what is kept of one file.
const (
	maxLinks = 200
	maxURL   = 16 << 10
	maxCalls = 64
	// MaxText is how many bytes of text are kept of a file.
	MaxText = 128 << 10
	// MaxNames is how many names of files inside are kept.
	MaxNames = 1000
)

// A Budget bounds the work of all decoders for one message. It counts work,
// not time, so that a verdict does not depend on how busy the machine was.
type Budget struct {
	Bytes  int // unpacked
	Pixels int // decoded
	Codes  int // images searched for QR codes
	Steps  int // objects, operators and tokens read
}

// DefaultBudget reads what people attach. All of it spent takes about 150 ms
// on one core of 2020.
var DefaultBudget = Budget{Bytes: 10 << 20, Pixels: 4 << 20, Codes: 8, Steps: 300_000}

// Spend takes n from a total of the budget, or what is left; false means that
// it was not enough.
func Spend(total *int, n int) bool {
	if n > *total {
		*total = 0
		return false
	}
	*total -= n
	return true
}

// Guard runs a decoder. Where it panics, what it found until then stays, and
// is flagged as broken.
func Guard(kind Kind, decode func(*Found)) (f *Found) {
	f = &Found{Kind: kind}
	defer func() {
		if recover() != nil {
			f.Flags |= Broken
		}
	}()
	decode(f)
	return f
}
