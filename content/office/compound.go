package office

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"postern/content"
)

// Limits of one compound file.
const (
	maxEntries = 2000
	maxDepth   = 12       // of storages
	maxStream  = 4 << 20  // bytes read of one stream
	maxFile    = 32 << 20 // bytes of which sectors are read
)

const compoundMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// What stands in a table of sectors in place of a number (MS-CFB §2.1).
const lastSector = 0xfffffffa

// A compound is a compound file (MS-CFB), read as far as it makes sense.
type compound struct {
	body    []byte
	sector  int      // bytes of a sector
	mini    int      // bytes of a sector of small streams
	cutoff  uint64   // streams smaller than this are small
	table   []uint32 // the next sector of each
	minis   []uint32 // the same of small sectors
	small   []byte   // the stream that holds the small streams
	entries []entry
	budget  *content.Budget
	broken  bool
}

// An entry is one stream or storage.
type entry struct {
	path        string // in lower case, with slashes
	name        string
	storage     bool
	class       [16]byte
	start       uint32
	size        uint64
	left, right uint32
	child       uint32
}

// openCompound reads the tables and the directory.
func openCompound(body []byte, b *content.Budget) *compound {
	c := &compound{body: body[:min(len(body), maxFile)], budget: b}
	if len(body) < 512 || string(body[:8]) != compoundMagic {
		c.broken = true
		return c
	}
	shift, small := binary.LittleEndian.Uint16(body[30:]), binary.LittleEndian.Uint16(body[32:])
	c.sector, c.mini, c.cutoff = 512, 64, 4096
	if shift == 12 {
		c.sector = 4096
	}
	if small >= 4 && small < 9 {
		c.mini = 1 << small
	}
	c.readTable()
	dir := c.chain(c.number(48), c.table, maxEntries*128)
	if !c.directory(dir) {
		return c
	}
	c.minis = c.numbers(c.chain(c.number(60), c.table, maxFile/c.mini*4))
	return c
}

func (c *compound) number(at int) uint32 { return binary.LittleEndian.Uint32(c.body[at:]) }

// at gives a sector; the last one may be cut short.
func (c *compound) at(n uint32) []byte {
	start := (int64(n) + 1) * int64(c.sector)
	if n >= lastSector || start >= int64(len(c.body)) {
		return nil
	}
	return c.body[start:min(start+int64(c.sector), int64(len(c.body)))]
}

func (c *compound) numbers(data []byte) []uint32 {
	out := make([]uint32, 0, len(data)/4)
	for ; len(data) >= 4; data = data[4:] {
		out = append(out, binary.LittleEndian.Uint32(data))
	}
	return out
}

// readTable reads the table of sectors, whose own sectors are listed in the
// header and in sectors that it leads to (MS-CFB §2.3, §2.5).
func (c *compound) readTable() {
	list := c.numbers(c.body[76:512])
	most := len(c.body)/c.sector + 1
	next := c.number(68)
	for n := 0; next < lastSector && n < most/(c.sector/4)+2; n++ {
		data := c.at(next)
		if len(data) < c.sector {
			break
		}
		more := c.numbers(data)
		list = append(list, more[:len(more)-1]...)
		next = more[len(more)-1]
	}
	for _, n := range list {
		if len(c.table) > most || !content.Spend(&c.budget.Steps, 1) {
			break
		}
		if data := c.at(n); data != nil {
			c.table = append(c.table, c.numbers(data)...)
		}
	}
}

// chain gathers the sectors that follow one another, at most limit bytes.
func (c *compound) chain(n uint32, table []uint32, limit int) []byte {
	var out []byte
	for range min(len(table), len(c.body)/c.sector) + 1 { // no longer than the file, even in a ring
		data := c.at(n)
		if data == nil || len(out) >= limit {
			break
		}
		if !content.Spend(&c.budget.Bytes, len(data)) || !content.Spend(&c.budget.Steps, 1) {
			break
		}
		out = append(out, data...)
		if int64(n) >= int64(len(table)) {
			c.broken = true
			break
		}
		n = table[n]
	}
	return out[:min(len(out), limit)]
}

// directory reads the entries (MS-CFB §2.6), and tells whether there are any.
func (c *compound) directory(dir []byte) bool {
	for ; len(dir) >= 128 && len(c.entries) < maxEntries; dir = dir[128:] {
		e := entry{
			storage: dir[66] == 1 || dir[66] == 5, class: [16]byte(dir[80:96]),
			start: binary.LittleEndian.Uint32(dir[116:]), size: binary.LittleEndian.Uint64(dir[120:]),
			left: binary.LittleEndian.Uint32(dir[68:]), right: binary.LittleEndian.Uint32(dir[72:]), child: binary.LittleEndian.Uint32(dir[76:]),
		}
		if c.sector == 512 {
			e.size &= 0xffffffff // the rest is undefined in version 3
		}
		if n := int(binary.LittleEndian.Uint16(dir[64:])); n >= 2 && n <= 64 && dir[66] != 0 {
			e.name = wide(dir[:n-2])
		}
		e.path = strings.ToLower(e.name) // of those that no storage holds
		c.entries = append(c.entries, e)
	}
	if len(c.entries) == 0 {
		c.broken = true
		return false
	}
	root := &c.entries[0]
	root.path = ""
	c.small = c.chain(root.start, c.table, int(min(root.size, maxFile)))
	seen := make([]bool, len(c.entries))
	c.walk(root.child, "", 0, seen)
	return true
}

// walk gives the entries of one storage their paths.
func (c *compound) walk(n uint32, prefix string, depth int, seen []bool) {
	for stack := []uint32{n}; len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if int64(n) >= int64(len(c.entries)) || seen[n] {
			continue
		}
		seen[n] = true
		e := &c.entries[n]
		e.path = prefix + strings.ToLower(e.name)
		stack = append(stack, e.left, e.right)
		if e.storage && depth < maxDepth {
			c.walk(e.child, e.path+"/", depth+1, seen)
		}
	}
}

// read gives what a stream holds.
func (c *compound) read(e *entry) []byte {
	size := int(min(e.size, maxStream))
	if e.size >= c.cutoff {
		return c.chain(e.start, c.table, size)
	}
	var out []byte
	n := e.start
	for range min(len(c.minis), len(c.small)/c.mini) + 1 {
		at := int64(n) * int64(c.mini)
		if n >= lastSector || at >= int64(len(c.small)) || len(out) >= size || !content.Spend(&c.budget.Steps, 1) {
			break
		}
		out = append(out, c.small[at:min(at+int64(c.mini), int64(len(c.small)))]...)
		if int64(n) >= int64(len(c.minis)) {
			c.broken = true
			break
		}
		n = c.minis[n]
	}
	return out[:min(len(out), size)]
}

// stream finds a stream by its path, in lower case; nil where there is none.
func (c *compound) stream(path string) *entry {
	for i := range c.entries {
		if e := &c.entries[i]; !e.storage && e.path == path {
			return e
		}
	}
	return nil
}

// wide decodes UTF-16 of little end.
func wide(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) > 1; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}
