package smtpd

import (
	"cmp"

	"postern/internal/quantity"
)

// WithDefaults is c with each unset key at its default.
func (c Config) WithDefaults() Config {
	s, _ := c.compile()
	c.MaxConnections, c.MaxConnectionsPerClient, c.MaxRecipients = s.maxConns, s.maxPerClient, s.maxRcpts
	c.MaxMessageBytes, c.InflightBytes = quantity.Bytes(s.maxBytes), quantity.Bytes(s.inflight)
	c.CommandTimeout, c.DataTimeout = quantity.Duration(s.commandTimeout), quantity.Duration(s.dataTimeout)
	c.BareNewline, c.Conflicts = cmp.Or(c.BareNewline, "reject"), cmp.Or(c.Conflicts, "defer")
	return c
}
