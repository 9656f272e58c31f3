package enterprise

import (
	"embed"
	"path"
	"strings"
	"time"
)

//go:embed stock/*.txt
var stockFiles embed.FS

// languages of the stock, in the order of their share.
var languages = []string{"en", "de", "fr", "es"}

// stock holds what people say, by language and purpose. A purpose with "!" is
// for subjects, one with "2" for what follows its namesake.
var stock = func() map[string]map[string][]string {
	all := map[string]map[string][]string{}
	for _, lang := range languages {
		data, err := stockFiles.ReadFile(path.Join("stock", lang+".txt"))
		if err != nil {
			panic(err) // it is embedded
		}
		all[lang] = map[string][]string{}
		purpose := ""
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSpace(line)
			if name, ok := strings.CutPrefix(line, "= "); ok {
				purpose = name
			} else if line != "" {
				all[lang][purpose] = append(all[lang][purpose], line)
			}
		}
	}
	return all
}()

// blanks are what is put into the places of a sentence.
type blanks struct {
	you, who, bank, amount, due, inv, phone, link, site, date string
}

// blank is what goes into a place; what nobody has set is made up, once.
func (r *run) blank(b *blanks, name string) string {
	switch name {
	case "you":
		return b.you
	case "who":
		return b.who
	case "bank":
		return b.bank
	case "amount":
		return once(&b.amount, func() string { return r.amount(3000) })
	case "due":
		return once(&b.due, func() string { return r.now.AddDate(0, 0, r.between(7, 30)).Format(time.DateOnly) })
	case "inv":
		return once(&b.inv, func() string { return r.digits(6) })
	case "phone":
		return b.phone
	case "n":
		return r.digits(r.between(1, 3))
	case "link":
		return b.link
	case "site":
		return b.site
	case "date":
		return b.date
	}
	return ""
}

func once(s *string, make func() string) string {
	if *s == "" {
		*s = make()
	}
	return *s
}

// say takes a sentence for the purpose and fills its blanks.
func (r *run) say(lang, purpose string, b *blanks) string {
	line := pick(r.dice, stock[lang][purpose])
	if !strings.Contains(line, "{") {
		return line
	}
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(line, "{")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		var name string
		name, line, _ = strings.Cut(rest, "}")
		out.WriteString(r.blank(b, name))
	}
}

// speech is a letter's text: a greeting, a sentence for each purpose with some
// everyday ones between, a greeting at the end, and the name.
func (r *run) speech(v *voice, to string, b *blanks, purposes ...string) string {
	b.you = to
	var out strings.Builder
	out.WriteString(r.say(v.lang, "hello", b))
	out.WriteString("\n\n")
	filler := func(p float64) {
		if r.chance(p) {
			out.WriteString(r.say(v.lang, "status", b))
			out.WriteByte('\n')
		}
	}
	filler(0.25)
	for _, p := range purposes {
		out.WriteString(r.say(v.lang, p, b))
		out.WriteByte('\n')
	}
	filler(0.35)
	out.WriteByte('\n')
	out.WriteString(r.say(v.lang, "bye", b))
	out.WriteByte('\n')
	out.WriteString(v.sign)
	out.WriteByte('\n')
	return out.String()
}
