package smtpd

import (
	"bytes"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"
)

// A pace is the deadline of a message: it moves on whenever enough has come
// since it was set, and not for every byte that a client lets drip.
type pace struct {
	since time.Time
	got   int64
}

// reading sets the deadline for the next read.
func (p *pace) reading(c net.Conn, patience time.Duration) error {
	if p.got >= minRate*int64(patience/time.Second) {
		*p = pace{since: time.Now()}
	}
	return c.SetReadDeadline(p.since.Add(patience))
}

// more reads the next bytes of a message: those that came with the commands,
// then those of the network.
func (w *wire) more(p []byte, at *pace) (int, error) {
	if w.r < len(w.in) {
		n := copy(p, w.in[w.r:])
		w.r += n
		at.got += int64(n)
		return n, nil
	}
	if err := w.flush(); err != nil {
		return 0, err
	}
	if err := w.armMessage(at); err != nil {
		return 0, err
	}
	n, err := w.conn.Read(p)
	w.disarm(n)
	at.got += int64(n)
	if n > 0 {
		return n, nil
	}
	return 0, err
}

// unread keeps what more gave beyond the end of a message.
func (w *wire) unread(rest []byte) {
	if w.r < len(w.in) { // that is where it came from
		w.r -= len(rest)
		return
	}
	w.in, w.r = append(w.in[:0], rest...), 0
}

// cut ends the connection where it stands. Once a read has failed inside a
// message, what comes next might be content, and must not be obeyed.
func (w *wire) cut() {
	w.gone, w.mute = true, true
	w.drop()
}

var errCut = errors.New("smtpd: connection lost inside a message")

// smallRead is how much is read at once of what is not wanted.
const smallRead = 4 << 10

// receive reads a message up to its end, whatever its length, into the memory
// of b. The reply is for a message that cannot be taken.
func (w *wire) receive(b *body) (message []byte, reply string, err error) {
	var (
		d    dots
		used int
		buf  = b.bytes
		at   = pace{since: time.Now()}
	)
	refuse := func(why string) {
		b.free()
		w.s.letGo()
		reply, buf = why, make([]byte, smallRead)
	}
	for end := false; !end; {
		if reply != "" {
			used = 0
		} else if len(buf)-used <= smallRead {
			if b.grow(used, w.set) {
				buf = b.bytes
			} else {
				refuse(tooMuchInFlight)
				continue
			}
		}
		// One byte stays free between what is kept and what is read: see dots.
		room := buf[used+1 : min(len(buf), used+1+maxRead)]
		n, err := w.more(room, &at)
		if err != nil {
			w.cut()
			return nil, "", errCut
		}
		var kept int
		var rest []byte
		kept, rest, end = d.read(buf[used:], room[:n])
		used += kept
		if end {
			w.unread(rest)
		}
		if reply == "" && int64(used) > w.set.maxBytes {
			refuse(tooBig)
		}
	}
	if reply != "" {
		return nil, reply, nil
	}
	message, reply = w.mend(b, used, d.flaws)
	return message, reply, nil
}

// mend does as the operator wishes with a message that may not go on as it is.
func (w *wire) mend(b *body, used int, flaws flaw) (message []byte, reply string) {
	message = b.bytes[:used]
	if flaws == 0 {
		return message, ""
	}
	if !w.set.normalize {
		return nil, flawed
	}
	size := normalSize(message)
	if int64(size) > w.set.maxBytes {
		return nil, tooBig
	}
	mended := body{budget: b.budget}
	for len(mended.bytes) < size+len(crlf) {
		if !mended.grow(0, w.set) {
			mended.free()
			return nil, tooMuchInFlight
		}
	}
	message = normalize(mended.bytes[:0], message)
	b.free()
	*b = mended
	return message, ""
}

// bdat takes one chunk (RFC 3030 §2). The library never sees it: when the last
// one is here, it is told of a DATA.
func (w *wire) bdat(arg string) string {
	size, last, known := chunkSize(arg)
	if !known {
		w.gone = true // nobody knows where the next command begins
		return badArgument
	}
	at := pace{since: time.Now()}
	reply := w.s.chunkError
	switch {
	case !w.hailed:
		reply = helloFirst
	case len(w.s.rcpts) == 0:
		reply = badSequence
	}
	if reply == "" {
		reply = w.chunk(size, &at)
	} else {
		w.discard(size, &at)
	}
	switch {
	case w.mute:
		return ""
	case reply != "":
		if w.s.chunked {
			w.s.chunkError = badSequence // until the transaction ends
			w.s.letGo()
		}
		return reply
	case last:
		return w.pass("DATA", "")
	}
	return ok
}

func chunkSize(arg string) (size int64, last, ok bool) {
	text, rest, more := strings.Cut(arg, " ")
	last = strings.EqualFold(rest, "LAST")
	n, err := strconv.ParseUint(text, 10, 62)
	return int64(n), last, err == nil && more == last
}

// chunk adds size bytes to the message, or reads past them.
func (w *wire) chunk(size int64, at *pace) string {
	s := w.s
	s.chunked = true
	if size > w.set.maxBytes-int64(s.used) {
		w.discard(size, at)
		return tooBig
	}
	for int64(len(s.body.bytes)-s.used) < size+int64(len(crlf)) { // the last line may want its end
		if !s.body.grow(s.used, w.set) {
			w.discard(size, at)
			return tooMuchInFlight
		}
	}
	for end := s.used + int(size); s.used < end; {
		n, err := w.more(s.body.bytes[s.used:end], at)
		if err != nil {
			w.cut()
			return ""
		}
		s.used += n
	}
	return ""
}

// discard reads past a chunk that is not wanted.
func (w *wire) discard(size int64, at *pace) {
	p := make([]byte, smallRead)
	for size > 0 {
		n, err := w.more(p[:min(size, smallRead)], at)
		if err != nil {
			w.cut()
			return
		}
		size -= int64(n)
	}
}

// assembled is the message that came in chunks.
func (w *wire) assembled(b *body, used int) (message []byte, reply string) {
	message, reply = w.mend(b, used, flawsOf(b.bytes[:used]))
	if len(message) > 0 && !bytes.HasSuffix(message, []byte(crlf)) {
		message = append(message, crlf...)
	}
	return message, reply
}

const crlf = "\r\n"
