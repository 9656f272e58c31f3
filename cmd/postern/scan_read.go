package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
)

// job is one message to judge.
type job struct {
	name string
	from string // sender of an mbox's "From " line
	load func() ([]byte, error)
	done chan result
}

var mboxFrom = []byte("From ")

// eachMessage finds the messages of one file. A file that is no mbox is read
// by whoever judges it.
func eachMessage(name string, in io.Reader, yield func(*job)) {
	add := func(name, from string, load func() ([]byte, error)) {
		yield(&job{name, from, load, make(chan result, 1)})
	}
	fails := func(err error) { add(name, "", func() ([]byte, error) { return nil, err }) }
	if name != "-" {
		file, err := os.Open(name) //nolint:gosec // the operator names it
		if err != nil {
			fails(err)
			return
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	r := bufio.NewReader(in)
	if head, _ := r.Peek(len(mboxFrom)); !bytes.Equal(head, mboxFrom) {
		if name != "-" {
			add(name, "", func() ([]byte, error) { raw, err := os.ReadFile(name); return wired(raw), err }) //nolint:gosec // as above
			return
		}
		raw, err := io.ReadAll(r)
		add(name, "", func() ([]byte, error) { return wired(raw), err })
		return
	}
	n := 0
	for from, raw := range mbox(r) {
		n++
		at := name
		if n > 1 {
			at = fmt.Sprintf("%s#%d", name, n)
		}
		add(at, from, func() ([]byte, error) { return wired(raw), nil })
	}
}

// mbox yields the messages of an mbox with the sender of their "From " line
// (RFC 4155). A line "From " begins a message only after an empty line, and
// ">From " is unquoted.
func mbox(r *bufio.Reader) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		var raw []byte
		from, blank := "", true
		for {
			text, err := r.ReadBytes('\n')
			switch {
			case blank && bytes.HasPrefix(text, mboxFrom):
				if raw != nil && !yield(from, raw) {
					return
				}
				from, _, _ = strings.Cut(strings.TrimSpace(string(text[len(mboxFrom):])), " ")
				raw = make([]byte, 0, 16<<10)
			case bytes.HasPrefix(bytes.TrimLeft(text, ">"), mboxFrom):
				raw = append(raw, bytes.TrimPrefix(text, []byte(">"))...)
			default:
				raw = append(raw, text...)
			}
			blank = len(bytes.TrimRight(text, "\r\n")) == 0
			if err != nil {
				if raw != nil {
					yield(from, raw)
				}
				return
			}
		}
	}
}

// wired gives a file the line ends of the wire, if it has those of a file.
func wired(raw []byte) []byte {
	if n := bytes.Count(raw, []byte("\n")); n == bytes.Count(raw, []byte("\r\n")) {
		return raw
	}
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
}
