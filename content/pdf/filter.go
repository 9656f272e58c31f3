package pdf

import (
	"bytes"
	"compress/flate"
	"encoding/ascii85"
	"io"

	"postern/content"
)

// maxFilters is how many filters one stream may pass through.
const maxFilters = 6

// decode undoes the filters of a stream (§7.4), up to one that makes an image.
func (d *file) decode(s *stream) []byte {
	data, _ := d.unfilter(s, maxStream)
	return data
}

// unfilter does so as far as the limit goes, and names the image filter that
// is left.
func (d *file) unfilter(s *stream, limit int) (data []byte, left name) {
	if d.streams++; d.streams > maxStreams {
		d.over()
		return nil, ""
	}
	filters, params := d.list(s.dict, "Filter", "F"), d.list(s.dict, "DecodeParms", "DP")
	data = s.raw
	for i, f := range filters {
		if i >= maxFilters {
			d.over()
			return nil, ""
		}
		var p dict
		if i < len(params) {
			p = d.dict(params[i])
		}
		limit = min(limit, d.budget.Bytes)
		switch filter := d.name(f); filter {
		case "FlateDecode", "Fl":
			data = d.predict(d.inflate(data, limit), p)
		case "LZWDecode", "LZW":
			data = d.predict(unLZW(data, limit, p.get("EarlyChange") == 0.0), p)
		case "ASCIIHexDecode", "AHx":
			end := bytes.IndexByte(data, '>')
			if end < 0 {
				end = len(data)
			}
			data = unhex(data[:end])
		case "ASCII85Decode", "A85":
			data = unascii85(data)
		case "RunLengthDecode", "RL":
			data = runLengths(data, limit)
		case "Crypt":
		default:
			return data, filter
		}
		if !content.Spend(&d.budget.Bytes, len(data)) {
			d.over()
		}
	}
	return data, ""
}

// list is an entry that is one value or an array of them.
func (d *file) list(t dict, key, short name) array {
	v := t.get(key)
	if v == nil {
		v = t.get(short)
	}
	switch v := d.resolve(v).(type) {
	case array:
		return v
	case nil:
		return nil
	default:
		return array{v}
	}
}

// inflate unpacks as much as it can: many files lack the checksum, and some
// are cut.
func (d *file) inflate(data []byte, limit int) []byte {
	data = bytes.TrimLeft(data, "\r\n")
	if len(data) < 3 {
		return nil
	}
	if data[0]&0x0f == 8 && (int(data[0])<<8|int(data[1]))%31 == 0 { // RFC 1950 §2.2
		data = data[2:]
	}
	var out bytes.Buffer
	n, _ := io.Copy(&out, io.LimitReader(flate.NewReader(bytes.NewReader(data)), int64(limit)+1))
	if n > int64(limit) {
		d.over()
		return out.Bytes()[:limit]
	}
	return out.Bytes()
}

// predict undoes the prediction of PNG (§7.4.4.4). That of TIFF is for images
// alone, and is left as it is.
func (d *file) predict(data []byte, p dict) []byte {
	if d.integer(p.get("Predictor")) < 10 {
		return data
	}
	colours, depth, columns := max(d.integer(p.get("Colors")), 1), d.integer(p.get("BitsPerComponent")), max(d.integer(p.get("Columns")), 1)
	if depth == 0 {
		depth = 8
	}
	if colours > 32 || depth > 16 || depth < 1 || columns > 1<<20 {
		return nil
	}
	size, width := (colours*depth+7)/8, (colours*depth*columns+7)/8
	out := make([]byte, 0, len(data))
	before := make([]byte, width)
	for len(data) > 1 {
		row := make([]byte, width)
		n := copy(row, data[1:])
		unpredict(data[0], row[:n], before, size)
		out = append(out, row[:n]...)
		data, before = data[1+n:], row
	}
	return out
}

// unpredict undoes one row (RFC 2083 §6).
func unpredict(kind byte, row, above []byte, size int) {
	for i := range row {
		var left, corner byte
		if i >= size {
			left, corner = row[i-size], above[i-size]
		}
		switch kind {
		case 1:
			row[i] += left
		case 2:
			row[i] += above[i]
		case 3:
			row[i] += byte((int(left) + int(above[i])) / 2) //nolint:gosec // a mean of bytes
		case 4:
			row[i] += paeth(left, above[i], corner)
		}
	}
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := distance(p, a), distance(p, b), distance(p, c)
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func distance(p int, c byte) int { return max(p-int(c), int(c)-p) }

func unascii85(data []byte) []byte {
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
	if end := bytes.IndexByte(data, '~'); end >= 0 {
		data = data[:end]
	}
	out := make([]byte, len(data)+8+3*bytes.Count(data, []byte("z"))) // each z is four zeros
	n, _, _ := ascii85.Decode(out, data, true)
	return out[:n]
}

// runLengths undoes the run-length filter (§7.4.5).
func runLengths(data []byte, limit int) (out []byte) {
	for len(data) > 1 && data[0] != 128 && len(out) < limit {
		n := int(data[0])
		if n < 128 {
			n = min(n+1, len(data)-1)
			out = append(out, data[1:1+n]...)
			data = data[1+n:]
			continue
		}
		out = append(out, bytes.Repeat(data[1:2], 257-n)...)
		data = data[2:]
	}
	return out
}

// unLZW undoes the LZW filter (§7.4.4.2). The code gets longer one code early,
// unless late says otherwise.
func unLZW(data []byte, limit int, late bool) (out []byte) {
	const clearTable, end, first = 256, 257, 258
	type piece struct{ start, n int } // of out
	table := make([]piece, first, 4096)
	early := 1
	if late {
		early = 0
	}
	var bits uint32
	var have int
	width := 9
	last := piece{}
	for len(out) < limit {
		for have < width {
			if len(data) == 0 {
				return out
			}
			bits, have = bits<<8|uint32(data[0]), have+8
			data = data[1:]
		}
		have -= width
		code := int(bits >> have & (1<<width - 1))
		start := len(out)
		switch {
		case code == end:
			return out
		case code == clearTable:
			table, width, last = table[:first], 9, piece{}
			continue
		case code < clearTable:
			out = append(out, byte(code))
		case code < len(table):
			p := table[code]
			out = append(out, out[p.start:p.start+p.n]...)
		case code == len(table) && last.n > 0:
			out = append(out, out[last.start:last.start+last.n]...)
			out = append(out, out[last.start])
		default:
			return out
		}
		if last.n > 0 && len(table) < 4096 {
			table = append(table, piece{last.start, last.n + 1})
		}
		last = piece{start, len(out) - start}
		for width < 12 && len(table)+early >= 1<<width {
			width++
		}
	}
	return out
}
