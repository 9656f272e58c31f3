package parse

import (
	"cmp"

	inside "postern/content"
)

// Limits bound the work that one message may cause. They are budgets of work,
// not of time, so that a verdict does not depend on how busy the machine was.
// A message over a limit is read up to it, and a Defect tells.
type Limits struct {
	HeaderBytes  int // bytes of one header block
	Fields       int // fields of one header block
	Parts        int // nodes of the MIME tree, nested messages included
	Depth        int // nesting of multiparts and messages
	Links        int
	Attachments  int
	Addresses    int // mailboxes of one address field
	Entries      int // names listed from archives
	DecodedBytes int // content bytes after transfer decoding and decompression, in total
	TextBytes    int // bytes of visible text; a few times as many are read
	Tokens       int // tags, comments and pieces of text of HTML, in total

	Content inside.Budget // of the decoders of attached files
}

// DefaultLimits let every message through that people write.
var DefaultLimits = Limits{
	HeaderBytes: 1 << 20, Fields: 2000, Parts: 1000, Depth: 20, Links: 2000, Attachments: 200,
	Addresses: 2000, Entries: 1000, DecodedBytes: 64 << 20, TextBytes: 1 << 20, Tokens: 250_000,
	Content: inside.DefaultBudget,
}

// A Defect is a departure from RFC 5322 or RFC 2045 that was read past.
// Defects are evidence, never a reason to refuse reading.
type Defect string

// The defects.
const (
	OverLimit           Defect = "over-limit" // some [Limits] field was reached
	NoHeader            Defect = "no-header"
	BadField            Defect = "bad-field" // a header line that is no field
	NoFrom              Defect = "no-from"
	ManyFrom            Defect = "many-from"      // several From fields (RFC 5322 §3.6 allows one)
	RepeatedField       Defect = "repeated-field" // another field that may stand once stands twice
	BadAddress          Defect = "bad-address"    // an address list that does not parse
	BadEncodedWord      Defect = "bad-encoded-word"
	BadDate             Defect = "bad-date"
	BadContentType      Defect = "bad-content-type"
	NoBoundary          Defect = "no-boundary" // a multipart without its boundary parameter
	UnclosedMultipart   Defect = "unclosed-multipart"
	BadTransferEncoding Defect = "bad-transfer-encoding" // unknown, or undecodable content
	UnknownCharset      Defect = "unknown-charset"
	BadCharset          Defect = "bad-charset" // bytes that the declared charset has not
	BareCR              Defect = "bare-cr"
	BareLF              Defect = "bare-lf"
	NUL                 Defect = "nul"
	LongLine            Defect = "long-line" // over 998 bytes (RFC 5322 §2.1.1)
	EightBitHeader      Defect = "8bit-header"
	BadArchive          Defect = "bad-archive"
	BadContent          Defect = "bad-content" // an attached file that its decoder could not read to the end
)

// orDefault puts the default in the place of each limit that is zero.
func (l Limits) orDefault() Limits {
	d := DefaultLimits
	return Limits{
		HeaderBytes:  cmp.Or(l.HeaderBytes, d.HeaderBytes),
		Fields:       cmp.Or(l.Fields, d.Fields),
		Parts:        cmp.Or(l.Parts, d.Parts),
		Depth:        cmp.Or(l.Depth, d.Depth),
		Links:        cmp.Or(l.Links, d.Links),
		Attachments:  cmp.Or(l.Attachments, d.Attachments),
		Addresses:    cmp.Or(l.Addresses, d.Addresses),
		Entries:      cmp.Or(l.Entries, d.Entries),
		DecodedBytes: cmp.Or(l.DecodedBytes, d.DecodedBytes),
		TextBytes:    cmp.Or(l.TextBytes, d.TextBytes),
		Tokens:       cmp.Or(l.Tokens, d.Tokens),
		Content:      cmp.Or(l.Content, d.Content),
	}
}
