package smtpd

import (
	"bytes"
	"strings"
	"testing"
)

// readAll reads a message that arrives in pieces of the given sizes, over and
// over, the way receive does.
func readAll(wire []byte, sizes []byte) (content, rest []byte, flaws flaw, end bool) {
	var d dots
	buf := make([]byte, 2*len(wire)+2)
	used := 0
	for i := 0; len(wire) > 0 && !end; i++ {
		n := len(wire)
		if len(sizes) > 0 {
			n = min(n, int(sizes[i%len(sizes)])+1)
		}
		src := buf[used+1 : used+1+n]
		copy(src, wire[:n])
		wire = wire[n:]
		var kept int
		kept, rest, end = d.read(buf[used:], src)
		used += kept
		rest = append([]byte(nil), rest...)
	}
	return buf[:used], append(rest, wire...), d.flaws, end
}

func TestDots(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wire, content, rest string
		flaws               flaw
		end                 bool
	}{
		{wire: ".\r\n", end: true},
		{wire: ".\r\nQUIT\r\n", rest: "QUIT\r\n", end: true},
		{wire: "a\r\n.\r\n", content: "a\r\n", end: true},
		{wire: "..\r\n.\r\n", content: ".\r\n", end: true},
		{wire: ".a\r\n.\r\n", content: "a\r\n", end: true},
		{wire: "\r\n\r\n.\r\n\x00", content: "\r\n\r\n", rest: "\x00", end: true},
		{wire: "a\n.\n", content: "a\n.\n", flaws: bareLF},
		{wire: "a\r.\r", content: "a\r.\r", flaws: bareCR},
		{wire: "a\r\n.\n", content: "a\r\n\n", flaws: bareLF},
		{wire: "a\r\n.\r", content: "a\r\n"},
		{wire: "a\r\n.\rb\r\n.\r\n", content: "a\r\n\rb\r\n", flaws: bareCR, end: true},
		{wire: "a\r\n.\r\r\n.\r\n", content: "a\r\n\r\r\n", flaws: bareCR, end: true},
		{wire: "a\n.\r\n.\r\n", content: "a\n.\r\n", flaws: bareLF, end: true},
		{wire: "a\r\n\x00.\r\n.\r\n", content: "a\r\n\x00.\r\n", flaws: nul, end: true},
		{wire: "a\r\n.\x00\r\n.\r\n", content: "a\r\n\x00\r\n", flaws: nul, end: true},
		{wire: "a\r\r\n.\r\n", content: "a\r\r\n", flaws: bareCR, end: true},
	} {
		for _, sizes := range [][]byte{nil, {0}, {1}, {0, 2}} {
			content, rest, flaws, end := readAll([]byte(c.wire), sizes)
			if string(content) != c.content || string(rest) != c.rest || flaws&^c.flaws != 0 || c.end && flaws != c.flaws || end != c.end {
				t.Errorf("%q in %v: content %q rest %q flaws %b end %v", c.wire, sizes, content, rest, flaws, end)
			}
		}
	}
}

// oracle does what read does in the plainest way: the message ends at the first
// CRLF.CRLF, and a line is what stands between CRLF and CRLF.
func oracle(wire string) (content, rest string, end bool) {
	before, rest, end := strings.Cut("\r\n"+wire, "\r\n.\r\n")
	if !end {
		return "", "", false
	}
	lines := strings.Split((before + "\r\n")[2:], "\r\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, ".")
	}
	return strings.Join(lines, "\r\n"), rest, true
}

func FuzzDots(f *testing.F) {
	for _, s := range []string{
		"a\r\n.\r\n", ".\r\nx", "a\n.\r\nb\r\n.\r\n", "\r\n..\r.\r\n.\r\r\n.\r\n", ".\r\r\n.\r\n", "a\x00\r\n.\r\n",
	} {
		f.Add([]byte(s), []byte{0, 1, 2})
	}
	f.Fuzz(func(t *testing.T, wire, sizes []byte) {
		content, rest, flaws, end := readAll(wire, nil)
		content2, rest2, flaws2, end2 := readAll(wire, sizes)
		if !bytes.Equal(content, content2) || !bytes.Equal(rest, rest2) || flaws != flaws2 || end != end2 {
			t.Fatalf("in one piece: %q %q %b %v\nin pieces: %q %q %b %v", content, rest, flaws, end, content2, rest2, flaws2, end2)
		}
		wantContent, wantRest, wantEnd := oracle(string(wire))
		if end != wantEnd {
			t.Fatalf("end %v, want %v", end, wantEnd)
		}
		if !end {
			return
		}
		if string(content) != wantContent || string(rest) != wantRest {
			t.Fatalf("content %q rest %q, want %q %q", content, rest, wantContent, wantRest)
		}
		checkFlaws(t, content, flaws)
	})
}

// checkFlaws compares the flaws that were noted on the way with those that can
// be seen, and mends them.
func checkFlaws(t *testing.T, content []byte, flaws flaw) {
	t.Helper()
	var want flaw
	without := bytes.ReplaceAll(content, []byte("\r\n"), nil)
	// Removing CRLF may bring a CR and a LF together, which are bare all the same.
	if bytes.IndexByte(without, '\n') >= 0 {
		want |= bareLF
	}
	if bytes.IndexByte(without, '\r') >= 0 {
		want |= bareCR
	}
	if bytes.IndexByte(content, 0) >= 0 {
		want |= nul
	}
	if flaws != want || flawsOf(content) != want {
		t.Fatalf("%q: flaws %b and %b, want %b", content, flaws, flawsOf(content), want)
	}
	mended := normalize(nil, content)
	if flawsOf(mended) != 0 {
		t.Fatalf("%q is still flawed: %q", content, mended)
	}
	if len(mended) != normalSize(content) {
		t.Fatalf("%q: %d bytes, foretold %d", mended, len(mended), normalSize(content))
	}
	if want == 0 && !bytes.Equal(mended, content) {
		t.Fatalf("%q became %q", content, mended)
	}
}
