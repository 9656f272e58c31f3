package mailbox

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

const placeSize = 4 * 8

func (p Place) append(b []byte) []byte {
	for _, v := range []int64{p.At, p.File, p.Offset, p.Length} {
		b = binary.LittleEndian.AppendUint64(b, uint64(v)) //nolint:gosec // read back the same way
	}
	return b
}

func placeOf(b []byte) Place {
	at := func(i int) int64 { return int64(binary.LittleEndian.Uint64(b[8*i:])) } //nolint:gosec // as above
	return Place{at(0), at(1), at(2), at(3)}
}

// DefaultRun is how many places a Sorter keeps in memory: 16 MiB of them.
const DefaultRun = 1 << 19

// A Sorter puts places in order. What is more than one run waits in files.
type Sorter struct {
	dir  string
	most int
	run  []Place
	runs []*os.File
}

// NewSorter sorts with most places in memory, and with files in dir.
func NewSorter(dir string, most int) *Sorter { return &Sorter{dir: dir, most: most} }

// Add takes one place.
func (s *Sorter) Add(p Place) error {
	if s.run = append(s.run, p); len(s.run) < s.most {
		return nil
	}
	return s.spill()
}

// spill writes the run in memory to a file of its own, which has no name any
// more and goes when it is closed.
func (s *Sorter) spill() error {
	slices.SortFunc(s.run, Place.before)
	file, err := os.CreateTemp(s.dir, "run-*")
	if err != nil {
		return err
	}
	s.runs = append(s.runs, file)
	if err := os.Remove(file.Name()); err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	var b []byte
	for _, p := range s.run {
		b = p.append(b[:0])
		_, _ = w.Write(b) // Flush tells
	}
	s.run = s.run[:0]
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = file.Seek(0, io.SeekStart)
	return err
}

// Write puts all places into a file, in order, and ends the Sorter. When it
// returns the file is on disk.
func (s *Sorter) Write(path string) (err error) {
	defer func() { err = errors.Join(err, s.Close()) }()
	slices.SortFunc(s.run, Place.before)
	var m merge
	for _, run := range s.runs {
		if err := m.add(readPlaces(run)); err != nil {
			return err
		}
	}
	if err := m.add(func() (Place, error) { return shift(&s.run) }); err != nil {
		return err
	}
	file, err := os.Create(path) //nolint:gosec // in our own folder
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriter(file)
	var b []byte
	for {
		p, err := m.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		b = p.append(b[:0])
		_, _ = w.Write(b) // Flush tells
	}
	return cmp.Or(w.Flush(), file.Sync())
}

// Close gives back what a Sorter holds.
func (s *Sorter) Close() (err error) {
	for _, run := range s.runs {
		err = errors.Join(err, run.Close())
	}
	s.run, s.runs = nil, nil
	return err
}

func shift(run *[]Place) (Place, error) {
	if len(*run) == 0 {
		return Place{}, io.EOF
	}
	p := (*run)[0]
	*run = (*run)[1:]
	return p, nil
}

// readPlaces gives one place after the other, then io.EOF.
func readPlaces(in io.Reader) func() (Place, error) {
	r := bufio.NewReader(in)
	b := make([]byte, placeSize)
	return func() (Place, error) {
		_, err := io.ReadFull(r, b)
		return placeOf(b), err
	}
}

// A merge gives the places of many sorted sources in order. It is a heap of
// the sources by their next place.
type merge []source

type source struct {
	next Place
	read func() (Place, error)
}

func (m *merge) add(read func() (Place, error)) error {
	p, err := read()
	if err == nil {
		heap.Push(m, source{p, read})
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (m *merge) next() (Place, error) {
	if len(*m) == 0 {
		return Place{}, io.EOF
	}
	first := &(*m)[0]
	p := first.next
	var err error
	switch first.next, err = first.read(); {
	case err == nil:
		heap.Fix(m, 0)
	case errors.Is(err, io.EOF):
		heap.Pop(m)
	default:
		return Place{}, err
	}
	return p, nil
}

// Len, Less, Swap, Push and Pop are the heap's.
func (m *merge) Len() int           { return len(*m) }
func (m *merge) Less(i, j int) bool { return (*m)[i].next.before((*m)[j].next) < 0 }
func (m *merge) Swap(i, j int)      { (*m)[i], (*m)[j] = (*m)[j], (*m)[i] }
func (m *merge) Push(x any)         { *m = append(*m, x.(source)) } //nolint:errcheck // nothing else is pushed
func (m *merge) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// Ordered yields the places that a Sorter wrote, without the first skip.
func Ordered(path string, skip int64) iter.Seq2[Place, error] {
	return func(yield func(Place, error) bool) {
		file, err := os.Open(path) //nolint:gosec // in our own folder
		if err == nil {
			defer func() { _ = file.Close() }()
			_, err = file.Seek(skip*placeSize, io.SeekStart)
		}
		if err != nil {
			yield(Place{}, err)
			return
		}
		for read := readPlaces(file); ; {
			p, err := read()
			if errors.Is(err, io.EOF) || !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// A List keeps the files that were found on disk, so that memory does not grow
// with their number.
type List struct {
	file *os.File
	w    *bufio.Writer
	size int64
}

// NewList makes a list, or makes it anew.
func NewList(path string) (*List, error) {
	file, err := os.Create(path) //nolint:gosec // in our own folder
	if err != nil {
		return nil, err
	}
	return &List{file: file, w: bufio.NewWriter(file)}, nil
}

// OpenList opens a list to read.
func OpenList(path string) (*List, error) {
	file, err := os.Open(path) //nolint:gosec // in our own folder
	if err != nil {
		return nil, err
	}
	return &List{file: file, w: bufio.NewWriter(io.Discard)}, nil
}

// Add writes a path behind the others, and answers its place.
func (l *List) Add(path string) (int64, error) {
	at := l.size
	b := append(binary.AppendUvarint(nil, uint64(len(path))), path...)
	l.size += int64(len(b))
	_, err := l.w.Write(b)
	return at, err
}

// Path is the path at a place.
func (l *List) Path(at int64) (string, error) {
	r := bufio.NewReaderSize(io.NewSectionReader(l.file, at, 1<<62), 512)
	n, err := binary.ReadUvarint(r)
	if err != nil || n > 1<<16 {
		return "", fmt.Errorf("the list of files is damaged: %w", err)
	}
	path := make([]byte, n)
	_, err = io.ReadFull(r, path)
	return string(path), err
}

// Flush has what was added on disk when it returns.
func (l *List) Flush() error { return errors.Join(l.w.Flush(), l.file.Sync()) }

// Close closes the list.
func (l *List) Close() error { return l.file.Close() }
