package mailauth

import (
	"strings"
	"testing"

	"postern/parse"
)

func TestReported(t *testing.T) {
	t.Parallel()
	const id = "Authentication-Results: mx.example.com; "
	for _, tc := range []struct {
		name, header  string
		ok, proven    bool
		spf, dmarc    Result
		signedDomains string
	}{
		{"nobody trusted", "Authentication-Results: mx.example.net; dmarc=pass\n", false, false, TempError, TempError, ""},
		{"DMARC passed", id + "spf=fail smtp.mailfrom=a@list.example; dmarc=pass header.from=partner.example\n", true, true, Fail, Pass, ""},
		{"DMARC passed for somebody else", id + "dmarc=pass header.from=elsewhere.example\n", true, false, TempError, TempError, ""},
		{"DMARC failed", id + "spf=pass smtp.mailfrom=a@partner.example; dmarc=fail header.from=partner.example\n", true, false, Pass, Fail, ""},
		{"SPF passed and is aligned", id + "spf=pass smtp.mailfrom=bounce@mail.partner.example\n", true, true, Pass, TempError, ""},
		{"SPF passed for somebody else", id + "spf=pass smtp.mailfrom=a@elsewhere.example\n", true, false, Pass, TempError, ""},
		{
			"one of the signatures is aligned", id + "dkim=pass header.d=list.example header.s=1; dkim=pass header.i=@partner.example\n",
			true, true, TempError, TempError, "list.example partner.example",
		},
		{"a signature failed", id + "dkim=fail header.d=partner.example\n", true, false, TempError, TempError, "partner.example"},
		{"the newer word counts", id + "dmarc=fail header.from=partner.example\n" + id + "dmarc=pass header.from=partner.example\n", true, false, TempError, Fail, ""},
		{"beneath the border", "Received: by mx.example.com\n" + id + "dmarc=pass header.from=partner.example\n", false, false, TempError, TempError, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := parse.Read([]byte(strings.ReplaceAll(tc.header+"Received: by x\nFrom: b@partner.example\n\n", "\n", "\r\n")), parse.DefaultLimits)
			border := 0
			for m.Header[border].Name != "Received" {
				border++
			}
			r, ok := Reported(m, border, []string{"mx.example.com"})
			var signed []string
			for _, d := range r.DKIM {
				if d.Domain != "" {
					signed = append(signed, d.Domain)
				}
			}
			if ok != tc.ok || r.Authenticated() != tc.proven || r.SPF.Result != tc.spf || r.DMARC.Result != tc.dmarc || strings.Join(signed, " ") != tc.signedDomains {
				t.Errorf("%v, proven %v, %+v", ok, r.Authenticated(), r)
			}
		})
	}
}
