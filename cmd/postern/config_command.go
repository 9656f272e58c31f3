package main

import (
	"errors"

	"github.com/pelletier/go-toml/v2"
)

type configCommand struct {
	Check configCheck `cmd:"" help:"Report every problem of the configuration at once."`
	Show  configShow  `cmd:"" help:"Print the configuration in force, defaults included."`
}

type configCheck struct {
	Config string `required:"" type:"path" placeholder:"FILE" help:"The configuration file."`
	JSON   bool   `help:"Print JSON."`
}

// checked is what config check --json prints.
type checked struct {
	File     string    `json:"file"`
	Problems []mistake `json:"problems"`
}

type mistake struct {
	Line int    `json:"line,omitempty"` // none where it is in no line
	Key  string `json:"key,omitempty"`
	Text string `json:"text"`
}

// Run checks the file.
func (c *configCheck) Run(t *terminal) error {
	_, err := loadFile(c.Config)
	wrong, found := errors.AsType[*problems](err)
	switch {
	case c.JSON && (err == nil || found):
		out := checked{File: c.Config, Problems: []mistake{}}
		if found {
			for _, p := range wrong.list {
				out.Problems = append(out.Problems, mistake{p.line, p.key, p.text})
			}
			err = exit(exitConfig, nil)
		}
		return errors.Join(t.printJSON(out), err)
	case err == nil:
		t.print("%s: ok", c.Config)
	}
	return err
}

type configShow struct {
	Config string `type:"path" placeholder:"FILE" help:"The configuration file; without it the defaults are shown."`
	JSON   bool   `help:"Print JSON."`
}

// Run prints the configuration.
func (c *configShow) Run(t *terminal) error {
	shown, err := loadOrDefaults(c.Config)
	if err != nil {
		return err
	}
	text, err := toml.Marshal(shown.withDefaults())
	if err != nil {
		return err
	}
	if c.JSON {
		var tables map[string]any // by the names of the file
		if err := toml.Unmarshal(text, &tables); err != nil {
			return err
		}
		return t.printJSON(tables)
	}
	_, err = t.out.Write(text)
	return err
}

// loadOrDefaults reads the file, or takes the defaults where none is named.
func loadOrDefaults(path string) (config, error) {
	if path == "" {
		return defaults(), nil
	}
	return loadFile(path)
}
