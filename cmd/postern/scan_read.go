package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"

	"postern/mailbox"
)

// job is one message to judge.
type job struct {
	name string
	load func() (sender string, raw []byte, err error) // the sender is that of an mbox's "From " line
	done chan result
}

// eachMessage finds the messages of one file. A file that is no mbox is read
// by whoever judges it.
func eachMessage(name string, in io.Reader, yield func(*job)) {
	add := func(name string, load func() (string, []byte, error)) { yield(&job{name, load, make(chan result, 1)}) }
	fails := func(name string, err error) { add(name, func() (string, []byte, error) { return "", nil, err }) }
	if name != "-" {
		file, err := os.Open(name) //nolint:gosec // the operator names it
		if err != nil {
			fails(name, err)
			return
		}
		defer func() { _ = file.Close() }()
		r := bufio.NewReader(file)
		if head, _ := r.Peek(5); !bytes.Equal(head, []byte("From ")) {
			add(name, func() (string, []byte, error) {
				raw, err := os.ReadFile(name) //nolint:gosec // as above
				sender, raw := mailbox.Unpack(raw)
				return sender, raw, err
			})
			return
		}
		in = r
	}
	n := 0
	for p, err := range mailbox.Split(in, mailbox.MaxMessage) {
		n++
		at := name
		if n > 1 {
			at = fmt.Sprintf("%s#%d", name, n)
		}
		switch {
		case err != nil:
			fails(at, err)
		case p.Length > mailbox.MaxMessage:
			fails(at, mailbox.ErrTooLong)
		default:
			add(at, func() (string, []byte, error) {
				sender, raw := mailbox.Unpack(p.Head)
				return sender, raw, nil
			})
		}
	}
	if n == 0 { // as an empty file, which is a message without a header
		add(name, func() (string, []byte, error) { return "", nil, nil })
	}
}
