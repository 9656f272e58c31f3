// Package lexis reads the words of a message: which brands they name. It
// knows nothing of mail, and only facts: what a word means for the reader is
// for others to say.
package lexis
