package main

import (
	"github.com/pelletier/go-toml/v2"
)

type configCommand struct {
	Check configCheck `cmd:"" help:"Report every problem of the configuration at once."`
	Show  configShow  `cmd:"" help:"Print the configuration in force, defaults included."`
}

type configCheck struct {
	Config string `required:"" type:"path" placeholder:"FILE" help:"The configuration file."`
}

// Run checks the file.
func (c *configCheck) Run(t *terminal) error {
	if _, err := loadFile(c.Config); err != nil {
		return err
	}
	t.print("%s: ok", c.Config)
	return nil
}

type configShow struct {
	Config string `type:"path" placeholder:"FILE" help:"The configuration file; without it the defaults are shown."`
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
