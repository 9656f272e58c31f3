package main

import (
	"strings"
	"unicode"
)

// clean makes text harmless to a terminal: control characters, and those that
// turn the direction of writing, become visible. Line breaks stay, since only
// we write them; what is from a message goes through line first.
func clean(s string) string { return strings.Map(visible, s) }

// line is clean, on one line.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return visible(r)
	}, s)
}

func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return '·'
	}
	return r
}

// lines is each of list on one line.
func lines(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = line(s)
	}
	return out
}
