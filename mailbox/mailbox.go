// Package mailbox finds past messages in mbox files, Maildirs and folders of
// message files, and puts them in the order of their time within bounded
// memory. It knows nothing of what is done with them.
package mailbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// MaxMessage is the most bytes of one message. No server would have taken a
// longer one.
const MaxMessage = 64 << 20

// A File may hold messages: one, or many where it is an mbox.
type File struct {
	Path    string
	Size    int64
	Changed time.Time
}

// Name is what stays the same about a file while it lies in a Maildir, where
// delivery moves it from new to cur and programs change its flags.
func (f *File) Name() string {
	dir, name := filepath.Split(f.Path)
	if dir = filepath.Clean(dir); !inMaildir(dir) {
		return f.Path
	}
	name, _, _ = strings.Cut(name, ":2,")
	return filepath.Join(filepath.Dir(dir), name)
}

func inMaildir(dir string) bool {
	base := filepath.Base(dir)
	return base == "cur" || base == "new"
}

var (
	// ErrNoMail reports a file that was named and holds no message.
	ErrNoMail = errors.New("no message")
	// ErrTooLong reports a message of more than MaxMessage bytes.
	ErrTooLong = fmt.Errorf("longer than %d MiB", MaxMessage>>20)
)

// Walk calls found for each file under roots that holds mail, in the order of
// names, and wrong for what cannot be read. What lies in a folder and is no
// mail is passed over. It ends early with the error of ctx or of found.
func Walk(ctx context.Context, roots []string, found func(File) error, wrong func(path string, err error)) error {
	for _, root := range roots {
		if real, err := filepath.EvalSymlinks(root); err == nil {
			root = real
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			switch {
			case err != nil:
				wrong(path, err)
				return nil
			case d.IsDir() && path != root && d.Name() == "tmp" && isMaildir(filepath.Dir(path)):
				return fs.SkipDir // deliveries under way
			case d.IsDir():
				return nil
			}
			f, err := examine(path)
			switch {
			case err == nil:
				return found(f)
			case path == root || !errors.Is(err, ErrNoMail):
				wrong(path, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func isMaildir(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "cur"))
	return err == nil && info.IsDir()
}

// examine tells whether path is a file that begins as mail does.
func examine(path string) (File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return File{}, err
	}
	if !info.Mode().IsRegular() {
		return File{}, ErrNoMail
	}
	f := File{path, info.Size(), info.ModTime()}
	if inMaildir(filepath.Dir(path)) || strings.EqualFold(filepath.Ext(path), ".eml") {
		return f, nil
	}
	file, err := os.Open(path) //nolint:gosec // the operator names the folder
	if err != nil {
		return File{}, err
	}
	defer func() { _ = file.Close() }()
	start := make([]byte, 256)
	n, _ := io.ReadFull(file, start)
	if !isMail(start[:n]) {
		return File{}, ErrNoMail
	}
	return f, nil
}

// isMail tells whether a file that begins so is an mbox or starts with a
// header field (RFC 5322 §2.2).
func isMail(start []byte) bool {
	if bytes.HasPrefix(start, mboxFrom) {
		return true
	}
	name, _, ok := bytes.Cut(start, []byte(":"))
	return ok && len(name) > 1 && !bytes.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' })
}

// A Place is where a message lies, and when it came.
type Place struct {
	At             int64 // seconds since 1970
	File           int64 // its place in the [List] of files
	Offset, Length int64 // in that file
}

// before is the order of time. Messages of one second keep the order in which
// they were found.
func (p Place) before(q Place) int {
	return cmp.Or(cmp.Compare(p.At, q.At), cmp.Compare(p.File, q.File), cmp.Compare(p.Offset, q.Offset))
}

// Load reads the message at an offset of the file at path: the sender that an
// mbox notes, and the message with the line ends of the wire.
func Load(path string, offset, length int64) (sender string, raw []byte, err error) {
	if length > MaxMessage {
		return "", nil, ErrTooLong
	}
	file, err := open(path)
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = file.Close() }()
	raw = make([]byte, length)
	if _, err := file.ReadAt(raw, offset); err != nil {
		return "", nil, fmt.Errorf("the file has changed: %w", err)
	}
	sender, raw = Unpack(raw)
	return sender, raw, nil
}

// open finds a file of a Maildir also where it has got other flags.
func open(path string) (*os.File, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the folder
	dir, name := filepath.Split(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) || !inMaildir(filepath.Clean(dir)) {
		return file, err
	}
	name, _, _ = strings.Cut(name, ":2,")
	for _, sub := range []string{"cur", "new"} {
		sub = filepath.Join(dir, "..", sub)
		list, _ := os.ReadDir(sub)
		i := slices.IndexFunc(list, func(d fs.DirEntry) bool { return d.Name() == name || strings.HasPrefix(d.Name(), name+":2,") })
		if i >= 0 {
			return os.Open(filepath.Join(sub, list[i].Name())) //nolint:gosec // as above
		}
	}
	return nil, err
}
