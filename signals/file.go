package signals

import (
	_ "embed" // extensions.txt
	"strings"
)

//go:embed extensions.txt
var extensionsFile string

// A kind is what opening a file does, by the extension of its name.
type kind string

// The kinds of extensions.txt.
const (
	executable kind = "executable"
	macro      kind = "macro"
	html       kind = "html"
	archive    kind = "archive"
	document   kind = "document"
)

var extensions = func() map[string]kind {
	m := map[string]kind{}
	var k kind
	for line := range strings.Lines(extensionsFile) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			k = kind(strings.Trim(line, "[]"))
			continue
		}
		for ext := range strings.FieldsSeq(line) {
			m[ext] = k
		}
	}
	return m
}()

// kinds gives the kind of a file's last extension and of the one before it.
// Windows drops the dots and spaces at the end of a name.
func kinds(name string) (last, before kind) {
	name = strings.ToLower(strings.TrimRight(name, ". \u00a0"))
	stem, ext, ok := cutLast(name)
	if !ok {
		return "", ""
	}
	_, ext2, _ := cutLast(strings.TrimRight(stem, " \u00a0_"))
	return extensions[ext], extensions[ext2]
}

func cutLast(name string) (stem, ext string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name, "", false
	}
	return name[:i], strings.TrimSpace(name[i+1:]), true
}

// program tells whether sniffed is a media type of native programs.
func program(sniffed string) bool {
	switch sniffed {
	case "application/vnd.microsoft.portable-executable", "application/x-msdownload", "application/x-dosexec",
		"application/x-elf", "application/x-executable", "application/x-mach-binary", "application/x-ms-shortcut",
		"application/x-sharedlib", "application/x-ms-installer":
		return true
	}
	return false
}

// family names the common file formats alike, whether told by the extension
// or by the first bytes; "" where it cannot say.
func family(s string) string {
	switch s {
	case "pdf", "application/pdf":
		return "pdf"
	case "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff",
		"image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff":
		return "image"
	case "docx", "xlsx", "pptx", "zip", "odt", "ods", "odp", "application/zip",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation",
		"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
		"application/vnd.oasis.opendocument.presentation":
		return "zip"
	case "rar", "application/x-rar-compressed", "application/vnd.rar":
		return "rar"
	case "7z", "application/x-7z-compressed":
		return "7z"
	case "html", "htm", "text/html":
		return "html"
	}
	return ""
}
