package pdf

import (
	"bytes"

	"postern/content"
)

// Limits of one file.
const (
	maxFile    = 32 << 20
	maxNumber  = 1 << 23 // of an object
	maxEntries = 20_000  // objects that are indexed, those in object streams included
	maxStreams = 400     // that are decoded
	maxStream  = 2 << 20 // bytes of one, decoded
)

// An entry is a place where an object stands: in the file, or in an object
// stream (§7.5.7).
type entry struct {
	number, generation int
	at                 int    // where it begins in data
	data               []byte // the file, or the decoded object stream
	order              int    // where it, or its stream, stands in the file
}

// A file is indexed by looking for objects, not by its cross-reference table:
// hostile files break that, and readers then repair it in the same way. What
// stands later in the file is newer (§7.5.6).
type file struct {
	body     []byte
	budget   *content.Budget
	found    *content.Found
	entries  []entry
	newest   map[int]int // number to index in entries
	values   map[ref]any // what was read
	streams  int         // decoded so far
	trailers []dict
	crypt    *cipher
}

func open(f *content.Found, body []byte, passwords func() []string, b *content.Budget) *file {
	d := &file{body: body, budget: b, found: f, newest: map[int]int{}, values: map[ref]any{}}
	d.index()
	d.trailer()
	d.unlock(passwords)
	d.unpack()
	return d
}

// over notes that a limit was reached.
func (d *file) over() { d.found.Flags |= content.OverBudget }

// index finds "number generation obj".
func (d *file) index() {
	for pos := 0; ; {
		i := bytes.Index(d.body[pos:], []byte("obj"))
		if i < 0 {
			return
		}
		i += pos
		pos = i + 3
		number, generation, start, ok := d.heading(i)
		if !ok {
			continue
		}
		if len(d.entries) >= maxEntries {
			d.over()
			return
		}
		d.add(entry{number, generation, pos, d.body, start})
	}
}

// heading reads the numbers before the "obj" at i, backwards.
func (d *file) heading(i int) (number, generation, start int, ok bool) {
	generation, i, ok = d.digits(i)
	if !ok {
		return 0, 0, 0, false
	}
	number, i, ok = d.digits(i)
	return number, generation, i, ok && number > 0 && number <= maxNumber
}

// digits reads a number that ends before i, with space behind it.
func (d *file) digits(i int) (n, start int, ok bool) {
	end := i
	for end > 0 && isSpace(d.body[end-1]) && i-end < 16 {
		end--
	}
	for start = end; start > 0 && '0' <= d.body[start-1] && d.body[start-1] <= '9' && end-start < 10; {
		start--
	}
	for _, c := range d.body[start:end] {
		n = n*10 + int(c-'0')
	}
	return n, start, start < end
}

func (d *file) add(e entry) {
	i, seen := d.newest[e.number]
	if !seen || d.entries[i].order <= e.order {
		d.newest[e.number] = len(d.entries)
	}
	d.entries = append(d.entries, e)
}

// maxTrailers is how many trailers of each kind are read.
const maxTrailers = 8

// trailer reads the trailer dictionaries (§7.5.5), the newest first; those of
// cross-reference streams are added as they are met.
func (d *file) trailer() {
	var last [maxTrailers]int // where the last ones stand, in turn
	found := 0
	for pos := 0; ; found++ { // forwards, as that is many times faster
		i := bytes.Index(d.body[pos:], []byte("trailer"))
		if i < 0 {
			break
		}
		pos += i + len("trailer")
		last[found%maxTrailers] = pos
	}
	for n := found - 1; n >= max(0, found-maxTrailers); n-- {
		r := reader{buf: d.body, pos: last[n%maxTrailers], budget: d.budget}
		if v, ok := r.next(); ok {
			if t, ok := v.(dict); ok {
				d.trailers = append(d.trailers, t)
			}
		}
	}
	for n, i := range d.kindred("/XRef") {
		if s, ok := d.object(&d.entries[i], false).(*stream); ok && n < maxTrailers {
			d.trailers = append(d.trailers, s.dict)
		}
	}
}

// kindred lists the entries of the file near whose beginning a word stands.
func (d *file) kindred(word string) (list []int) {
	for i := range d.entries {
		e := &d.entries[i]
		if bytes.Contains(e.data[e.at:min(e.at+512, len(e.data))], []byte(word)) {
			list = append(list, i)
		}
	}
	return list
}

// unpack adds the objects in object streams.
func (d *file) unpack() {
	for _, i := range d.kindred("ObjStm") {
		e := d.entries[i]
		s, ok := d.object(&e, true).(*stream)
		if !ok || s.get("Type") != name("ObjStm") {
			continue
		}
		data := d.decode(s)
		first, count := d.integer(s.get("First")), d.integer(s.get("N"))
		r := reader{buf: data[:min(max(first, 0), len(data))], budget: d.budget}
		for range count {
			number, ok1 := r.next()
			offset, ok2 := r.next()
			n, _ := number.(float64)
			at, _ := offset.(float64)
			at += float64(first)
			if !ok1 || !ok2 || n < 1 || n > maxNumber || at < 0 || at > float64(len(data)) {
				break
			}
			if len(d.entries) >= maxEntries {
				d.over()
				return
			}
			d.add(entry{number: int(n), at: int(at), data: data, order: e.order})
		}
	}
}

// object reads the object of an entry.
func (d *file) object(e *entry, decrypt bool) any {
	r := reader{buf: e.data, pos: e.at, budget: d.budget}
	inFile := len(e.data) == len(d.body)
	if decrypt && inFile && d.crypt != nil {
		r.decrypt = func(s []byte) []byte { return d.crypt.undo(s, e.number, e.generation, d.crypt.strings) }
	}
	v, _ := r.next()
	t, ok := v.(dict)
	if !ok || !inFile {
		return v
	}
	r.space()
	if !bytes.HasPrefix(r.buf[r.pos:], []byte("stream")) {
		return v
	}
	s := &stream{t, d.bytesOf(t, r.pos+len("stream"))}
	if decrypt && d.crypt != nil && t.get("Type") != name("XRef") {
		s.raw = d.crypt.undo(s.raw, e.number, e.generation, d.crypt.streams)
	}
	return s
}

// bytesOf cuts the bytes of a stream: by its length where that is true, and
// else at the next "endstream".
func (d *file) bytesOf(t dict, at int) []byte {
	if at < len(d.body) && d.body[at] == '\r' {
		at++
	}
	if at < len(d.body) && d.body[at] == '\n' {
		at++
	}
	if n := d.integer(t.get("Length")); n > 0 && at+n <= len(d.body) {
		after := bytes.TrimLeft(d.body[at+n:min(at+n+16, len(d.body))], "\r\n ")
		if bytes.HasPrefix(after, []byte("endst")) {
			return d.body[at : at+n : at+n]
		}
	}
	end := bytes.Index(d.body[at:], []byte("endstream"))
	if end < 0 {
		return d.body[at:]
	}
	return d.body[at : at+end : at+end]
}

// resolve follows a reference.
func (d *file) resolve(v any) any {
	for range 8 {
		target, ok := v.(ref)
		if !ok {
			return v
		}
		if known, ok := d.values[target]; ok {
			v = known
			continue
		}
		i, ok := d.newest[int(target)]
		if !ok {
			return nil
		}
		d.values[target] = nil // while it is read, it is nothing
		v = d.object(&d.entries[i], true)
		d.values[target] = v
	}
	return nil
}

func (d *file) integer(v any) int {
	n, _ := d.resolve(v).(float64)
	return int(max(min(n, 1<<30), -1<<30))
}

func (d *file) float(v any) float64 {
	n, _ := d.resolve(v).(float64)
	return n
}

// dict is v as a dictionary; that of a stream is one.
func (d *file) dict(v any) dict {
	switch v := d.resolve(v).(type) {
	case dict:
		return v
	case *stream:
		return v.dict
	}
	return nil
}

func (d *file) array(v any) array {
	list, _ := d.resolve(v).(array)
	return list
}

func (d *file) name(v any) name {
	n, _ := d.resolve(v).(name)
	return n
}
