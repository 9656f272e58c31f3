package train

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postern/detect"
	"postern/parse"
)

var ann = parse.Address{Local: "ann", Domain: "corp.example"}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestNormaliseTakesTheCollectorAway(t *testing.T) {
	t.Parallel()
	raw := crlf(`Received: from out.example.net by mx.example.org for <victim.two@example.org>; Mon, 3 Jun 2024 09:00:00 +0000
X-MS-Exchange-Organization-SCL: 5
Delivered-To: victim.two@example.org
X-Mailer: anything
Subject: Your mailbox victim.two@example.org
To: "Victim Two" <victim.two@example.org>, b@example.org
From: Service <service@example.net>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain
Content-Transfer-Encoding: base64

RGVhciB2aWN0aW0udHdvQGV4YW1wbGUub3JnLCBsb2cgaW4=
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<meta http-equiv=3D"Content-Type" content=3D"text/html"><a href=3D"https://login.e=
xample.net/?u=3Dvictim.two%40EXAMPLE.org">in</a>
--b--
`)
	m := parse.Read(Normalise([]byte(raw), ann), parse.DefaultLimits)
	names := make([]string, 0, len(m.Header))
	for _, f := range m.Header {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "From To Subject MIME-Version Content-Type" {
		t.Errorf("fields: %s", got)
	}
	if m.Subject != "Your mailbox ann@corp.example" || m.To[0].Address != ann || len(m.To) != 1 {
		t.Errorf("subject %q, to %v", m.Subject, m.To)
	}
	if got := string(m.Parts[1].Body); got != "Dear ann@corp.example, log in" {
		t.Errorf("text: %q", got)
	}
	if got := string(m.Parts[2].Body); strings.TrimSpace(got) != `<a href="https://login.example.net/?u=ann%40corp.example">in</a>` {
		t.Errorf("page: %q", got)
	}
}

func TestNormaliseTakesTheListAway(t *testing.T) {
	t.Parallel()
	raw := crlf(`From: "Kim Park via tools" <tools@lists.example.org>
Reply-To: kim@example.net
To: tools@lists.example.org
List-Id: Tools <tools.lists.example.org>
List-Post: <mailto:tools@lists.example.org>
List-Unsubscribe: <https://lists.example.org/>
Subject: Re: [tools] [PATCH] a saw

It saws.
_______________________________________________
tools mailing list
`)
	m := parse.Read(Normalise([]byte(raw), ann), parse.DefaultLimits)
	if len(m.From) != 1 || m.From[0].Address.String() != "kim@example.net" || m.From[0].Name != "Kim Park" {
		t.Errorf("from %v", m.From)
	}
	if m.Subject != "Re: [PATCH] a saw" || len(m.ReplyTo) != 0 {
		t.Errorf("subject %q, reply-to %v", m.Subject, m.ReplyTo)
	}
	if _, ok := m.Field("List-Unsubscribe"); ok || strings.Contains(m.Text.Visible, "mailing list") {
		t.Errorf("the list is still there: %q", m.Text.Visible)
	}
}

func TestCorpusReadsItsManifest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"dataset/ham/office/1.eml", "dataset/ham/office/2.eml", "dataset/phish/pot/1.eml"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("Subject: x\n\ny\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rows := "path\tsubclass\tdate\tlang\tcluster\tsynthetic\tspf\tdkim_d\n" +
		"ham/office/1.eml\tnewsletter\t2024-02-03T04:05:06Z\tde\tc1\t1\tpass\ta.example,b.example\n"
	if err := os.WriteFile(filepath.Join(dir, "manifest.tsv"), []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	mail, err := Corpus(dir)
	if err != nil || len(mail) != 3 {
		t.Fatalf("%d messages, %v", len(mail), err)
	}
	m := mail[0]
	if m.Class != detect.Graymail || m.Lang != "de" || m.Campaign != "c1" || !m.Synthetic || m.Date.Year() != 2024 || len(m.Received.Signers) != 2 {
		t.Errorf("%+v", m)
	}
	if mail[1].Class != detect.Safe || mail[2].Class != detect.CredentialPhishing || mail[2].Campaign != "phish/pot/1.eml" {
		t.Errorf("%+v, %+v", mail[1], mail[2])
	}
}

func TestASplitCutsNoCampaign(t *testing.T) {
	t.Parallel()
	mail := make([]*Mail, 0, 100)
	for i := range 100 {
		mail = append(mail, &Mail{Source: "ham/x", Campaign: string(rune('a' + i%20)), Date: noDate.AddDate(0, 0, i)})
	}
	earlier, later := Split(mail, 0.7)
	side := map[string]string{}
	for _, m := range earlier {
		side[m.Campaign] = "earlier"
	}
	for _, m := range later {
		if side[m.Campaign] == "earlier" {
			t.Fatalf("campaign %s is on both sides", m.Campaign)
		}
	}
	if len(earlier) != 70 || len(later) != 30 {
		t.Errorf("%d and %d", len(earlier), len(later))
	}
}
