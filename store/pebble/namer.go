package pebble

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"

	"postern/store/record"
)

// hashPrefix sets the hashes inside records apart from names of records.
const hashPrefix = 0x7f

// sealPrefix does so with what seals texts inside records.
const sealPrefix = 0x7e

// A namer hides what records are about, under the site key.
type namer struct{ key *siteKey }

// Key implements [record.Namer].
func (n namer) Key(e record.Entity) record.Key {
	return record.Key(n.key.nameOf(byte(e.Class), e.A, e.B))
}

// Hash implements [record.Namer].
func (n namer) Hash(space byte, text string) uint64 {
	d := n.key.nameOf(hashPrefix, spaces[space:][:1], text)
	return binary.LittleEndian.Uint64(d[:])
}

// spaces are all bytes, to be cut out of.
var spaces = func() string {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	return string(all[:])
}()

// tagSize is how much of a text's keyed hash precedes it: it proves the text
// and makes the key stream of each text its own.
const tagSize = 8

// Seal implements [record.Namer]. The same text gives the same bytes in one
// record, so that merging a sighting twice changes nothing, and others in any
// other record.
func (n namer) Seal(place record.Key, text string) []byte {
	box := make([]byte, tagSize+len(text))
	n.tag(box[:tagSize], place, text)
	n.stream(place, box[:tagSize]).XORKeyStream(box[tagSize:], []byte(text))
	return box
}

// Open implements [record.Namer].
func (n namer) Open(place record.Key, box []byte) string {
	if len(box) < tagSize {
		return ""
	}
	text := make([]byte, len(box)-tagSize)
	n.stream(place, box[:tagSize]).XORKeyStream(text, box[tagSize:])
	var tag [tagSize]byte
	n.tag(tag[:], place, string(text))
	if subtle.ConstantTimeCompare(tag[:], box[:tagSize]) != 1 {
		return ""
	}
	return string(text)
}

func (n namer) tag(to []byte, place record.Key, text string) {
	var d digest
	n.key.name(d[:0], sealPrefix, string(place[:]), text)
	copy(to, d[:])
}

func (n namer) stream(place record.Key, tag []byte) cipher.Stream {
	iv := make([]byte, 16) // the last four bytes count blocks
	copy(iv, tag)
	copy(iv[tagSize:12], place[:])
	return cipher.NewCTR(n.key.texts, iv)
}
