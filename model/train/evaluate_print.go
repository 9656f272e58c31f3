package train

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

// Text prints the report as Markdown.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", r.Title)
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "%s\n\n", n)
	}
	for i := range r.Tables {
		r.Tables[i].text(&b)
	}
	if len(r.Errors) > 0 {
		b.WriteString("## Errors\n\n")
	}
	for _, e := range r.Errors { // reasons are ours, and on one line
		fmt.Fprintf(&b, "- %s, which is %s: %s at %.4f", e.Path, e.Class, e.Verdict, e.Score)
		if len(e.Reasons) > 0 {
			fmt.Fprintf(&b, ": %s", strings.Join(e.Reasons, "; "))
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *Table) text(b *strings.Builder) {
	fmt.Fprintf(b, "## %s\n\n", t.Title)
	if t.Note != "" {
		fmt.Fprintf(b, "%s\n\n", t.Note)
	}
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(t.Columns, " | "), strings.Repeat("---|", len(t.Columns)))
	for _, row := range t.Rows {
		b.WriteByte('|')
		for _, c := range row {
			b.WriteString(" " + c.String() + " |")
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
}

//go:embed report.html
var reportPage string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"rocX": rocX, "rocY": func(y float64) string { return px((1 - y) * plot) },
	"binX": func(x float64) string { return px(x * plot) }, "binY": func(y float64) string { return px((1 - y) * plot) },
	"path": rocPath, "colour": func(i int) string { return colours[i%len(colours)] },
	"ticks": func() []float64 { return []float64{0.0001, 0.001, 0.01, 0.1, 1} },
	"steps": func() []float64 { return []float64{0, 0.2, 0.4, 0.6, 0.8, 1} },
	"lineY": func(i int) int { return 20 + 16*i },
}).Parse(reportPage))

// colours tell the lines of a plot apart, also in grey.
var colours = []string{"#004e98", "#d1495b", "#2a9d3a", "#8a5cc4", "#a06000", "#333333"}

// HTML writes the report as one page without scripts, that loads nothing.
func (r *Report) HTML(w io.Writer) error { return page.Execute(w, r) }

// plot is the width and height of a plot's field.
const plot = 360

func px(v float64) string { return fmt.Sprintf("%.1f", v) }

// rocX places a share of false alarms: by its logarithm, since what counts
// lies beneath 1%.
func rocX(x float64) string {
	const decades = 4 // 0.0001 to 1
	return px(plot * (1 + math.Log10(max(x, 1e-4))/decades))
}

func rocPath(points []Point) string {
	var b strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&b, "%s%s %s", command, rocX(p.X), px((1-p.Y)*plot))
	}
	return b.String()
}
