package parse

import (
	"iter"
	"time"

	inside "postern/content"
)

// A Message is the parsed content. It is read-only once returned. Positions
// are byte offsets into the raw message it was read from, so that nothing is
// ever encoded anew.
type Message struct {
	Header     []Field
	BodyStart  int // offset of the first byte after the empty line
	From       []Mailbox
	Sender     []Mailbox
	ReplyTo    []Mailbox
	To, Cc     []Mailbox
	Subject    string // decoded (RFC 2047), one line
	MessageID  string // without angle brackets
	InReplyTo  []string
	References []string
	Date       time.Time // zero where absent or unreadable

	Text        Text
	Parts       []Part // depth first; Parts[0] is the message itself
	Links       []Link
	Attachments []Attachment
	Codes       []Code   // QR codes, wherever they stood
	Defects     []Defect // each kind once, in the order found
}

// A Field is one header field. Raw, its line ends included, is
// raw[Start:End] of the message.
type Field struct {
	Name       string // as written
	Value      string // unfolded, with leading and trailing space cut; not decoded
	Start, End int
}

// A Mailbox is an address with the name shown for it (RFC 5322 §3.4). Name is
// decoded; Group names the group it was listed in, if any. A mailbox that
// does not parse keeps what could be read, and a Defect tells.
type Mailbox struct {
	Name    string
	Address Address
	Group   string
}

// Text is the message as its reader sees it, from the alternative that mail
// programs prefer, split by who wrote what.
type Text struct {
	Visible    string // the sender's own words, without quotations, signature and disclaimer
	Folded     string // Visible with its disguises taken off, for matching; see [Fold]
	Quoted     string // what is quoted from earlier messages
	Signature  string
	Disclaimer string // legal notices and the like
	Hidden     string // in the source, but not on the screen
	Preheader  string // hidden text ahead of all that is shown: a preview in the list of messages
	Alt        string // what stands for images that are not loaded, one a line
	Other      string // the plain form, where the HTML form is the one that is shown
	HTML       bool   // the text was taken from an HTML part

	Forwards []Forward // headers of the messages that are quoted or attached, in order
	Disguise Disguise
	Blank    int // empty lines in the longest run of them between two words
	Below    int // bytes of Visible below that run, where nothing above it is quoted
}

// A Forward is the header that mail programs write over a message that they
// quote, or that of an attached message. What could not be read is zero.
type Forward struct {
	From     Mailbox
	To       []Mailbox
	Date     time.Time
	Subject  string
	Said     bool // a line says that the message was forwarded
	Attached bool // a message/rfc822 part
}

// A Disguise counts what keeps a program, but not a reader, from matching the
// visible text.
type Disguise struct {
	Lookalikes  int // letters that only look like Latin ones
	Digits      int // digits and signs that stand for letters inside of words
	Spaced      int // letters of words that are spaced out
	Split       int // words that something hidden or a comment cuts in two
	ZeroWidth   int // characters without width inside of words
	SoftHyphens int // possible line breaks inside of words
	Direction   int // controls that turn the direction of text (UAX #9)
}

// A Part is one node of the MIME tree (RFC 2045).
type Part struct {
	Type        string            // media type in lower case; "text/plain" where none is declared
	Params      map[string]string // Content-Type parameters, RFC 2231 decoded, keys in lower case
	Disposition string            // "inline", "attachment" or ""
	Name        string            // file name, decoded; the Content-Disposition one first
	ContentID   string            // without angle brackets
	Encoding    string            // content-transfer-encoding in lower case
	Depth       int
	Parent      int    // index in Message.Parts; -1 for the root
	HeaderStart int    // offset of the part's own header
	Start, End  int    // offsets of its body as it stands, still encoded
	Body        []byte // a leaf's content with the transfer encoding undone; nil for multiparts

	shown bool // is part of the text, or another form of it
}

// A Link is one place where the reader can go, with the words that lead there.
type Link struct {
	URL    string // as found, entities decoded, trimmed
	Scheme string // in lower case: http, https, mailto, ftp, tel, ...
	Host   string // in lower case, A-labels, without port; empty where none
	Text   string // what the reader sees; empty for a bare or an image link
	Origin Origin
	Image  bool // the reader sees an image in place of words

	// What the URL itself tells of where it passes on to.
	Target     string // behind the rewriters and redirectors that are known; empty where there are none
	Leads      string // host of Target, or Host
	Inner      string // host of another address in the path or query of where it leads; empty where none
	Rewritten  bool   // a gateway's rewriter was undone
	Redirected bool   // a redirector was undone
}

// An Origin tells where a link stood.
type Origin uint8

// The origins.
const (
	InText       Origin = iota // plain text
	InAnchor                   // <a>, <area>
	InForm                     // the action of <form>
	InResource                 // fetched without a click: img, link, background, ...
	InRedirect                 // <meta refresh>, <base>
	InAttachment               // an attached page or text
	InScript                   // where a script goes to
	InCalendar                 // a calendar field
	InQR                       // a QR code
	InPDF                      // a PDF file
	InOffice                   // an office document
)

// String names the origin.
func (o Origin) String() string {
	return [...]string{
		"text", "anchor", "form", "resource", "redirect", "attachment", "script", "calendar", "qr", "pdf", "office",
	}[o]
}

// An Attachment is a leaf that is not the text: a file for the reader.
type Attachment struct {
	Part     int // index in Message.Parts
	Name     string
	Declared string // media type as declared
	Sniffed  string // media type by its first bytes; "application/octet-stream" where unknown
	Size     int    // decoded bytes
	Entries  []string
	// Entries are the names inside an archive, nested ones as "a.zip/b.exe".
	Inside []Attachment
	// Inside are the documents and messages in an archive that were read; Part is -1.
	Encrypted bool          // the archive or document asks for a password
	Message   *Message      // a nested message/rfc822
	Found     *inside.Found // what its decoder found; nil where none read it
}

// All gives the message and those attached to it, depth first.
func (m *Message) All() iter.Seq[*Message] {
	return func(yield func(*Message) bool) { m.visit(yield) }
}

func (m *Message) visit(yield func(*Message) bool) bool {
	if !yield(m) {
		return false
	}
	return visit(m.Attachments, yield)
}

func visit(list []Attachment, yield func(*Message) bool) bool {
	for i := range list {
		a := &list[i]
		if a.Message != nil && !a.Message.visit(yield) || !visit(a.Inside, yield) {
			return false
		}
	}
	return true
}

// Files gives what is attached to the message and to the messages in it, with
// what was read of archives, each after what holds it, and the message that it
// is attached to.
func (m *Message) Files() iter.Seq2[*Attachment, *Message] {
	return func(yield func(*Attachment, *Message) bool) { m.files(m.Attachments, yield) }
}

func (m *Message) files(list []Attachment, yield func(*Attachment, *Message) bool) bool {
	for i := range list {
		a := &list[i]
		if !yield(a, m) || a.Message != nil && !a.Message.files(a.Message.Attachments, yield) || !m.files(a.Inside, yield) {
			return false
		}
	}
	return true
}
