// Package train makes models: it reads labelled mail, fits, calibrates and
// evaluates. It is the offline twin of the route, and what it learns from is
// what the route computes.
package train
