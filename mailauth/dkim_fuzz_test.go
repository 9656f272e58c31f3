package mailauth

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/emersion/go-msgauth/dkim"
)

// A tag list that was read, printed and read again is the same.
func FuzzTagList(f *testing.F) {
	f.Add("v=1; a=rsa-sha256; d=example.com; h=from : to;\r\n\tb=AbC= =")
	f.Add("k=rsa;p=")
	f.Add(" a = b ; ")
	f.Fuzz(func(t *testing.T, s string) {
		tags, ok := parseTags(s)
		if !ok {
			return
		}
		var b strings.Builder
		for _, tag := range tags {
			if trimFWS(s[tag.from:tag.to]) != tag.value {
				t.Fatalf("%q is not at %d:%d", tag.value, tag.from, tag.to)
			}
			b.WriteString(tag.name + "=" + tag.value + ";")
		}
		again, ok := parseTags(b.String())
		if !ok || len(again) != len(tags) {
			t.Fatalf("%q is not a tag list", b.String())
		}
		for i := range tags {
			if tags[i].name != again[i].name || tags[i].value != again[i].value {
				t.Fatalf("%+v became %+v", tags[i], again[i])
			}
		}
	})
}

// Whatever comes in: limits hold, the same again gives the same, a failure
// has a reason, and nothing comes out that would need escaping.
func FuzzSignatures(f *testing.F) {
	f.Add(signed(f, signed(f, []byte(letter), byEd()), byEd()))
	f.Add([]byte(letter))
	f.Add([]byte("DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=AAAA; b=yGRqC(\n\nHi\n")) // Sig must not be "yGRqC("
	f.Add([]byte("ARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.com; s=rsa; b=AAAA\n" +
		"ARC-Message-Signature: i=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=AAAA; b=AAAA\n" +
		"ARC-Authentication-Results: i=1; example.com; none\n\nHi\n"))
	zone := testZone()
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		got := verify(t, zone, raw)
		arc := verifyARC(t.Context(), zone, raw, suiteTime)
		if !bytes.Equal(raw, before) {
			t.Fatal("the message was changed")
		}
		if !reflect.DeepEqual(got, verify(t, zone, raw)) || !reflect.DeepEqual(arc, verifyARC(t.Context(), zone, raw, suiteTime)) {
			t.Fatal("not the same twice")
		}
		if len(got) > maxSignatures || arc.Instance > maxInstances || len(arc.Sealers) > maxInstances {
			t.Fatalf("%d signatures, %+v", len(got), arc)
		}
		for _, c := range got {
			if (c.Result == Pass) != (c.Reason == "") || c.Unsigned < 0 {
				t.Fatalf("%+v", c)
			}
			if strings.ContainsAny(c.Domain+c.Selector+c.Algorithm+c.Sig, " \t\r\n;=\"()\\") && !strings.HasSuffix(c.Sig, "=") {
				t.Fatalf("%+v is not safe to print", c)
			}
		}
		if (arc.Result == Fail) != (arc.Reason != "") {
			t.Fatalf("%+v", arc)
		}
	})
}

// stricter lists where the oracle passes what we do not. It is never the
// other way round.
var stricter = []struct {
	why string
	in  func(msg string) bool
}{
	{"a lone CR is no white space (RFC 6376 §2.8)", func(msg string) bool {
		return strings.Contains(strings.ReplaceAll(msg, "\r\n", ""), "\r")
	}},
	{"nor are other characters that Unicode calls so", func(msg string) bool {
		return strings.ContainsAny(msg, "\v\f\u0085") || strings.IndexFunc(msg, func(r rune) bool { return r > '~' && unicode.IsSpace(r) }) >= 0
	}},
	{"a header does not begin with a folded line (RFC 5322 §2.2)", func(msg string) bool {
		return isWSP(msg[0])
	}},
	{"a name is not folded (RFC 5322 §2.2)", func(msg string) bool {
		return strings.Contains(msg, "\n :") || strings.Contains(msg, "\n\t:")
	}},
	{"a line without a colon is no field (RFC 5322 §2.2)", func(msg string) bool {
		header, _, _ := strings.Cut(strings.ReplaceAll("\n"+msg, "\r\n", "\n"), "\n\n")
		for line := range strings.SplitSeq(header[min(1, len(header)):], "\n") {
			if !strings.Contains(line, ":") && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
				return true
			}
		}
		return false
	}},
	{"an empty tag spoils the list (RFC 6376 §3.2)", func(msg string) bool {
		return strings.Contains(stripFWS(msg), ";;")
	}},
}

func agreeWithOracle(t *testing.T, zone keyZone, msg []byte) {
	t.Helper()
	if !hasBody(msg) {
		return // an error to the oracle
	}
	got, want := verify(t, zone, msg), oraclePasses(zone, msg)
	passes := slices.Contains(resultsOf(got), Pass)
	if passes == want {
		return
	}
	for _, s := range stricter {
		if want && s.in(string(msg)) {
			return
		}
	}
	t.Fatalf("passed: %v, to the oracle: %v\n%q\n%+v", passes, want, msg, got)
}

func hasBody(msg []byte) bool {
	return strings.Contains(strings.ReplaceAll("\n"+string(msg), "\r\n", "\n"), "\n\n")
}

func oraclePasses(zone keyZone, raw []byte) bool {
	checks, _ := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{
		LookupTXT:        func(name string) ([]string, error) { return zone[name], nil },
		MaxVerifications: maxSignatures,
	})
	return slices.ContainsFunc(checks, func(c *dkim.Verification) bool { return c.Err == nil })
}

// signedAs has the oracle sign in one of eight ways.
func signedAs(tb testing.TB, raw []byte, kind byte) []byte {
	tb.Helper()
	o := byEd()
	modes := []dkim.Canonicalization{dkim.CanonicalizationSimple, dkim.CanonicalizationRelaxed}
	o.HeaderCanonicalization, o.BodyCanonicalization = modes[kind&1], modes[kind>>1&1]
	if kind&4 != 0 {
		o.HeaderKeys = []string{"From", "From", "Subject", "Subject", "Cc"}
	}
	return signed(tb, raw, o)
}

// Any edit at any place of a signed message has the verdict of the oracle.
func TestDKIMAgreesWithOracle(t *testing.T) {
	t.Parallel()
	zone := testZone()
	raw := []byte("From: Ann <ann@example.com>\r\nSubject: Tea\r\n at  four\r\n\r\nAt  four?\t\r\n\r\n b \r\n\r\n\r\n")
	for _, kind := range []byte{0, 3, 5, 6} {
		msg := signedAs(t, raw, kind)
		for i := range msg {
			agreeWithOracle(t, zone, slices.Delete(bytes.Clone(msg), i, i+1))
			for _, put := range []string{" ", "\r\n ", "\n", ";", "x"} {
				agreeWithOracle(t, zone, slices.Insert(bytes.Clone(msg), i, []byte(put)...))
			}
		}
	}
}

// Whatever is signed and whatever is done to it: the verdict is the oracle's.
func FuzzDKIMOracle(f *testing.F) {
	f.Add([]byte(letter), byte(0), uint16(0), byte(0), []byte(nil))
	f.Add([]byte(letter), byte(3), uint16(300), byte(1), []byte(" "))
	f.Add([]byte("suBjeCt\n\n"), byte('E'), uint16(82), byte(2), []byte(" "))
	f.Add([]byte("From: a@example.com\r\nsubject:x\r\nSubject:\r\n y\r\n\r\n a  b \t\r\n\r\n \r\n"), byte(5), uint16(20), byte(2), []byte("\r\n "))
	zone := testZone()
	f.Fuzz(func(t *testing.T, raw []byte, kind byte, at uint16, cut byte, put []byte) {
		if !hasBody(raw) {
			return
		}
		msg := signedAs(t, raw, kind)
		i := min(int(at), len(msg))
		agreeWithOracle(t, zone, slices.Replace(msg, i, min(i+int(cut), len(msg)), put...))
	})
}
