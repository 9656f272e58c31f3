package train

import (
	"math"
	"strings"
)

// What is taken from rows before trees learn from them, in shares of the rows,
// so that the trees lean on no one thing: a text in a language that nobody
// taught, padded or moved to a file, says little, and what surrounds it must do.
const (
	muted   = 0.4 // of whose text is heard
	mostOf  = 0.5 // at most, of its log-odds and of what is known of it
	without = 0.1 // each subject of signals, unknown
)

// lesson is a row as trees learn from it. Of streams nothing is taken: what
// betrays a behaviour is often one subject alone.
func (f *fitting) lesson(i int) []float32 {
	r, row := &f.rows[i], append([]float32(nil), f.matrix.Row(i)...)
	if r.stream != "" {
		return row
	}
	view := string("ab"[i%len(views)])
	draw := func(what string) float64 { return float64(r.dice(what+view)%1000) / 1000 }
	if draw("mute") < muted {
		by := float32(draw("heard") * mostOf)
		for _, at := range f.columns.textual {
			row[at] *= by
		}
	}
	last, unknown := "", false
	for k, name := range f.columns.names {
		if strings.HasPrefix(name, "text:") {
			continue
		}
		if s := subject(name); s != last {
			last, unknown = s, draw("without "+s) < without
		}
		if unknown {
			row[k] = float32(math.NaN())
		}
	}
	return row
}
