package parse

import (
	"strings"
	"testing"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"http://192.0.2.1/":                                    "192.0.2.1",
		"http://3221225985/":                                   "192.0.2.1", // decimal
		"http://0xC0000201/":                                   "192.0.2.1", // hex
		"http://0300.0.2.1/":                                   "192.0.2.1", // octal
		"http://0300.0x0.02.0x1/":                              "192.0.2.1",
		"http://192.513/":                                      "192.0.2.1", // short forms
		"http://192.0.513/":                                    "192.0.2.1",
		"http://%31%39%32.0.2.1/":                              "192.0.2.1",
		"http://１９２.０.２.１/":                                    "192.0.2.1", // full-width digits
		"http://192。0。2。1/":                                    "192.0.2.1",
		"http://192.0.2.1.:8080/":                              "192.0.2.1",
		"http://[2001:db8::1]/":                                "[2001:db8::1]",
		"http://[2001:0DB8:0:0:0:0:0:1]:80/":                   "[2001:db8::1]",
		"http://[::ffff:192.0.2.1]/":                           "192.0.2.1", // mapped
		"http://[::ffff:c000:201]/":                            "192.0.2.1",
		"http://192.0.2.256/":                                  "192.0.2.256", // no address
		"http://1.2.3.4.5/":                                    "1.2.3.4.5",
		"https://paypal.com@evil.test/":                        "evil.test",
		"https://paypal.com%2F@evil.test/":                     "evil.test",
		"https://paypal.com:443@evil.test:8443/":               "evil.test",
		`https://evil.test\@paypal.com/`:                       "evil.test",
		`http:\\evil.test\x`:                                   "evil.test",
		"https:/evil.test":                                     "evil.test",
		"https:evil.test":                                      "evil.test",
		"https://///evil.test":                                 "evil.test",
		"ht\ntps://ev\til.test/":                               "evil.test",
		" \x01https://evil.test/ ":                             "evil.test",
		"HTTPS://EVIL.TEST./":                                  "evil.test",
		"https://evil.test?x":                                  "evil.test",
		"https://evil.test#x":                                  "evil.test",
		"https://b\u00fccher.example/":                         "xn--bcher-kva.example",
		"https://XN--BCHER-KVA.example/":                       "xn--bcher-kva.example",
		"https://b%C3%BCcher.example/":                         "xn--bcher-kva.example",
		"https://ev%69l.test/":                                 "evil.test",
		"blob:https://evil.test/1-2":                           "evil.test",
		"view-source:https://evil.test/":                       "evil.test",
		"javascript:alert(1)":                                  "",
		"data:text/html,<a>":                                   "",
		"mailto:ann@example.com":                               "",
		"https://":                                             "",
		"https://%00evil.test/":                                "",
		"https://a b/":                                         "",
		"evil.test":                                            "",
		"https://[::1":                                         "",
		"https://[evil.test]/":                                 "",
		"https://" + strings.Repeat("a", 2000) + "/":           "",
		"https://" + strings.Repeat("a", 9000) + "@evil.test/": "evil.test",
	} {
		if got := ParseURL(url).Host; got != want {
			t.Errorf("%.80q is at %q, want %q", url, got, want)
		}
	}
}

func TestNormalForm(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"HTTP://Example.COM:80":                    "http://example.com/",
		"https://example.com:443/%61%2562?%63#%64": "https://example.com/ab?c#d",
		"https://example.com/%25%36%31":            "https://example.com/a",
		"https://example.com/a%20b%3fc%23":         "https://example.com/a%20b%3fc%23",
		`https:\\example.com\a`:                    "https://example.com/a",
		"https://u:p@example.com:81/":              "https://u:p@example.com:81/",
		"page.html?x=1":                            "page.html?x=1",
		"mailto:ann@example.com":                   "mailto:ann@example.com",
		"http://[::ffff:192.0.2.1]/":               "http://192.0.2.1/",
	} {
		if got := ParseURL(url).String(); got != want {
			t.Errorf("%q is %q, want %q", url, got, want)
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	base := ParseURL("https://base.example:81/dir/page?q#f")
	for url, want := range map[string]string{
		"a.html":           "https://base.example:81/dir/a.html",
		"/a.html?b":        "https://base.example:81/a.html?b",
		"//cdn.example/x":  "https://cdn.example/x",
		`\\cdn.example/x`:  "https://cdn.example/x",
		"www.example.com":  "https://base.example:81/dir/www.example.com",
		"?c":               "https://base.example:81/?c",
		"/\n/new.example/": "https://new.example/",
	} {
		if got := base.resolve(url).String(); got != want {
			t.Errorf("%q is %q, want %q", url, got, want)
		}
	}
	if got := (URL{}).resolve("www.example.com/a").String(); got != "http://www.example.com/a" {
		t.Errorf("without a base: %q", got)
	}
}

func TestUnwrap(t *testing.T) {
	t.Parallel()
	const end = "https://shop.example/a?b=c"
	for _, c := range []struct {
		name, url, want string
		rewritten       bool
	}{
		{"Safe Links", "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc&data=05%7C02&sdata=x&reserved=0", end, true},
		{"Safe Links, escaped twice", "https://eur01.safelinks.protection.outlook.com/ap/w-1/?data=05&amp;url=https%253A%252F%252Fshop.example%252Fa%253Fb%253Dc", end, true},
		{"urldefense v1", "https://urldefense.proofpoint.com/v1/url?u=https://shop.example/a?b=c&k=x", end, true},
		{"urldefense v2", "https://urldefense.proofpoint.com/v2/url?u=https-3A__shop.example_a-3Fb-3Dc&d=DwMF&c=x", end, true},
		{"urldefense v3", "https://urldefense.com/v3/__https://shop.example/a?b=c__;!!abc!x$", end, true},
		{"urldefense v3 with what was kept apart", "https://urldefense.com/v3/__https:/shop.example/a*b=c__;Pw!!abc!x$", end, true},
		{"urldefense v3 with a run", "https://urldefense.us/v3/__https://shop.example/**A=c__;P2I!!abc!x$", "https://shop.example/?b=c", true},
		{"Mimecast", "https://protect-eu.mimecast.com/s/AbCdEf?domain=shop.example", "http://shop.example/", true},
		{"Mimecast's new host", "https://url.uk.m.mimecastprotect.com/s/AbCdEf?domain=shop.example", "http://shop.example/", true},
		{"Barracuda", "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fshop.example%2fa%3fb%3dc&c=E,1,x&typo=1", end, true},
		{"Cisco", "https://secure-web.cisco.com/1abc-DEF/https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc", end, true},
		{"Sophos", "https://eu-west-1.protection.sophos.com/?d=shop.example&u=aHR0cHM6Ly9zaG9wLmV4YW1wbGUvYT9iPWM=&i=x", end, true},
		{"Sophos without its u", "https://eu-west-1.protection.sophos.com/?d=shop.example&i=x", "http://shop.example/", true},
		{"Trend Micro", "https://ca-1234.imsva.trendmicro.com:443/wis/clicktime/v1/query?url=https%3a%2f%2fshop.example%2fa%3fb%3dc&umid=x", end, true},
		{"FireEye", "https://protect2.fireeye.com/v1/url?k=1-2&q=1&e=3&u=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc", end, true},
		{"Symantec", "https://clicktime.symantec.com/3Abc?u=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc", end, true},
		{"Symantec in the path", "https://clicktime.symantec.com/15sM/https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc", end, true},
		{"Trustwave", "https://scanmail.trustwave.com/?c=1&d=2&s=3&u=https%3a%2f%2fshop%2eexample%2fa%3fb%3dc", end, true},
		{"Avanan", "https://url.avanan.click/v2/___https://shop.example/a?b=c___.YXAzOng", end, true},
		{"Check Point", "https://url.uk.m.checkpoint.com/v2/r01/___https://shop.example/a?b=c___.YXAzOng", end, true},
		{"INKY", `https:\\shared.outlook.inky.com/link?domain=shop.example&t=h.eJx1`, "http://shop.example/", true},
		{"EdgePilot", "https://link.edgepilot.com/s/1/x?u=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc", end, true},
		{"Libraesva", "https://urlsand.esvalabs.com/?u=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc&e=x&h=y", end, true},
		{"Bitdefender", "https://linkscan.io/scan/ux/aHR0cHM6Ly9zaG9wLmV4YW1wbGUvYT9iPWM/ABC", end, true},

		{"Google", "https://www.google.com/url?q=https://shop.example/a%3Fb%3Dc&sa=D&ust=1", end, false},
		{"Google abroad", "https://www.google.co.uk/url?sa=t&url=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc", end, false},
		{"Google AMP", "https://www.google.com/amp/s/shop.example/a?b=c", end, false},
		{"AMP cache", "https://shop-example.cdn.ampproject.org/c/s/shop.example/a?b=c", end, false},
		{"Google translate", "https://shop-example.translate.goog/a?b=c", end, false},
		{"Bing", "https://www.bing.com/ck/a?!&&p=1&ptn=3&u=a1aHR0cHM6Ly9zaG9wLmV4YW1wbGUvYT9iPWM&ntb=1", end, false},
		{"LinkedIn", "https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc", end, false},
		{"YouTube", "https://www.youtube.com/redirect?event=x&q=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc", end, false},
		{"Facebook", "https://l.facebook.com/l.php?u=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc&h=x", end, false},
		{"DoubleClick", "https://adclick.g.doubleclick.net/pcs/click?xai=1&adurl=https://shop.example/a%3Fb%3Dc", end, false},
		{"DoubleClick of old", "https://ad.doubleclick.net/clk;1;2;z?https://shop.example/a?b=c", end, false},
		{"Yahoo", "https://r.search.yahoo.com/_ylt=x/RU=https%3a%2f%2fshop.example%2fa%3fb%3dc/RK=2/RS=y", end, false},
		{"Amazon SES", "https://abc.r.eu-west-1.awstrack.me/L0/https:%2F%2Fshop.example%2Fa%3Fb=c/1/0102-x/y=1", end, false},
		{"Mandrill", "https://mandrillapp.com/track/click/1/shop.example?p=eyJzIjoiMSIsInYiOjEsInAiOiJ7XCJ1XCI6MSxcInVybFwiOlwiaHR0cHM6XFxcL1xcXC9zaG9wLmV4YW1wbGVcXFwvYT9iPWNcIn0ifQ", end, false},
		{"Mailjet", "https://x.mjt.lu/lnk/AAA/1/xyz/aHR0cHM6Ly9zaG9wLmV4YW1wbGUvYT9iPWM", end, false},
		{"href.li", "https://href.li/?https://shop.example/a?b=c", end, false},
		{"web archive", "https://web.archive.org/web/20200101000000/https://shop.example/a?b=c", end, false},

		{"one in the other", "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fshop.example%252Fa%253Fb%253Dc", end, true},
		{"none", end, "", false},
		{"the search itself", "https://www.google.com/search?q=https://shop.example/", "", false},
		{"a link to nowhere", "https://www.google.com/url?q=nothing", "", false},
		{"a script in place of an address", "https://www.google.com/url?q=javascript:alert(1)", "", false},
		{"no host of Google's", "https://google.com.evil.test/url?q=https://shop.example/", "", false},
	} {
		p := unwrap(ParseURL(c.url))
		if p.url != c.want || p.rewritten != c.rewritten || p.through != (c.want != "" && (!c.rewritten || c.name == "one in the other")) {
			t.Errorf("%s: leads to %q (%v, %v), want %q", c.name, p.url, p.rewritten, p.through, c.want)
		}
	}
}

func TestInner(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://open.example/r?to=https://evil.test/x":                         "evil.test",
		"https://open.example/r?to=https%3A%2F%2Fevil.test%2Fx&a=b":             "evil.test",
		"https://open.example/r?to=https%253A%252F%252Fevil.test":               "evil.test",
		"https://open.example/r/https://evil.test/x":                            "evil.test",
		"https://open.example/r/aHR0cHM6Ly9ldmlsLnRlc3QveA":                     "evil.test",
		"https://open.example/r#68747470733a2f2f6576696c2e746573742f":           "evil.test",
		"https://open.example/r?to=//evil.test/x":                               "evil.test",
		"https://open.example/r?ref=https://open.example/&to=HTTPS://evil.test": "evil.test",
		"https://open.example/r?ref=https://open.example/":                      "open.example",
		"https://open.example/https":                                            "",
		"https://open.example/":                                                 "",
	} {
		u := ParseURL(url)
		if got := u.inner(); got != want {
			t.Errorf("%s names %q, want %q", url, got, want)
		}
	}
}

// FuzzURL: the normal form is its own normal form and within its limit, it
// leads to the same host, and unwrapping ends at a URL with a host.
func FuzzURL(f *testing.F) {
	for _, s := range []string{
		"https://User:Pw@EXAMPLE.com.:8443/a%2562?b#c", `http:\\evil.test\x`, "http://0x7f.1/", "http://[::ffff:1.2.3.4]/",
		"https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example", "blob:blob:https://a.example/",
		"https://urldefense.com/v3/__https:/shop.example/**A*b=c__;Pw!!abc!x$", "data:text/html;base64,PGE+", "//a.example/x",
		"https://a.example/r?u=aHR0cHM6Ly9ldmlsLnRlc3QveA", "https://b\u00fccher.example/%25%36%31%3f", "? #", "https://a.example/b #",
		"http:safelinks.protection.outlook.com/?url=https%ok.co", "a://\u04c0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u := ParseURL(s)
		form := u.String()
		again := ParseURL(form)
		if len(form) > MaxURL || again.String() != form {
			t.Errorf("%q is %q (%d bytes), is %q", s, form, len(form), again.String())
		}
		if u.Host != again.Host {
			t.Errorf("%q is at %q, %q at %q", s, u.Host, form, again.Host)
		}
		if hostOf(u.Host) != u.Host || hasControl(u.Host) {
			t.Errorf("host %q is %q", u.Host, hostOf(u.Host))
		}
		if p := unwrap(u); p.url != "" && (p.to.Host == "" || p.to != ParseURL(p.url)) {
			t.Errorf("%q leads to %q at %q", s, p.url, p.to.Host)
		}
		u.inner()
	})
}

func BenchmarkURL(b *testing.B) {
	for name, url := range map[string]string{
		"plain":     "https://www.shop.example/offer/1234?utm_source=news&utm_campaign=may&id=8f14e45fceea167a5a36dedd4bea2543",
		"rewritten": "https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc&data=05%7C02&sdata=x&reserved=0",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l := Link{URL: url}
				l.follow(ParseURL(url))
			}
		})
	}
}
