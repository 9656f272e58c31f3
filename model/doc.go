// Package model judges mail by what was learned from mail: a text model over
// hashed n-grams, and trees over the signal vector and the text model's
// outputs. It decodes models and predicts; package train makes them. It is
// pure, and knows no file, no policy and no clock.
package model
