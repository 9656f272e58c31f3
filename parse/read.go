// Package parse turns what arrived on the wire into values: addresses, the
// envelope, and the message with its parts, text, links and attachments. It
// does no I/O, holds no opinions and never refuses ugly mail: what is
// malformed becomes a [Defect], which is evidence.
package parse

// Read parses one message. It never fails: what it could not read, or would
// not for the sake of lim, is told in Defects. The result shares memory with
// raw, which must not change afterwards.
func Read(raw []byte, lim Limits) *Message { return &Message{} }
