package archive

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"postern/content"
)

// sector is the unit of hard disks.
const sector = 512

func isVHD(b []byte) bool {
	return at(0, "conectix")(b) || len(b) >= 512 && string(b[len(b)-512:][:8]) == "conectix"
}

// isDisk tells of a hard disk by its partition table, which must lead to
// something inside.
func isDisk(b []byte) bool {
	const table, first = 446, 8 // where its entries begin, and where the first sector stands in one
	if len(b) < 8*sector || b[510] != 0x55 || b[511] != 0xaa || b[table]&0x7f != 0 || b[table+4] == 0 {
		return false
	}
	at := int64(binary.LittleEndian.Uint32(b[table+first:])) * sector
	return at > 0 && at < int64(len(b))
}

// disk lists the files of the file systems on a hard disk, wherever they
// begin: images of disks that grow keep them in pieces.
func (r *reader) disk(body []byte, prefix string) {
	body = body[:min(len(body), maxDisk)]
	seen := map[uint32]bool{}
	for at := 0; at+8*sector <= len(body); at += sector {
		switch b := body[at:]; {
		case isFAT(b):
			r.fat(b, prefix)
		case b[0] == 'F' && string(b[:4]) == "FILE":
			if !r.ntfsFile(b[:2*sector], prefix, seen) {
				return
			}
		}
	}
}

// ntfsFile names the file of a record of NTFS's master file table; false
// means that the limit was reached.
func (r *reader) ntfsFile(record []byte, prefix string, seen map[uint32]bool) bool {
	const (
		inUse     = 1
		isFolder  = 2
		reserved  = 24 // records of the file system itself
		nameKind  = 0x30
		dosName   = 2
		nameStart = 0x42
	)
	flags, id := record[0x16], binary.LittleEndian.Uint32(record[0x2c:])
	if flags&inUse == 0 || flags&isFolder != 0 || id < reserved || seen[id] {
		return true
	}
	at := int(binary.LittleEndian.Uint16(record[0x14:]))
	for at+24 <= len(record) {
		kind, n := binary.LittleEndian.Uint32(record[at:]), int64(binary.LittleEndian.Uint32(record[at+4:]))
		if kind > nameKind || n < 24 || n > int64(len(record)-at) {
			return true
		}
		a := record[at : at+int(n)]
		at += int(n)
		start := int(binary.LittleEndian.Uint16(a[20:]))
		if kind != nameKind || a[8] != 0 || start+nameStart > len(a) || a[start+0x41] == dosName {
			continue
		}
		name := a[start+nameStart:]
		name = name[:min(len(name), 2*int(a[start+0x40]))]
		shown := fileName([]byte(littleWide(name)))
		if seen[id] = true; ntfsOwn[shown] {
			return true
		}
		return r.add(prefix + shown)
	}
	return true
}

// ntfsOwn are the files of the file system that have no reserved record.
var ntfsOwn = map[string]bool{
	"$ObjId": true, "$Quota": true, "$Reparse": true, "$UsnJrnl": true, "$Repair": true, "$Tops": true, "$TxfLog": true, "$TxfLog.blf": true,
}

func littleWide(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) > 1; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}

func isFAT(b []byte) bool {
	return len(b) >= 4096 && b[510] == 0x55 && b[511] == 0xaa && (b[0] == 0xeb || b[0] == 0xe9) &&
		(string(b[54:57]) == "FAT" || string(b[82:85]) == "FAT")
}

// fat lists the root folder of a FAT file system.
func (r *reader) fat(body []byte, prefix string) {
	bytesPerSector := int(binary.LittleEndian.Uint16(body[11:]))
	at := int(binary.LittleEndian.Uint16(body[14:]))
	size := int(binary.LittleEndian.Uint16(body[22:]))
	length := int(binary.LittleEndian.Uint16(body[17:])) * 32
	if size == 0 {
		size = int(binary.LittleEndian.Uint32(body[36:]))
		length = maxRoot
	}
	at = (at + int(body[16])*size) * bytesPerSector
	if at < 0 || at >= len(body) {
		r.found.Flags |= content.Broken
		return
	}
	const (
		longName = 0x0f
		volume   = 0x08
		deleted  = 0xe5
	)
	var long []byte
	for rest := body[at:min(at+length, len(body))]; len(rest) >= 32 && rest[0] != 0; rest = rest[32:] {
		if !content.Spend(&r.budget.Steps, 1) {
			r.found.Flags |= content.OverBudget
			return
		}
		e := rest[:32]
		switch {
		case e[0] == deleted:
			long = nil
		case e[11] == longName:
			piece := append(append(append([]byte{}, e[1:11]...), e[14:26]...), e[28:32]...)
			long = append(piece, long...)
			long = long[:min(len(long), 2*maxName)]
		case e[11]&volume != 0:
			long = nil
		default:
			if !r.add(prefix + fatName(e, long)) {
				return
			}
			long = nil
		}
	}
}

func fatName(e, long []byte) string {
	if long != nil {
		name, _, _ := strings.Cut(littleWide(long), "\x00")
		return fileName([]byte(strings.TrimRight(name, "\uffff")))
	}
	name, ext := strings.TrimRight(string(e[:8]), " "), strings.TrimRight(string(e[8:11]), " ")
	if ext != "" {
		name += "." + ext
	}
	return fileName([]byte(name))
}
