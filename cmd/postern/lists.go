package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"postern/hosts"
	"postern/lexis"
	"postern/signals"
)

// listsConfig says what replaces the lists in the binary.
type listsConfig struct {
	Dir string `toml:"dir"` // folder with NAME.txt for each list to replace; where empty, none is
}

// maxList is the longest list that is read.
const maxList = 32 << 20

// check reports a file that is no list, or cannot be read: it would be missed
// only when it counts.
func (c *listsConfig) check() error {
	_, err := c.load()
	return err
}

// lists are those in place of the ones in the binary; nil: those.
type lists struct {
	hosts *hosts.Lists
	words *signals.Words
}

// load reads the lists.
func (c *listsConfig) load() (lists, error) {
	if c.Dir == "" {
		return lists{}, nil
	}
	files, err := filepath.Glob(filepath.Join(c.Dir, "*.txt"))
	if err != nil || len(files) == 0 {
		return lists{}, fmt.Errorf("dir: no list is in %s; there may be NAME.txt of %s", c.Dir, strings.Join(append(hosts.Names(), lexis.Names()...), ", "))
	}
	ofHosts, ofWords := map[string]string{}, map[string]string{}
	for _, file := range files {
		text, err := readList(file)
		if err != nil {
			return lists{}, fmt.Errorf("dir: %w", err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if name == "brands" || strings.HasPrefix(name, "lexicon-") {
			ofWords[name] = text
		} else {
			ofHosts[name] = text
		}
	}
	var l lists
	var errs [2]error
	l.hosts, errs[0] = hosts.New(ofHosts)
	words, err := lexis.New(ofWords)
	if errs[1] = err; err == nil && len(ofWords) > 0 {
		l.words = signals.NewWords(words)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return lists{}, fmt.Errorf("dir: %w", err)
	}
	return l, nil
}

func readList(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if info.Size() > maxList {
		return "", fmt.Errorf("%s is too long for a list", file)
	}
	data, err := os.ReadFile(file) //nolint:gosec // the operator names it
	return string(data), err
}
