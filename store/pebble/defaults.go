package pebble

// WithDefaults is c with each unset key at its default.
func (c Config) WithDefaults() Config { return c.withDefaults() }
