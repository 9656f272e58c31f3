package filter

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"postern/detect"
	"postern/mailauth"
	"postern/parse"
	"postern/policy"
	"postern/store/pebble"
)

// aZone answers from a table of TXT records, as a warm cache would.
type aZone map[string]string

func (z aZone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if txt, ok := z[strings.TrimSuffix(name, ".")]; ok {
		return []string{txt}, nil
	}
	return nil, mailauth.ErrNotFound
}

func (aZone) LookupMX(context.Context, string) ([]string, error) { return nil, mailauth.ErrNotFound }

func (aZone) LookupPTR(context.Context, netip.Addr) ([]string, error) {
	return nil, mailauth.ErrNotFound
}

func (aZone) LookupAddr(context.Context, string, bool) ([]netip.Addr, error) {
	return nil, mailauth.ErrNotFound
}

// newsletter is a signed message of 20 KiB in two alternatives with 45 links.
func newsletter(tb testing.TB) ([]byte, aZone) {
	tb.Helper()
	var plain, html strings.Builder
	for i := range 45 {
		fmt.Fprintf(&plain, "Item %d of the week: read on at https://news.partner.example/%d\r\n", i, i)
		fmt.Fprintf(&html, "<tr><td style=\"padding:4px;font-family:sans-serif;color:#222\"><p>Item %d of the week, with a few words about what "+
			"is new and why it could matter to you.</p><a href=\"https://news.partner.example/%d?u=4711&amp;c=%d\" style=\"color:#0645ad\">"+
			"Read on</a></td></tr>\r\n<tr><td style=\"height:8px\">&nbsp;</td></tr>\r\n", i, i, i)
	}
	text := "From: Nora Lind <nora@partner.example>\r\nTo: Ann <ann@example.com>\r\nSubject: The week\r\n" +
		"Date: Sun, 22 Nov 2026 09:00:00 +0000\r\nMessage-ID: <week-47@partner.example>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + plain.String() +
		"\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><table>\r\n" + html.String() + "</table></body></html>\r\n--b--\r\n"
	pub, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		tb.Fatal(err)
	}
	var signed bytes.Buffer
	err = dkim.Sign(&signed, strings.NewReader(text), &dkim.SignOptions{Domain: "partner.example", Selector: "s", Signer: key})
	if err != nil {
		tb.Fatal(err)
	}
	return signed.Bytes(), aZone{
		"s._domainkey.partner.example": "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(pub),
		"partner.example":              "v=spf1 ip4:192.0.2.0/24 -all", "_dmarc.partner.example": "v=DMARC1; p=reject",
	}
}

// BenchmarkProcess: a signed 20 KiB newsletter with everything on, DNS cached
// and the store warm.
func BenchmarkProcess(b *testing.B) {
	raw, zone := newsletter(b)
	db, err := pebble.Open(pebble.Config{Path: b.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	f := newFilter(b, policy.Config{})
	f.Auth, f.Detectors = &mailauth.Verifier{DNS: zone}, detect.Heuristics()
	f.History, f.Journal = db, db
	f.Start()
	done := make(chan struct{})
	go func() { f.Run(b.Context()); close(done) }()
	m := mail(string(raw))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		env := *m.Env
		env.ID, env.Rcpts = fmt.Sprint(i), []parse.Address{{Local: "ann", Domain: "example.com"}}
		f.Process(b.Context(), Mail{Env: &env, Raw: m.Raw}, func(context.Context, policy.Verdict, Outgoing) Fate { return Relayed })
	}
	f.Stop()
	<-done
}
