// Package shortcut reads the files that do nothing but lead elsewhere: Windows
// shell links (MS-SHLLINK), internet shortcuts, desktop entries, and the
// OneNote notebooks that attack files are put in. It knows nothing of
// messages.
package shortcut

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"postern/content"
)

const (
	linkMagic = "\x4c\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
	noteMagic = "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"
	fileMagic = "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac"
)

// maxString is how much is kept of a path or of arguments.
const maxString = 4 << 10

// KindOf tells whether Decode reads a file, and as what.
func KindOf(body []byte) content.Kind {
	switch {
	case bytes.HasPrefix(body, []byte(linkMagic)), textual(body) != "":
		return content.Shortcut
	case bytes.HasPrefix(body, []byte(noteMagic)):
		return content.Notebook
	}
	return content.Unknown
}

// textual tells a shortcut that is a text file by its first section.
func textual(body []byte) string {
	head := bytes.TrimLeft(body[:min(len(body), 512)], "\xef\xbb\xbf \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("[InternetShortcut]")), bytes.HasPrefix(head, []byte("[{000214A0-0000-0000-C000-000000000046}]")):
		return "url"
	case bytes.HasPrefix(head, []byte("[Desktop Entry]")):
		return "desktop"
	}
	return ""
}

// Decode reads a file.
func Decode(f *content.Found, body []byte, b *content.Budget) {
	switch {
	case bytes.HasPrefix(body, []byte(linkMagic)):
		f.Format = "lnk"
		link(f, body)
	case bytes.HasPrefix(body, []byte(noteMagic)):
		f.Format = "one"
		notebook(f, body, b)
	default:
		f.Format = textual(body)
		entry(f, body)
	}
}

// The parts of a shell link (MS-SHLLINK §2.1).
const (
	headSize = 0x4c
	hasList  = 1 << 0
	hasInfo  = 1 << 1
	isWide   = 1 << 7
)

// The strings of a shell link (MS-SHLLINK §2.4).
const (
	name = iota
	relative
	folder
	arguments
	icon
	numStrings
)

// link reads a shell link (MS-SHLLINK §2).
func link(f *content.Found, body []byte) {
	f.Flags |= content.Launch
	if len(body) < headSize {
		f.Flags |= content.Broken
		return
	}
	flags := binary.LittleEndian.Uint32(body[20:])
	rest := body[headSize:]
	target := ""
	if flags&hasList != 0 && len(rest) >= 2 {
		n := min(2+int(binary.LittleEndian.Uint16(rest)), len(rest))
		target = items(rest[2:n])
		rest = rest[n:]
	}
	if flags&hasInfo != 0 && len(rest) >= 4 {
		n := uint64(binary.LittleEndian.Uint32(rest))
		n = max(4, min(n, uint64(len(rest))))
		if path := info(f, rest[:n]); path != "" {
			target = path
		}
		rest = rest[n:]
	}
	texts := linkStrings(rest, flags)
	if target == "" {
		target = texts[relative]
	}
	command(f, strings.TrimSpace(target+" "+texts[arguments]))
	f.Title = texts[name]
	remote(f, target)
	remote(f, texts[icon])
}

// linkStrings reads the strings that the flags name.
func linkStrings(rest []byte, flags uint32) (texts [numStrings]string) {
	for i := range texts {
		if flags&(1<<(2+i)) == 0 || len(rest) < 2 {
			continue
		}
		n := int(binary.LittleEndian.Uint16(rest))
		if flags&isWide != 0 {
			n *= 2
		}
		data := rest[2:min(2+n, len(rest))]
		rest = rest[2+len(data):]
		if flags&isWide != 0 {
			texts[i] = wide(data)
		} else {
			texts[i] = clean(string(data))
		}
	}
	return texts
}

// items finds the path in a list of shell items: the names of the last of
// them, as far as they are plain.
func items(list []byte) string {
	var names []string
	for len(list) >= 2 {
		n := int(binary.LittleEndian.Uint16(list))
		if n < 3 || n > len(list) {
			break
		}
		item := list[2:n]
		list = list[n:]
		switch {
		case item[0] == 0x2f && len(item) > 3: // a drive
			names = append(names, strings.TrimRight(cut(item[1:]), `\`))
		case item[0]&0x70 == 0x30 && len(item) > 12: // a file or a folder
			names = append(names, cut(item[12:]))
		}
	}
	return strings.Join(names, `\`)
}

// cut is a text up to its zero.
func cut(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return clean(string(b))
}

// info reads where the target lies (MS-SHLLINK §2.3).
func info(f *content.Found, data []byte) string {
	const (
		local   = 1
		network = 2
	)
	if len(data) < 28 {
		return ""
	}
	at := func(field int) int {
		return int(min(binary.LittleEndian.Uint32(data[field:]), uint32(len(data)))) //nolint:gosec // the input is small
	}
	flags := binary.LittleEndian.Uint32(data[8:])
	path := ""
	if flags&local != 0 {
		path = cut(data[at(16):])
	}
	if flags&network != 0 {
		f.Flags |= content.Network
		if share := data[at(20):]; len(share) > 20 {
			path = cut(share[min(int(binary.LittleEndian.Uint32(share[8:])&0xffff), len(share)):])
		}
	}
	if suffix := cut(data[at(24):]); suffix != "" && !strings.HasSuffix(path, suffix) {
		path = strings.TrimRight(path, `\`) + `\` + suffix
	}
	return path
}

// launchers are programs that a shortcut in a message has no good reason to
// start.
var launchers = []string{
	"powershell", "pwsh", "cmd.exe", "cmd /", "mshta", "wscript", "cscript", "rundll32", "regsvr32", "certutil", "bitsadmin", "curl", "wmic",
	"msiexec", "forfiles", "conhost", "pcalua", "ftp.exe", "ssh.exe", "javascript:", "python", "hh.exe", "schtasks", "explorer.exe \\\\", "bash", "/bin/sh",
}

// command notes what is run.
func command(f *content.Found, text string) {
	text = clean(text)
	f.Command = text
	lower := strings.ToLower(strings.NewReplacer("^", "", `"`, "").Replace(text))
	for _, name := range launchers {
		if strings.Contains(lower, name) {
			f.Flags |= content.Suspicious
			f.AddCall(name)
		}
	}
	const long = 260 // more than the properties of a shortcut show
	if len(text) > long || strings.Contains(text, "   ") {
		f.Flags |= content.Obscured
	}
	for rest := text; ; {
		i := strings.Index(rest, "http")
		if i < 0 {
			return
		}
		rest = rest[i:]
		end := strings.IndexAny(rest, " \"'`<>|)")
		if end < 0 {
			end = len(rest)
		}
		if url := rest[:end]; strings.Contains(url, "://") {
			f.AddLink(url, "", content.ViaScript)
		}
		rest = rest[end:]
	}
}

// remote notes a path that leads to another machine.
func remote(f *content.Found, path string) {
	lower := strings.ToLower(path)
	switch {
	case strings.HasPrefix(path, `\\`), strings.HasPrefix(lower, "file://") && !strings.HasPrefix(lower, "file:///"), strings.HasPrefix(lower, "smb://"):
		f.Flags |= content.Network
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		f.AddLink(path, "", content.ViaRelation)
	}
}

// entry reads a shortcut that is a text file.
func entry(f *content.Found, body []byte) {
	for line := range strings.Lines(string(body[:min(len(body), 64<<10)])) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			continue
		}
		value = clean(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "url":
			f.Flags |= content.Launch
			if f.Command == "" {
				f.Command = value
			}
			remote(f, value)
			if lower := strings.ToLower(value); strings.HasPrefix(lower, "file:") || strings.HasPrefix(lower, "javascript:") {
				f.Flags |= content.Suspicious
			}
		case "exec":
			f.Flags |= content.Launch
			command(f, value)
		case "iconfile", "icon", "workingdirectory":
			remote(f, value)
		case "name":
			f.Title = value
		}
	}
}

// notebook finds the files inside of OneNote (MS-ONESTORE §2.6.13).
func notebook(f *content.Found, body []byte, b *content.Budget) {
	const head = 36 // bytes before the data
	rest := body
	for content.Spend(&b.Steps, 1) {
		at := bytes.Index(rest, []byte(fileMagic))
		if at < 0 || at+head > len(rest) {
			break
		}
		n := binary.LittleEndian.Uint64(rest[at+16:])
		data := rest[at+head:]
		data = data[:min(n, uint64(len(data)))]
		rest = rest[at+head:]
		f.Flags |= content.Embedded
		if name := sniff(data); name != "" {
			f.AddName(name)
			if name == "program.exe" || name == "shortcut.lnk" {
				f.Flags |= content.Program
			} else {
				f.Flags |= content.Script
			}
		}
	}
	for _, name := range names(body, b) {
		f.AddName(name)
	}
}

// sniff names a file by its beginning; "" where it is harmless or unknown.
func sniff(data []byte) string {
	head := bytes.ToLower(data[:min(len(data), 1024)])
	has := func(s string) bool { return bytes.Contains(head, []byte(s)) }
	switch {
	case bytes.HasPrefix(data, []byte("MZ")), bytes.HasPrefix(data, []byte("\x7fELF")):
		return "program.exe"
	case bytes.HasPrefix(data, []byte(linkMagic)):
		return "shortcut.lnk"
	case has("<hta:"), has("<script"), has("<html"):
		return "script.hta"
	case has("<job"), has("<package"):
		return "script.wsf"
	case has("@echo"), has("powershell"), has("cmd /"), has("%comspec%"):
		return "script.bat"
	case has("wscript."), has("createobject("), has("activexobject("):
		return "script.vbs"
	}
	return ""
}

// names finds the names of files that run something, in UTF-16.
func names(body []byte, b *content.Budget) (list []string) {
	const (
		most    = 50
		longest = 120 // letters
	)
	for _, ext := range [...]string{".hta", ".vbs", ".js", ".wsf", ".bat", ".cmd", ".exe", ".lnk", ".ps1", ".chm", ".msi", ".jse", ".scr"} {
		mark := make([]byte, 0, 12)
		for _, c := range []byte(ext) {
			mark = append(mark, c, 0)
		}
		mark = append(mark, 0, 0)
		for rest := body; len(list) < most && content.Spend(&b.Steps, 1); {
			at := bytes.Index(rest, mark)
			if at < 0 {
				break
			}
			from := at
			for from >= 2 && at-from < 2*longest && rest[from-1] == 0 && rest[from-2] >= ' ' {
				from -= 2
			}
			if from < at {
				list = append(list, wide(rest[from:at+len(mark)-2]))
			}
			rest = rest[at+len(mark):]
		}
	}
	return list
}

func wide(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) > 1; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return clean(string(utf16.Decode(units)))
}

// clean is a text on one line, in UTF-8.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s[:min(len(s), maxString)])
	return strings.ToValidUTF8(s, "\ufffd")
}
