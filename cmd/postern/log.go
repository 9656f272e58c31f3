package main

import (
	"io"
	"log/slog"

	"postern/parse"
)

// newLog makes the logger. Addresses are shown as the operator's privacy
// setting allows.
func newLog(w io.Writer, c logConfig, level *slog.LevelVar) *slog.Logger {
	level.Set(c.level())
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch v := a.Value.Any().(type) {
		case parse.Address:
			a.Value = slog.StringValue(c.shown(v))
		case []parse.Address:
			shown := make([]string, len(v))
			for i, address := range v {
				shown[i] = c.shown(address)
			}
			a.Value = slog.AnyValue(shown)
		}
		return a
	}}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func (c *logConfig) level() slog.Level {
	var l slog.Level
	if c.Level != "" {
		_ = l.UnmarshalText([]byte(c.Level)) // checked
	}
	return l
}

// shown is an address as the log may have it.
func (c *logConfig) shown(a parse.Address) string {
	switch {
	case a == parse.Address{}:
		return "<>"
	case c.Privacy == "domain":
		return "*@" + a.Domain
	case c.Privacy == "none":
		return "*"
	}
	return a.String()
}
