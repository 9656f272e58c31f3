package relay

import (
	"cmp"

	"postern/internal/quantity"
)

// WithDefaults is c with each unset key at its default; an address has none.
func (c Config) WithDefaults() Config {
	c.TLS = cmp.Or(c.TLS, tlsOpportunistic)
	c.Connections = cmp.Or(c.Connections, defaultConnections)
	c.IdleTimeout = quantity.Duration(c.IdleTimeout.Or(defaultIdle))
	c.ConnectTimeout = quantity.Duration(c.ConnectTimeout.Or(defaultConnect))
	c.CommandTimeout = quantity.Duration(c.CommandTimeout.Or(defaultCommand))
	c.DataTimeout = quantity.Duration(c.DataTimeout.Or(defaultData))
	c.XForward, c.XClient = cmp.Or(c.XForward, "auto"), cmp.Or(c.XClient, "auto")
	return c
}
