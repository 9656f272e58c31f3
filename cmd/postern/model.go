package main

import (
	"fmt"
	"os"

	"postern/model"
	"postern/model/shipped"
	"postern/policy"
)

// noModel is the path that asks for heuristics alone.
const noModel = "none"

// load reads the model that the configuration asks for; nil: none.
func (c *modelConfig) load() (*model.Model, error) {
	var b *model.Bundle
	var err error
	switch c.Path {
	case noModel:
		return nil, nil //nolint:nilnil // that is what was asked for
	case "":
		b, err = shipped.Load()
	default:
		b, err = readModel(c.Path)
	}
	if err != nil {
		return nil, fmt.Errorf("path: %w", err)
	}
	if b == nil {
		return nil, nil //nolint:nilnil // built without one
	}
	return model.New(b), nil
}

// check reports a model that cannot be read.
func (c *modelConfig) check() error {
	_, err := c.load()
	return err
}

func readModel(path string) (*model.Bundle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > model.MaxFile {
		return nil, fmt.Errorf("%s is too long for a model", path)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	return model.Decode(data)
}

// judging loads the model of c, and makes the policy that goes with it: the
// thresholds that the operator leaves open are those of the model's card.
func (c *config) judging() (*model.Model, *policy.Policy, error) {
	m, err := c.Model.load()
	if err != nil {
		return nil, nil, exit(exitConfig, fmt.Errorf("model: %w", err))
	}
	rules := c.Policy
	if m != nil {
		rules.Shipped = policy.Ladder(m.Card.Thresholds)
	}
	p, err := policy.New(rules)
	if err != nil {
		return nil, nil, exit(exitConfig, err)
	}
	return m, p, nil
}
