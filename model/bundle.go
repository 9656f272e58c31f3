package model

import (
	"time"
)

// A Bundle is a model file: a text model, a combined model, and the card that
// says where they come from. Either model may be nil.
type Bundle struct {
	Card  Card
	Text  *Text
	Trees *Trees
}

// A Card says what a model is, and how far to trust it.
type Card struct {
	Name       string         `json:"name"`
	Version    string         `json:"version"`
	Created    time.Time      `json:"created"`
	Command    string         `json:"command"` // what made it
	From       time.Time      `json:"from"`    // span of the data
	To         time.Time      `json:"to"`
	Sources    []Source       `json:"sources"`
	Labels     map[string]int `json:"labels"` // messages of each class
	Metrics    []Metric       `json:"metrics"`
	Thresholds Thresholds     `json:"thresholds"`      // of the probability of being unwanted; 0: as the policy says
	Prior      float64        `json:"prior,omitempty"` // log-odds to add in service, where fewer messages are unwanted than in the data
	Inputs     int            `json:"inputs"`          // of the combined model
	Notes      []string       `json:"notes,omitempty"`
}

// A Source is where training data came from.
type Source struct {
	Name     string `json:"name"`
	Messages int    `json:"messages"`
	Licence  string `json:"licence"`
}

// A Metric is one figure of an evaluation on held-out mail.
type Metric struct {
	Name  string  `json:"name"` // as in "recall at 1% false alarms"
	On    string  `json:"on"`   // the mail it was measured on
	Value float64 `json:"value"`
	Low   float64 `json:"low,omitempty"` // 95% interval
	High  float64 `json:"high,omitempty"`
}

// Thresholds is the ladder that was chosen for the false-alarm budgets.
type Thresholds struct {
	Tag        float64 `json:"tag"`
	Quarantine float64 `json:"quarantine"`
	Reject     float64 `json:"reject"`
}
