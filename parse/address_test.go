package parse

import "testing"

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want Address
		text string // "" where in is no address
	}{
		{"Ann.Lee@EXAMPLE.Com", Address{"Ann.Lee", "example.com"}, "Ann.Lee@example.com"},
		{`"two words"@example.com`, Address{"two words", "example.com"}, `"two words"@example.com`},
		{`"plain"@example.com`, Address{"plain", "example.com"}, "plain@example.com"},
		{`"\"a\\"@example.com`, Address{`"a\`, "example.com"}, `"\"a\\"@example.com`},
		{"@a.example,@b.example:ann@example.com", Address{"ann", "example.com"}, "ann@example.com"},
		{"ann@[192.0.2.1]", Address{"ann", "[192.0.2.1]"}, "ann@[192.0.2.1]"},
		{"ann@[IPv6:2001:DB8::1]", Address{"ann", "[ipv6:2001:db8::1]"}, "ann@[ipv6:2001:db8::1]"},
		{"ann@Bücher.example", Address{"ann", "xn--bcher-kva.example"}, "ann@xn--bcher-kva.example"},
		{"δοκιμή@example.com", Address{"δοκιμή", "example.com"}, "δοκιμή@example.com"},
		{"PostMaster", Address{Local: "PostMaster"}, "PostMaster"},
		{"a..b@example.com", Address{"a..b", "example.com"}, `"a..b"@example.com`},
		{"(c) ann (d) @ example.com (e)", Address{"ann", "example.com"}, "ann@example.com"},
		{"", Address{}, ""},
		{"ann", Address{Local: "ann"}, ""},
		{"ann@", Address{Local: "ann"}, ""},
		{"@example.com", Address{}, ""},
		{"a b@exa mple.com", Address{"ab", "exa mple.com"}, ""},
		{"ann@example..com", Address{"ann", "example..com"}, ""},
		{"ann@[a\"b]", Address{"ann", `[a"b]`}, ""},
		{"ann\r\n@example.com", Address{}, ""},
		{"ann@example.com>", Address{"ann", "example.com>"}, ""},
		{"\xff@example.com", Address{}, ""},
	} {
		got, ok := ParseAddress(c.in)
		if ok != (c.text != "") || got != c.want {
			t.Errorf("%q reads as %+v, %v, want %+v", c.in, got, ok, c.want)
		}
		if ok && got.String() != c.text {
			t.Errorf("%q prints as %q, want %q", c.in, got, c.text)
		}
	}
	if (Address{}).String() != "" || (Address{"Ann", "example.com"}).Key() != "ann@example.com" {
		t.Error("the null path, or a key")
	}
}

func TestOrgDomain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a.b.example.co.uk": "example.co.uk", "EXAMPLE.com.": "example.com", "co.uk": "co.uk", "com": "com", "": "",
		"192.0.2.1": "192.0.2.1", "[192.0.2.1]": "[192.0.2.1]", "a.bücher.example": "xn--bcher-kva.example", "localhost": "localhost",
	} {
		if got := OrgDomain(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
