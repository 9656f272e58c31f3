package mailauth

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"slices"
)

// All canonicalization here reads a lone LF as CRLF: the doors let none in,
// but messages in files often have no CR. A lone CR is an ordinary byte.

// appendTo appends the canonical form of the field (RFC 6376 §3.4.1, §3.4.2).
func (f *headerField) appendTo(dst []byte, relaxed bool) []byte {
	if !relaxed {
		return appendSimple(dst, f.raw)
	}
	for _, c := range f.name() {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	dst = append(dst, ':')
	first, gap := len(dst), false
	for i := f.colon + 1; i < len(f.raw); i++ {
		c := f.raw[i]
		switch {
		case isWSP(c):
			gap = true
		case atLineEnd(f.raw[i:]):
		default:
			if gap && len(dst) > first {
				dst = append(dst, ' ')
			}
			gap = false
			dst = append(dst, c)
		}
	}
	return append(dst, crlf...)
}

func appendSimple(dst, raw []byte) []byte {
	for line := range bytes.Lines(raw) {
		line = bytes.TrimSuffix(line, lf)
		dst = append(append(dst, bytes.TrimSuffix(line, cr)...), crlf...)
	}
	return dst
}

var (
	cr    = []byte("\r")
	lf    = []byte("\n")
	crlf  = []byte("\r\n")
	space = []byte(" ")
)

// canonicalBody emits the canonical form of body (RFC 6376 §3.4.3, §3.4.4)
// in the longest runs that are canonical as they are.
func canonicalBody(body []byte, relaxed bool, emit func([]byte)) {
	body = trimBody(body, relaxed)
	if relaxed && len(body) == 0 {
		return
	}
	// A trimmed relaxed body does not end in white space: there is a next byte.
	run := 0 // start of what is not emitted yet
	for i := 0; i < len(body); i++ {
		c := body[i]
		if c > ' ' {
			continue // nearly every byte
		}
		switch {
		case relaxed && c == ' ' && body[i+1] > ' ': // one space between words
		case c == '\n':
			if i == 0 || body[i-1] != '\r' {
				emit(body[run:i])
				emit(crlf)
				run = i + 1
			}
			i += plainLines(body[i+1:])
		case relaxed && isWSP(c):
			next := i + 1
			for isWSP(body[next]) {
				next++
			}
			end := atLineEnd(body[next:])
			if end || next > i+1 || c != ' ' {
				emit(body[run:i])
				run = next
				if !end {
					emit(space)
				}
			}
			i = next - 1
		}
	}
	emit(body[run:])
	emit(crlf)
}

// plainLines is the length of the lines at the start of body that are canonical
// as they are, being without white space, as those in base64 are.
func plainLines(body []byte) (length int) {
	for {
		line := body[length:]
		line = line[:bytes.IndexByte(line, '\n')+1]
		if !bytes.HasSuffix(line, crlf) || bytes.IndexByte(line, ' ') >= 0 || bytes.IndexByte(line, '\t') >= 0 {
			return length
		}
		length += len(line)
	}
}

// trimBody drops the final line end and all empty lines before it; relaxed,
// a line of white space is empty.
func trimBody(body []byte, relaxed bool) []byte {
	for n := len(body); n > 0; n = len(body) {
		switch {
		case body[n-1] == '\n':
			body = bytes.TrimSuffix(body[:n-1], cr)
		case relaxed && isWSP(body[n-1]):
			body = body[:n-1]
		default:
			return body
		}
	}
	return body
}

func atLineEnd(b []byte) bool {
	return len(b) > 0 && (b[0] == '\n' || len(b) > 1 && b[0] == '\r' && b[1] == '\n')
}

// A bodyHash is the SHA-256 of one canonical body, whole and cut at each of
// the lengths that signatures gave in l=. It takes one pass over the body.
type bodyHash struct {
	hash   hash.Hash
	size   int64    // octets of the canonical body
	limits []int64  // ascending
	sums   [][]byte // up to each limit that was reached
	whole  []byte
}

func hashBody(body []byte, relaxed bool, limits []int64) *bodyHash {
	slices.Sort(limits)
	h := &bodyHash{hash: sha256.New(), limits: slices.Compact(limits)}
	small := make([]byte, 0, 4096) // short runs, to be hashed together
	canonicalBody(body, relaxed, func(run []byte) {
		if len(small)+len(run) <= cap(small) {
			small = append(small, run...)
			return
		}
		h.add(small)
		h.add(run)
		small = small[:0]
	})
	h.add(small) // even if empty: l=0 of an empty body
	h.whole = h.hash.Sum(nil)
	return h
}

// add hashes p, and takes the sum at each limit that lies in it.
func (h *bodyHash) add(p []byte) {
	for len(h.sums) < len(h.limits) && h.limits[len(h.sums)]-h.size <= int64(len(p)) {
		k := h.limits[len(h.sums)] - h.size
		h.hash.Write(p[:k])
		h.size += k
		p = p[k:]
		h.sums = append(h.sums, h.hash.Sum(nil))
	}
	h.hash.Write(p)
	h.size += int64(len(p))
}

// upTo is the sum of the first limit octets, or of all where limit is
// negative. It is nil where the body is shorter.
func (h *bodyHash) upTo(limit int64) []byte {
	if limit < 0 {
		return h.whole
	}
	if i, found := slices.BinarySearch(h.limits, limit); found && i < len(h.sums) {
		return h.sums[i]
	}
	return nil
}
