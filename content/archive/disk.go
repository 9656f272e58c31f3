package archive

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"postern/content"
)

// Limits of one disk image.
const (
	sectorSize = 2048
	isoStart   = 16 * sectorSize
	maxFolders = 200
	maxRoot    = 1 << 20  // bytes of one folder
	maxUDF     = 8 << 20  // bytes that are searched for names
	maxDisk    = 32 << 20 // bytes of a hard disk that are searched for file systems
)

// iso lists the files of a CD image (ECMA-119), by the names of Joliet where
// it has them.
func (r *reader) iso(body []byte, prefix string) {
	const (
		primary = 1
		further = 2
		ending  = 255
	)
	var root []byte
	wideNames := false
	for at := isoStart; at+sectorSize <= len(body) && body[at] != ending; at += sectorSize {
		d := body[at : at+sectorSize]
		if string(d[1:6]) != "CD001" {
			break
		}
		joliet := d[0] == further && d[88] == '%' && d[89] == '/'
		if d[0] == primary && root == nil || joliet {
			root, wideNames = d[156:190], joliet
		}
	}
	if root == nil {
		r.found.Flags |= content.Broken
		return
	}
	before := len(r.found.Names)
	r.isoFolders(body, root, prefix, wideNames)
	if len(r.found.Names) == before {
		r.udf(body, prefix)
	}
}

// A folder is one that is still to be read.
type folder struct {
	data   []byte
	prefix string
}

// extent is where the data of a directory record lies (§9.1).
func extent(body, record []byte) []byte {
	at := int64(binary.LittleEndian.Uint32(record[2:])) * sectorSize
	n := int64(binary.LittleEndian.Uint32(record[10:]))
	if at >= int64(len(body)) {
		return nil
	}
	return body[at:min(at+n, int64(len(body)))]
}

func (r *reader) isoFolders(body, root []byte, prefix string, wideNames bool) {
	const isFolder = 2
	seen := map[uint32]bool{}
	for queue := []folder{{extent(body, root), prefix}}; len(queue) > 0; queue = queue[1:] {
		for rest := queue[0].data[:min(len(queue[0].data), maxRoot)]; len(rest) > 33; {
			n := int(rest[0])
			if n == 0 { // records do not cross sectors
				left := len(rest) % sectorSize
				if left == 0 {
					left = sectorSize
				}
				rest = rest[left:]
				continue
			}
			if n < 34 || n > len(rest) || 33+int(rest[32]) > n {
				r.found.Flags |= content.Broken
				break
			}
			record := rest[:n]
			rest = rest[n:]
			name := record[33 : 33+int(record[32])]
			if len(name) == 1 && name[0] < 2 {
				continue // the folder itself, and the one above
			}
			shown := isoName(name, wideNames)
			if record[25]&isFolder != 0 {
				at := binary.LittleEndian.Uint32(record[2:])
				if !seen[at] && len(seen) < maxFolders {
					seen[at] = true
					queue = append(queue, folder{extent(body, record), queue[0].prefix + shown + "/"})
				}
				continue
			}
			if !r.add(queue[0].prefix + shown) {
				return
			}
			data := extent(body, record)
			r.sniff(data)
			r.hand(queue[0].prefix+shown, data)
		}
	}
}

func isoName(name []byte, wideNames bool) string {
	if wideNames {
		name = []byte(bigWide(name))
	}
	name, _, _ = bytes.Cut(name, []byte(";"))
	return strings.TrimSuffix(fileName(name), ".")
}

func bigWide(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) > 1; b = b[2:] {
		units = append(units, binary.BigEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}

func isUDF(b []byte) bool {
	return at(isoStart+1, "BEA01")(b) && (at(isoStart+sectorSize+1, "NSR02")(b) || at(isoStart+sectorSize+1, "NSR03")(b))
}

// udf finds the names of a UDF image by their descriptors (ECMA-167 4/14.4),
// without following its tables.
func (r *reader) udf(body []byte, prefix string) {
	const (
		nameTag  = 257
		isFolder = 2
		isParent = 8
		head     = 38
	)
	body = body[:min(len(body), maxUDF)]
	for at := isoStart; at+head < len(body); at += 4 {
		d := body[at:]
		if binary.LittleEndian.Uint16(d) != nameTag || !tagged(d) || d[18]&(isFolder|isParent) != 0 {
			continue
		}
		n, use := int(d[19]), int(binary.LittleEndian.Uint16(d[36:]))
		if n < 2 || head+use+n > len(d) {
			continue
		}
		name := d[head+use : head+use+n]
		shown := fileName(name[1:])
		if name[0] == 16 {
			shown = fileName([]byte(bigWide(name[1:])))
		}
		if !r.add(prefix + shown) {
			return
		}
	}
}

// tagged checks the sum of a descriptor tag (ECMA-167 3/7.2).
func tagged(d []byte) bool {
	var sum byte
	for i, c := range d[:16] {
		if i != 4 {
			sum += c
		}
	}
	return sum == d[4]
}
