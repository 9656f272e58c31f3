package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postern/hosts"
	"postern/lexis"
)

func TestLists(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config := "[lists]\ndir = \"" + dir + "\"\n"
	if _, found := load([]byte(config)); len(found) != 1 || found[0].key != "lists.dir" || found[0].line != 2 {
		t.Errorf("an empty folder: %v", found)
	}
	write("shorteners.txt", "short.example\n")
	c, found := load([]byte(config))
	l, err := c.Lists.load()
	if len(found) != 0 || err != nil || l.words != nil ||
		l.hosts.Of("short.example", "") != hosts.Shortener || l.hosts.Of("bit.ly", "")&hosts.Shortener != 0 {
		t.Errorf("a folder with one list: %v, %v", found, err)
	}
	write("brands.txt", "# ours\nHarbour Bank | harbour bank | harbour.example\n")
	write("lexicon-sv.txt", "[credential]\n0.6: bekräfta ditt konto\n")
	c, found = load([]byte(config))
	l, err = c.Lists.load()
	if len(found) != 0 || err != nil || len(l.words.Brands()) != 1 || l.words.BrandOf("www.harbour.example") == nil ||
		l.words.Intents("Bekräfta ditt konto.")[lexis.Credential].Count != 1 || l.words.Intents("Verify your account.")[lexis.Credential].Count != 1 {
		t.Errorf("a folder with brands and a language: %v, %v", found, err)
	}
	write("shortners.txt", "")
	write("lexicon-de.txt", "[innocent]\n1: a\n[credentail]\n")
	write("brands.txt", "\nHarbour Bank | harbour bank\n")
	write("forms.txt", "https://example.com\n")
	if err := os.Mkdir(filepath.Join(dir, "mailers.txt"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, found := load([]byte(config)); len(found) != 1 || !strings.Contains(found[0].text, "mailers.txt") {
		t.Errorf("a list that cannot be read: %v", found)
	}
	if err := os.Remove(filepath.Join(dir, "mailers.txt")); err != nil {
		t.Fatal(err)
	}
	if _, found := load([]byte(config)); len(found) == 0 || !strings.Contains((&problems{"f", found}).Error(), "shortners") ||
		!strings.Contains((&problems{"f", found}).Error(), "forms, line 1") || !strings.Contains((&problems{"f", found}).Error(), "lexicon-de, line 3") ||
		!strings.Contains((&problems{"f", found}).Error(), "brands, line 2") {
		t.Errorf("lists that are wrong: %v", found)
	}
}
