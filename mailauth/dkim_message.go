package mailauth

import "bytes"

// A headerField is one field as it came, with its line ends. The name ends
// before raw[colon]; a line without a colon has no name.
type headerField struct {
	raw   []byte
	colon int
}

func (f *headerField) name() []byte { return bytes.TrimRight(f.raw[:f.colon], " \t") }

// value is what follows the colon.
func (f *headerField) value() string { return string(f.raw[f.colon+1:]) }

// A signedMessage is a message as signatures see it. It points into the raw
// bytes and copies none.
type signedMessage struct {
	fields []headerField
	named  map[string][]int // indices into fields by lower-case name, top down
	body   []byte

	// By whether the body is relaxed:
	limits map[bool][]int64 // lengths that will be asked for
	hashes map[bool]*bodyHash
}

func readSigned(raw []byte) *signedMessage {
	m := &signedMessage{
		fields: make([]headerField, 0, 32),
		limits: map[bool][]int64{},
		hashes: map[bool]*bodyHash{},
	}
	for len(raw) > 0 {
		n := bytes.IndexByte(raw, '\n') + 1
		if n == 0 {
			n = len(raw)
		}
		if n == 1 && raw[0] == '\n' || n == 2 && raw[0] == '\r' && raw[1] == '\n' {
			m.body = raw[n:]
			break
		}
		if k := len(m.fields) - 1; k >= 0 && isWSP(raw[0]) {
			last := &m.fields[k] // fields follow one another: extend it in place
			last.raw = last.raw[:len(last.raw)+n]
		} else {
			m.fields = append(m.fields, headerField{raw: raw[:n], colon: bytes.IndexByte(raw[:n], ':')})
		}
		raw = raw[n:]
	}
	m.named = make(map[string][]int, len(m.fields))
	for i, f := range m.fields {
		if f.colon > 0 && !isWSP(f.raw[0]) {
			name := asciiLower(string(f.name())) // not the Kelvin sign to a k
			m.named[name] = append(m.named[name], i)
		}
	}
	return m
}

// bodyHash hashes the body once for each canonicalization. All limits must
// have been noted in m.limits before.
func (m *signedMessage) bodyHash(relaxed bool) *bodyHash {
	if m.hashes[relaxed] == nil {
		m.hashes[relaxed] = hashBody(m.body, relaxed, m.limits[relaxed])
	}
	return m.hashes[relaxed]
}

// appendSigned appends the canonical form of the fields that names lists:
// duplicates bottom up, a missing field as nothing (RFC 6376 §5.4.2). The
// field self is never among them (§3.5, h=).
func (m *signedMessage) appendSigned(dst []byte, names []string, relaxed bool, self int) []byte {
	taken := make(map[string]int, len(names))
	for _, name := range names {
		at := m.named[name]
		for {
			k := len(at) - 1 - taken[name]
			if k < 0 {
				break
			}
			taken[name]++
			if at[k] != self {
				dst = m.fields[at[k]].appendTo(dst, relaxed)
				break
			}
		}
	}
	return dst
}
