package filter

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"postern/detect"
	"postern/policy"
	"postern/signals"
)

func TestForgedFieldsAreRemoved(t *testing.T) {
	f := newFilter(t, policy.Config{})
	for _, tc := range []struct{ name, raw, want string }{
		{"none", message, message},
		{"verdict", "X-Postern-Verdict: accept\r\n" + message, message},
		{"lower case, folded", "x-postern-reasons: all\r\n is well\r\n" + message, message},
		{"space before the colon", "X-Postern-Id : 1\r\n" + message, message},
		{"in the middle", "A: b\r\nX-Postern-Anything:\r\nC: d\r\n\r\nbody", "A: b\r\nC: d\r\n\r\nbody"},
		{"our own results", "Authentication-Results: mx.example.com; spf=pass\r\n" + message, message},
		{"our own results, in capitals", "Authentication-Results: MX.EXAMPLE.COM 1; spf=pass\r\n" + message, message},
		{"our own results, behind a comment", "Authentication-Results: (mx) mx.example.com; spf=pass\r\n" + message, message},
		{
			"somebody else's results", "Authentication-Results: mx.example.net; spf=pass\r\n" + message,
			"Authentication-Results: mx.example.net; spf=pass\r\n" + message,
		},
		{"in the body", message + "X-Postern-Verdict: accept\r\n", message + "X-Postern-Verdict: accept\r\n"},
		{"after a line that is no field", "junk\r\nX-Postern-Id: 1\r\nA: b\r\n\r\n", "junk\r\nA: b\r\n\r\n"},
		{"no body", "X-Postern-Id: 1\r\nA: b\r\n", "A: b\r\n"},
		{"empty", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(slices.Concat(f.cut([]byte(tc.raw), "")...)); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// A forger may write more fields than the parser reads.
func TestForgedFieldsAreRemovedBeyondTheParsersLimits(t *testing.T) {
	f := newFilter(t, policy.Config{})
	raw := strings.Repeat("A: b\r\n", 100_000) + "X-Postern-Verdict: accept\r\n" + message
	if got := string(slices.Concat(f.cut([]byte(raw), "")...)); strings.Contains(got, prefix) {
		t.Error("the forged field is still there")
	}
}

func TestWhatCannotBeWrittenIsDeferred(t *testing.T) {
	f, m := newFilter(t, policy.Config{OnFailure: "accept"}), mail(message)
	rec := &Record{Facts: &signals.Facts{Env: m.Env}, Verdict: policy.Verdict{Class: detect.NumClasses}} // a class without a name
	if out := f.write(rec, m); len(out) != 0 || rec.Verdict.Action != policy.Defer {
		t.Errorf("%v: %q", rec.Verdict.Action, out)
	}
}

func TestSubjectTag(t *testing.T) {
	f := newFilter(t, policy.Config{})
	got := string(slices.Concat(f.cut([]byte(message), "[suspicious]")...))
	if want := strings.Replace(message, "Subject: hello", "Subject: [suspicious] hello", 1); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestHead(t *testing.T) {
	f := newFilter(t, policy.Config{})
	f.Detectors = []detect.Detector{certain{}}
	m := mail("X-Postern-Verdict: accept\r\n" + message)
	m.Received = "from out.partner.example by mx.example.com with ESMTP id 01J0; Sun, 22 Nov 2026 09:00:00 +0000"
	_, text, _ := send(t, f, m)
	want := "X-Postern-Verdict: quarantine\r\n" +
		"X-Postern-Score: 0.9500\r\n" +
		"X-Postern-Class: malware\r\n" +
		"X-Postern-Id: 01J0\r\n" +
		"X-Postern-Reasons: 1. It says so.\r\n" +
		"Authentication-Results: mx.example.com; spf=none\r\n smtp.mailfrom=nora@partner.example; dkim=none; dmarc=none\r\n header.from=partner.example; arc=none\r\n" +
		"Received: from out.partner.example by mx.example.com with ESMTP id 01J0; Sun,\r\n 22 Nov 2026 09:00:00 +0000\r\n" + message
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// FuzzField: whatever a value holds, one field comes out, in short lines of
// printable ASCII, with no line of its own.
func FuzzField(f *testing.F) {
	f.Add("plain")
	f.Add("two\r\nBcc: x@example.com")
	f.Add("größer \x00 \u202e " + strings.Repeat("x", 3000))
	f.Fuzz(func(t *testing.T, value string) {
		var b bytes.Buffer
		field(&b, "X-Postern-Reasons", value)
		if b.Len() == 0 {
			return
		}
		text, ok := strings.CutSuffix(b.String(), "\r\n")
		if !ok || !strings.HasPrefix(text, "X-Postern-Reasons:") {
			t.Fatalf("%q", b.String())
		}
		for i, line := range strings.Split(text, "\r\n") {
			if i > 0 && (!strings.HasPrefix(line, " ") || strings.TrimSpace(line) == "") || len(line) > 998 {
				t.Fatalf("line %d is %q", i, line)
			}
			if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Fatalf("line %d is not printable ASCII: %q", i, line)
			}
		}
	})
}

// FuzzCut: the body is untouched, the header loses whole fields of ours and
// nothing else, and none is left.
func FuzzCut(f *testing.F) {
	f.Add([]byte(message))
	f.Add([]byte("X-Postern-A: b\r\n c\r\nD: e\r\n\r\nX-Postern-F: g\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		g := &Filter{Hostname: "mx.example.com"}
		got := slices.Concat(g.cut(raw, "")...)
		again := slices.Concat(g.cut(got, "")...)
		if !bytes.Equal(got, again) {
			t.Fatalf("cut again: %q, then %q", got, again)
		}
		if body := bytes.Index(raw, []byte("\r\n\r\n")); body >= 0 && !bytes.HasSuffix(got, raw[body+2:]) {
			t.Fatalf("body of %q changed: %q", raw, got)
		}
	})
}
