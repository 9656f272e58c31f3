package model

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A model file is:
//
//	magic     8 bytes
//	version   1 byte
//	sections  kind, length as stored, length inflated (4 bytes each, big-endian), and DEFLATE data
//	checksum  32 bytes: SHA-256 of all before
//
// with the sections in the order of their kinds, each at most once.
const (
	magic   = "POSTERNM"
	version = 1
)

const (
	cardSection uint32 = iota + 1
	textSection
	treeSection
)

// What a file may hold.
const (
	MaxFile    = 32 << 20 // bytes
	maxSection = 48 << 20 // bytes, inflated
	maxCard    = 1 << 20  // bytes
	sectionAt  = len(magic) + 1
	headLength = 12
)

// ErrNewer tells that a file was made by a newer Postern.
var ErrNewer = errors.New("model: the file is of a newer format than this version of Postern reads")

var errDamaged = errors.New("model: the file is damaged")

// damaged says what is wrong with a file.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errDamaged}, args...)...)
}

// Encode writes the bundle as a file.
func (b *Bundle) Encode() ([]byte, error) {
	out := append([]byte(magic), version)
	card, err := json.Marshal(&b.Card)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	out = appendSection(out, cardSection, card)
	if b.Text != nil {
		out = appendSection(out, textSection, b.Text.encode())
	}
	if b.Trees != nil {
		out = appendSection(out, treeSection, b.Trees.encode())
	}
	sum := sha256.Sum256(out)
	if out = append(out, sum[:]...); len(out) > MaxFile {
		return nil, fmt.Errorf("model: %d bytes are more than a file may have", len(out))
	}
	return out, nil
}

func appendSection(out []byte, kind uint32, data []byte) []byte {
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression) // the level is valid
	_, _ = w.Write(data)                                    // a buffer takes all
	_ = w.Close()
	out = binary.BigEndian.AppendUint32(out, kind)
	out = binary.BigEndian.AppendUint32(out, uint32(packed.Len())) //nolint:gosec // checked by Encode
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))    //nolint:gosec // as above
	return append(out, packed.Bytes()...)
}

// Decode reads a file. A file is taken for hostile: its sizes are bounded, and
// every reference in it is checked.
func Decode(file []byte) (*Bundle, error) {
	if len(file) < sectionAt+sha256.Size || len(file) > MaxFile || string(file[:len(magic)]) != magic {
		return nil, damaged("it is no model")
	}
	switch v := file[len(magic)]; {
	case v > version:
		return nil, ErrNewer
	case v < version:
		return nil, damaged("its version is %d", v)
	}
	body, sum := file[:len(file)-sha256.Size], file[len(file)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, damaged("its checksum is wrong")
	}
	b := new(Bundle)
	last := uint32(0)
	for rest := body[sectionAt:]; len(rest) > 0; {
		kind, data, after, err := section(rest)
		if err != nil {
			return nil, err
		}
		if kind <= last {
			return nil, damaged("its sections are out of order")
		}
		if err := b.decode(kind, data); err != nil {
			return nil, err
		}
		last, rest = kind, after
	}
	return b, nil
}

// section inflates the first section of rest.
func section(rest []byte) (kind uint32, data, after []byte, err error) {
	if len(rest) < headLength {
		return 0, nil, nil, damaged("a section is cut off")
	}
	kind = binary.BigEndian.Uint32(rest)
	stored, size := binary.BigEndian.Uint32(rest[4:]), binary.BigEndian.Uint32(rest[8:])
	rest = rest[headLength:]
	if uint64(stored) > uint64(len(rest)) || size > maxSection {
		return 0, nil, nil, damaged("section %d is too long", kind)
	}
	// Grown as it comes, so that a lie about the size costs nothing.
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(flate.NewReader(bytes.NewReader(rest[:stored])), int64(size)+1))
	if err != nil || n != int64(size) {
		return 0, nil, nil, damaged("section %d does not inflate to its length", kind)
	}
	return kind, out.Bytes(), rest[stored:], nil
}

func (b *Bundle) decode(kind uint32, data []byte) (err error) {
	switch kind {
	case cardSection:
		if len(data) > maxCard {
			return damaged("its card is too long")
		}
		if err := json.Unmarshal(data, &b.Card); err != nil {
			return damaged("its card: %v", err)
		}
	case textSection:
		b.Text, err = decodeText(data)
	case treeSection:
		b.Trees, err = decodeTrees(data)
	default:
		return damaged("section %d is not known", kind)
	}
	return err
}
