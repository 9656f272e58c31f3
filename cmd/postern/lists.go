package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"postern/hosts"
)

// listsConfig says what replaces the lists of hosts in the binary.
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

// load reads the lists; nil: those in the binary.
func (c *listsConfig) load() (*hosts.Lists, error) {
	if c.Dir == "" {
		return nil, nil //nolint:nilnil // that is what was asked for
	}
	files, err := filepath.Glob(filepath.Join(c.Dir, "*.txt"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("dir: no list is in %s; there may be NAME.txt of %s", c.Dir, strings.Join(hosts.Names(), ", "))
	}
	replace := map[string]string{}
	for _, file := range files {
		info, err := os.Stat(file)
		if err == nil && info.Size() > maxList {
			err = fmt.Errorf("%s is too long for a list", file)
		}
		var data []byte
		if err == nil {
			data, err = os.ReadFile(file) //nolint:gosec // the operator names it
		}
		if err != nil {
			return nil, fmt.Errorf("dir: %w", err)
		}
		replace[strings.TrimSuffix(filepath.Base(file), ".txt")] = string(data)
	}
	l, err := hosts.New(replace)
	if err != nil {
		return nil, fmt.Errorf("dir: %w", err)
	}
	return l, nil
}
