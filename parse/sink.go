package parse

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The sinks that text flows into.
const (
	visible = iota
	quoted
	signature
	hidden
	sinks
)

// A sink collects text. Space and line breaks are written when a word
// follows, so that runs of them collapse.
type sink struct {
	buf     []byte
	limit   int
	over    bool
	space   bool   // due before the next word
	breaks  int    // line breaks due before the next word
	anchors []span // what is the text of links, in order

	nbsp  bool // the line has space that does not collapse, and no word
	empty int  // empty lines due before the next word
	most  int  // the most there were
	below int  // where the text goes on behind them
}

// A span is buf[start:end].
type span struct{ start, end int }

func (s *sink) String() string { return strings.TrimRight(view(s.buf), " \n") }

// grow makes room for n more bytes, as far as the limit lets them in.
func (s *sink) grow(n int) { s.buf = slices.Grow(s.buf, min(n, s.limit-len(s.buf))) }

// lineBreak asks for at least n line breaks.
func (s *sink) lineBreak(n int) {
	if len(s.buf) > 0 {
		s.breaks = max(s.breaks, n)
	}
	if s.nbsp {
		s.empty++
	}
	s.space, s.nbsp = false, false
}

// addBreak asks for one line break more, up to an empty line.
func (s *sink) addBreak() {
	if s.breaks > 0 && !s.nbsp {
		s.empty++
	}
	s.lineBreak(min(s.breaks+1, 2))
}

// newline ends a line of text that keeps its own line breaks.
func (s *sink) newline() { s.add("\n") }

// settle writes the space or the breaks that are due.
func (s *sink) settle() {
	switch {
	case s.breaks > 0:
		for n := len(s.buf); s.breaks > 0 && n > 0 && s.buf[n-1] == '\n'; n-- {
			s.breaks--
		}
		s.add("\n\n"[:s.breaks])
	case s.space && len(s.buf) > 0 && s.buf[len(s.buf)-1] > ' ':
		s.add(" ")
	}
	if s.empty > s.most && len(s.buf) > 0 {
		s.most, s.below = s.empty, len(s.buf)
	}
	s.breaks, s.space, s.empty, s.nbsp = 0, false, 0, false
}

func (s *sink) add(text string) {
	if len(s.buf)+len(text) > s.limit {
		s.over = true
		n := s.limit - len(s.buf)
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n]
	}
	s.buf = append(s.buf, text...)
}

// flow writes HTML text with its white space collapsed. Characters that take
// no room on the screen go to the hidden sink.
func (p *page) flow(to int, text []byte) {
	s := &p.sinks[to]
	switch {
	case to == hidden:
		p.cut()
	case p.cutAt > 0:
		p.rejoin(s, text)
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c == ' ' || c-'\t' <= '\r'-'\t' {
			s.space = true
			i++
			continue
		}
		j := i
		for j < len(text) && (printed(text[j]) || text[j] == ' ' && j > i && j+1 < len(text) && printed(text[j+1])) {
			j++
		}
		if j > i {
			s.settle()
			s.add(view(text[i:j]))
			i = j
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case unicode.IsSpace(r):
			s.space, s.nbsp = true, s.breaks > 0
		case unicode.IsControl(r):
		case isInvisible(r) && !joins(s, r):
			p.drop(s, r, text[i+n:])
		default:
			s.settle()
			s.add(view(text[i : i+n]))
		}
		i += n
	}
}

// printed tells the ASCII characters that leave a mark.
func printed(c byte) bool { return c-'!' < 0x7f-'!' }

// write writes a piece of plain text into the visible sink as it is, but for
// what takes no room on the screen.
func (p *page) write(text string) {
	if text == "" {
		return
	}
	s := &p.sinks[visible]
	s.settle()
	from := 0
	for i := 0; i < len(text); {
		if text[i] >= ' ' && text[i] < 0x7f {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		drop := unicode.IsControl(r) && r != '\t'
		if drop || r != '\t' && unicode.IsSpace(r) || isInvisible(r) {
			s.add(text[from:i])
			switch {
			case drop:
			case unicode.IsSpace(r):
				s.add(" ")
			case joins(s, r):
				s.add(string(r))
			default:
				p.drop(s, r, []byte(text[i+n:min(len(text), i+n+utf8.UTFMax)]))
			}
			from = i + n
		}
		i += n
	}
	s.add(text[from:])
}

// drop hides a character that takes no room and stood before rest.
func (p *page) drop(s *sink, r rune, rest []byte) {
	d := &p.disguise
	next, _ := utf8.DecodeRune(rest)
	inside := s.inWord() && unicode.IsLetter(next)
	switch {
	case s == &p.sinks[hidden]:
	case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
		d.Direction++
	case !inside:
	case r == 0xad:
		d.SoftHyphens++
	default:
		d.ZeroWidth++
	}
	p.sinks[hidden].add(string(r))
}

// inWord reports that a letter would go on the word before it.
func (s *sink) inWord() bool {
	return len(s.buf) > 0 && !s.space && s.breaks == 0 && (isAlphanumeric(s.buf[len(s.buf)-1]) || s.buf[len(s.buf)-1] >= utf8.RuneSelf)
}

// cut notes something in the source that the reader does not see.
func (p *page) cut() {
	if s := &p.sinks[visible]; s.inWord() {
		p.cutAt = len(s.buf)
	}
}

// rejoin counts a word that goes on with text behind a cut.
func (p *page) rejoin(s *sink, text []byte) {
	if s == &p.sinks[visible] && p.cutAt == len(s.buf) && s.inWord() && len(text) > 0 && isAlphanumeric(text[0]) {
		p.disguise.Split++
	}
	p.cutAt = 0
}

// preheader is what was hidden ahead of all that is shown.
func (p *page) preheader() string {
	if p.seen() == 0 {
		return ""
	}
	text := view(p.sinks[hidden].buf[:p.ahead])
	if is8bit(text) {
		text = strings.Map(func(r rune) rune {
			if isInvisible(r) {
				return -1
			}
			return r
		}, text)
	}
	return strings.TrimSpace(text)
}

// isInvisible reports characters that take no room: joiners, marks of
// direction, soft hyphens and tags.
func isInvisible(r rune) bool {
	switch {
	case r < 0xad:
		return false
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x180e,
		r == 0x3164, r == 0xfeff, r == 0xffa0,
		r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f,
		r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return false
}

// joins reports whether a joiner or a direction mark does its proper work:
// behind a letter of a script that needs it, or inside an emoji.
func joins(s *sink, r rune) bool {
	if r < 0x200c || r > 0x200f || s.space || s.breaks > 0 {
		return false
	}
	last, _ := utf8.DecodeLastRune(s.buf)
	return last >= 0x590 && last != utf8.RuneError && (last < 0x2000 || last > 0x20ff)
}
