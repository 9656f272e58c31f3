package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"postern/mailbox"
)

// planVersion is that of the files of a plan. Another one is made anew.
const planVersion = 1

// plan is what a run has found and how far it came. It lies beside the store
// until all is learned, so that the next run over the same paths goes on.
type plan struct {
	dir  string
	made bool // Found is complete, and files and order are there

	Version int     `json:"version"`
	Done    int64   `json:"done"` // messages, in the order of time
	Found   found   `json:"found"`
	Learned learned `json:"learned"`
}

// The files of a plan.
const (
	planState = "state.json"
	planFiles = "files" // a mailbox.List
	planOrder = "order" // what a mailbox.Sorter wrote
	planMarks = "marks" // a mark for each file
	readMarks = "read"  // beside the plans: the marks of the files that earlier runs have read
)

// newPlan is an empty plan. Its lists are not null in the summary.
func newPlan(dir string) plan {
	none := wrongs{List: []wrong{}}
	return plan{dir: dir, Version: planVersion, Found: found{Wrong: none}, Learned: learned{Wrong: none}}
}

// openPlan opens the plan for paths, or begins one.
func openPlan(dir string, paths []string, again bool) (plan, error) {
	h := sha256.New()
	for _, path := range paths {
		_, _ = h.Write([]byte(path + "\x00"))
	}
	p := plan{dir: filepath.Join(dir, hex.EncodeToString(h.Sum(nil)[:8]))}
	text, err := os.ReadFile(p.path(planState))
	if err == nil && !again && json.Unmarshal(text, &p) == nil && p.Version == planVersion {
		p.made = true
		return p, nil
	}
	p = newPlan(p.dir)
	return p, errors.Join(os.RemoveAll(p.dir), os.MkdirAll(p.dir, 0o700))
}

func (p *plan) path(name string) string { return filepath.Join(p.dir, name) }

// save has the plan on disk when it returns, as it is or as it was.
func (p *plan) save() error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	temp := p.path(planState + ".new")
	file, err := os.Create(temp) //nolint:gosec // in our own folder
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(temp, p.path(planState))
}

// finish notes the files as read and throws the plan away.
func (p *plan) finish() error {
	marks, err := os.ReadFile(p.path(planMarks))
	if err != nil {
		return err
	}
	read, err := os.OpenFile(filepath.Join(filepath.Dir(p.dir), readMarks), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = read.Write(marks)
	if err = errors.Join(err, read.Sync(), read.Close()); err != nil {
		return err
	}
	return os.RemoveAll(p.dir)
}

// A mark stands for one file as it was: its name, size and time.
type mark uint64

func markOf(f *mailbox.File) mark {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d", f.Name(), f.Size, f.Changed.UnixNano()))
	return mark(binary.LittleEndian.Uint64(sum[:]))
}

// marks are the files that earlier runs have read, sorted.
type marks []mark

func readMarksIn(dir string) (marks, error) {
	text, err := os.ReadFile(filepath.Join(dir, readMarks)) //nolint:gosec // in our own folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	m := make(marks, len(text)/8)
	if err := binary.Read(bytes.NewReader(text[:8*len(m)]), binary.LittleEndian, m); err != nil {
		return nil, err
	}
	slices.Sort(m)
	return m, err
}

func (m marks) has(one mark) bool {
	_, ok := slices.BinarySearch(m, one)
	return ok
}

// notes collects the marks of the files of this plan.
type notes struct {
	file *os.File
	w    *bufio.Writer
}

func (p *plan) notes() (*notes, error) {
	file, err := os.Create(p.path(planMarks))
	if err != nil {
		return nil, err
	}
	return &notes{file, bufio.NewWriter(file)}, nil
}

func (n *notes) add(m mark) error {
	return binary.Write(n.w, binary.LittleEndian, m)
}

func (n *notes) close() error { return errors.Join(n.w.Flush(), n.file.Sync(), n.file.Close()) }

// maxWrong is how many wrong messages are told one by one.
const maxWrong = 100

// wrong is a message or file that was passed over.
type wrong struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
}

// wrongs counts all of them, and names the first.
type wrongs struct {
	Count int64   `json:"count"`
	List  []wrong `json:"list"`
}

func (w *wrongs) add(file string, offset int64, err error) {
	if w.Count++; len(w.List) < maxWrong {
		reason, _, _ := strings.Cut(err.Error(), "\n")
		w.List = append(w.List, wrong{file, offset, reason})
	}
}
