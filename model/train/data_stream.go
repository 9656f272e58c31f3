package train

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"postern/filter"
	"postern/mailauth"
	"postern/model"
	"postern/parse"
	"postern/policy"
	"postern/signals"
)

// A Passage is how a message of a stream came to the gate.
type Passage struct {
	Env  parse.Envelope
	Auth mailauth.Results
}

// A Stream is the mail of one organisation in the order of its arrival: what
// can be told of a message depends on those before it.
type Stream struct {
	Name string
	Org  *signals.Org
	Mail []*Mail
}

// Streams takes the mail that belongs to streams out of a list.
func Streams(mail []*Mail) (streams []*Stream, others []*Mail) {
	byName := map[string]*Stream{}
	for _, m := range mail {
		if m.stream == "" {
			others = append(others, m)
			continue
		}
		s := byName[m.stream]
		if s == nil {
			s = &Stream{Name: m.stream, Org: m.org}
			byName[m.stream] = s
		}
		s.Mail = append(s.Mail, m)
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		s := byName[name]
		slices.SortStableFunc(s.Mail, func(a, b *Mail) int { return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Path, b.Path)) })
		streams = append(streams, s)
	}
	return streams, others
}

// Rows passes the stream through a gate that remembers, as live mail, and
// computes two rows of each that is learned from: as that gate sees it, and as one without
// a memory does. The gate learns from its own verdicts. Progress may be nil.
func (s *Stream) Rows(ctx context.Context, gate *filter.Filter, progress func()) ([]Row, error) {
	inputs := model.NewInputs(model.InputNames())
	var rows []Row
	in := sampler(s.Mail)
	for i, m := range s.Mail {
		raw, err := m.Load()
		if err != nil {
			return nil, err
		}
		rec, err := m.recall(ctx, gate, raw)
		if err != nil {
			return nil, err
		}
		if progress != nil {
			progress()
		}
		if !in(m) {
			continue
		}
		without := forgetful(ctx, gate, m, raw)
		text := textOf(rec.Facts.Msg)
		for _, r := range []*filter.Record{without, rec} {
			rows = append(rows, Row{Mail: m, Text: text, Inputs: inputsOf(inputs, r), Message: i, Known: true, HTML: r.Facts.Msg.Text.HTML})
		}
	}
	return rows, nil
}

// Judge passes the stream through a gate that remembers, or, where forget is
// set, shows each message to one that does not. What came in the first days
// only teaches. Progress may be nil.
func (s *Stream) Judge(ctx context.Context, gate *filter.Filter, days int, forget bool, progress func()) ([]Judged, error) {
	var list []Judged
	for _, m := range s.Mail {
		counts := m.Date.Sub(s.Mail[0].Date) >= time.Duration(days)*24*time.Hour
		if forget && !counts {
			continue
		}
		raw, err := m.Load()
		if err != nil {
			return nil, err
		}
		var rec *filter.Record
		if forget {
			rec = forgetful(ctx, gate, m, raw)
		} else if rec, err = m.recall(ctx, gate, raw); err != nil {
			return nil, err
		}
		if counts {
			list = append(list, judged(m, rec))
		}
		if progress != nil {
			progress()
		}
	}
	return list, nil
}

// recall judges a message of a stream as if it came now, and remembers it.
func (m *Mail) recall(ctx context.Context, gate *filter.Filter, raw []byte) (*filter.Record, error) {
	rec, err := gate.Unfold(raw, func(*parse.Message) (*parse.Envelope, *mailauth.Results, error) {
		env := m.passage.Env
		return &env, &m.passage.Auth, nil
	})
	if err != nil {
		return nil, fmt.Errorf("train: %s: %w", m.Path, err)
	}
	return rec, gate.Recall(ctx, rec)
}

// forgetful judges a message as a gate without memory.
func forgetful(ctx context.Context, gate *filter.Filter, m *Mail, raw []byte) (rec *filter.Record) {
	f := filter.Filter{
		Hostname: gate.Hostname, Limits: gate.Limits, Org: gate.Org, Auth: mailauth.Known{Results: &m.passage.Auth}, History: blank{},
		Detectors: gate.Detectors, Model: gate.Model, Policy: gate.Policy, Patience: time.Minute,
		Observe: func(done *filter.Record) { rec = done }, Log: slog.New(slog.DiscardHandler),
	}
	env := m.passage.Env
	f.Process(ctx, filter.Mail{Env: &env, Raw: raw}, func(context.Context, policy.Verdict, filter.Outgoing) filter.Fate { return filter.Relayed })
	return rec
}

// streamFile lists the organisations of a folder's streams.
const streamFile = "streams.json"

// A StreamWriter makes a folder of streams, which [Corpus] reads.
type StreamWriter struct {
	dir      string
	manifest *os.File
	out      *bufio.Writer
	orgs     map[string]*signals.Org
	n        int
}

var columnNames = []string{"path", "subclass", "licence", "date", "lang", "cluster", "stream", "passage"}

// NewStreamWriter begins a folder.
func NewStreamWriter(dir string) (*StreamWriter, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	file, err := os.Create(filepath.Join(dir, "manifest.tsv")) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	w := &StreamWriter{dir: dir, manifest: file, out: bufio.NewWriter(file), orgs: map[string]*signals.Org{}}
	_, err = w.out.WriteString(strings.Join(columnNames, "\t") + "\n")
	return w, err
}

// Begin tells whose mail a stream is.
func (w *StreamWriter) Begin(stream string, org *signals.Org) { w.orgs[stream] = org }

// Add appends a message to a stream. Kind and campaign may be empty.
func (w *StreamWriter) Add(stream, class, kind, campaign string, p *Passage, raw []byte) error {
	w.n++
	path := fmt.Sprintf("%s/stream-%s/%06d.eml", class, stream, w.n)
	file := filepath.Join(w.dir, "dataset", filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	how, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if campaign = cmp.Or(campaign, path); campaign != path {
		campaign = stream + ":" + campaign
	}
	row := []string{path, kind, "own words", p.Env.Received.UTC().Format(time.RFC3339), "", campaign, stream, string(how)}
	_, err = w.out.WriteString(strings.Join(row, "\t") + "\n")
	return err
}

// Close ends the folder.
func (w *StreamWriter) Close() error {
	orgs, err := json.MarshalIndent(w.orgs, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, streamFile), orgs, 0o600)
	}
	return errors.Join(err, w.out.Flush(), w.manifest.Close())
}

// readStreams reads whose mail the streams of a folder are.
func readStreams(dir string) (map[string]*signals.Org, error) {
	data, err := os.ReadFile(filepath.Join(dir, streamFile)) //nolint:gosec // the operator names it
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	var orgs map[string]*signals.Org
	if err := json.Unmarshal(data, &orgs); err != nil {
		return nil, fmt.Errorf("train: %s: %w", streamFile, err)
	}
	return orgs, nil
}

// place fills in how a message of a stream came, from its row.
func (m *Mail) place(row row, orgs map[string]*signals.Org) error {
	if row["stream"] == "" {
		return nil
	}
	m.stream, m.org, m.passage = row["stream"], orgs[row["stream"]], &Passage{}
	if m.org == nil {
		return fmt.Errorf("train: %s: stream %q is not in %s", m.Path, m.stream, streamFile)
	}
	if err := json.Unmarshal([]byte(row["passage"]), m.passage); err != nil {
		return fmt.Errorf("train: %s: %w", m.Path, err)
	}
	return nil
}
