package train

import (
	"cmp"
	_ "embed"
	"maps"
	"slices"
	"strings"

	"postern/model"
)

//go:embed licences.txt
var licencesText string

// Free tells whether the licence of the message lets everybody use a model
// that learned from it, as licences.txt has it.
func (m *Mail) Free() bool {
	for line := range strings.Lines(licencesText) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" && strings.Contains(m.Licence, line) {
			return true
		}
	}
	return false
}

// Describe fills the card: what the model was made of, and by what command.
// Its time is that of the latest message and not the clock's, so that the same
// rows and the same command make the same file.
func (r *Result) Describe(rows []Row, command, revision string) {
	card := &r.Bundle.Card
	card.Name, card.Version, card.Command = "postern", cmp.Or(revision, "unknown"), command
	card.Labels, card.Inputs = map[string]int{}, len(r.Bundle.Trees.Inputs)
	sources := map[string]*model.Source{}
	for i := range rows {
		m := rows[i].Mail
		if i > 0 && rows[i-1].Message == rows[i].Message {
			continue
		}
		card.Labels[m.Class.String()]++
		if sources[m.Source] == nil {
			sources[m.Source] = &model.Source{Name: m.Source, Licence: cmp.Or(m.Licence, "unknown")}
		}
		sources[m.Source].Messages++
		if at := m.Date; !at.IsZero() {
			if card.From.IsZero() || at.Before(card.From) {
				card.From = at
			}
			if at.After(card.To) {
				card.To = at
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		card.Sources = append(card.Sources, *sources[name])
	}
	card.Created = card.To
}
