package parse

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// maxParams is how many parameters of one field are read.
const maxParams = 256

// mediaType reads a Content-Type or Content-Disposition value (RFC 2045 §5.1):
// the token before the first ";" in lower case, and the parameters. ok is
// false where the value departs from the grammar.
func mediaType(s string) (kind string, params map[string]string, ok bool) {
	if strings.IndexByte(s, '(') >= 0 {
		s = dropComments(s)
	}
	s = strings.TrimSpace(s)
	kind, rest, _ := strings.Cut(s, ";")
	kind = strings.TrimSpace(kind)
	ok = true
	if i := strings.IndexAny(kind, " \t,="); i >= 0 { // a lost ";"
		kind, rest, ok = kind[:i], s[i:], false
	}
	kind = strings.ToLower(kind)
	if is8bit(kind) || hasControl(kind) {
		return "", nil, false
	}
	var pieces []piece
	for n := 0; rest != ""; n++ {
		if n == maxParams {
			ok = false
			break
		}
		var name, value string
		name, value, rest = cutParam(rest)
		switch {
		case name == "":
		case strings.IndexByte(name, '*') >= 0:
			pieces = append(pieces, newPiece(name, value))
		case params == nil:
			params = map[string]string{name: toUTF8(value)}
		default:
			if _, twice := params[name]; twice {
				ok = false
				continue
			}
			params[name] = toUTF8(value)
		}
	}
	if len(pieces) > 0 {
		params = joinPieces(params, pieces)
	}
	return kind, params, ok
}

// cutParam reads the next name=value of a parameter list. Values that should
// have been quoted run to the next ";".
func cutParam(s string) (name, value, rest string) {
	s = strings.TrimLeft(s, "; \t")
	end := strings.IndexAny(s, "=;")
	if end < 0 || s[end] == ';' {
		_, rest, _ = strings.Cut(s, ";")
		return "", "", rest
	}
	name = strings.ToLower(strings.TrimSpace(s[:end]))
	s = strings.TrimLeft(s[end+1:], " \t")
	if strings.HasPrefix(s, `"`) {
		value, n := quotedString(s)
		_, rest, _ = strings.Cut(s[n:], ";")
		return name, value, rest
	}
	value, rest, _ = strings.Cut(s, ";")
	return name, strings.TrimSpace(value), rest
}

// A piece is one section of a parameter value (RFC 2231 §3, §4).
type piece struct {
	name, value string
	n           int
	extended    bool // percent-encoded, the first one with its charset
}

func newPiece(name, value string) piece {
	p := piece{value: value}
	p.name, name, _ = strings.Cut(name, "*")
	if number, ok := strings.CutSuffix(name, "*"); ok || name == "" {
		p.extended, name = true, number
	}
	p.n, _ = strconv.Atoi(name)
	return p
}

// joinPieces puts values together from their sections. They count more than
// a plain parameter of the same name, which is there for old programs.
func joinPieces(params map[string]string, pieces []piece) map[string]string {
	if params == nil {
		params = map[string]string{}
	}
	slices.SortStableFunc(pieces, func(a, b piece) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.n, b.n))
	})
	for len(pieces) > 0 {
		name, charset := pieces[0].name, ""
		var value []byte
		for i := 0; len(pieces) > 0 && pieces[0].name == name; i++ {
			p := pieces[0]
			if p.extended && i == 0 {
				if parts := strings.SplitN(p.value, "'", 3); len(parts) == 3 {
					charset, p.value = parts[0], parts[2]
				}
			}
			if p.extended {
				value = append(value, percentDecode(p.value)...)
			} else {
				value = append(value, p.value...)
			}
			pieces = pieces[1:]
		}
		params[name], _ = decodeCharset(value, charset)
	}
	return params
}
