package smtpd

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"postern/internal/quantity"
)

// Config is the operator's [smtp] table. The zero value of each key stands for
// its default.
type Config struct {
	// Listen has "host:port" or "unix:PATH" for SMTP, with "lmtp:" in front
	// for LMTP, or "tls:" for SMTP under TLS from the first byte. What comes by
	// a listener with "outbound:" before that was written by our own people.
	Listen []string `toml:"listen"`
	// Trusted peers may speak XCLIENT and XFORWARD, and are not counted one by
	// one. So may whoever can open a unix socket of ours.
	Trusted []string `toml:"trusted"`
	// ProxyProtocol peers must begin with a PROXY header, version 1 or 2.
	ProxyProtocol []string `toml:"proxy_protocol"`

	TLSCert string `toml:"tls_cert"` // PEM file with the chain; STARTTLS is offered where it is set
	TLSKey  string `toml:"tls_key"`  // PEM file

	MaxConnections          int            `toml:"max_connections"`            // in total; 1000
	MaxConnectionsPerClient int            `toml:"max_connections_per_client"` // per IPv4 address or IPv6 /64; 50
	MaxRecipients           int            `toml:"max_recipients"`             // of one message; 1000
	MaxMessageBytes         quantity.Bytes `toml:"max_message_bytes"`          // 50 MiB
	InflightBytes           quantity.Bytes `toml:"inflight_bytes"`             // of memory, for all messages being received or judged; 256 MiB

	CommandTimeout quantity.Duration `toml:"command_timeout"` // for one whole command line, and for each reply; 5 minutes
	DataTimeout    quantity.Duration `toml:"data_timeout"`    // in which a message must bring 500 bytes for each second; 5 minutes
	GreetDelay     quantity.Duration `toml:"greet_delay"`     // who talks before the greeting is refused; zero does not wait

	// BareNewline says what becomes of a message with a bare LF, a bare CR or
	// a NUL: "reject" (the default) or "normalize", which makes line ends of
	// them and drops NUL.
	BareNewline string `toml:"bare_newline"`
	// Conflicts says what becomes of recipients under another policy than the
	// first: "defer" (the default) answers 452, and the client sends again for
	// them; "strictest" takes all, and the route settles it. By LMTP each
	// policy gets its own verdict.
	Conflicts string `toml:"conflicts"`
	// DiscardEHLO are keywords that are not to be offered, such as "CHUNKING".
	DiscardEHLO []string `toml:"discard_ehlo"`
	// TimeFromReceived makes the date of the topmost Received field the time
	// of a message from a trusted peer.
	TimeFromReceived bool `toml:"time_from_received"`
}

// Check tells everything that is wrong with c.
func (c Config) Check() error {
	_, err := c.compile()
	return err
}

// settings is a Config ready for use. It is never changed.
type settings struct {
	trusted, proxies []netip.Prefix
	tls              *tls.Config // nil where there is no certificate

	maxConns, maxPerClient, maxRcpts int
	maxBytes, inflight               int64

	commandTimeout, dataTimeout, greetDelay time.Duration

	normalize, strictest, timeFromReceived bool
	discard                                []string
}

func (c Config) compile() (*settings, error) {
	s := &settings{
		maxConns:         or(c.MaxConnections, 1000),
		maxPerClient:     or(c.MaxConnectionsPerClient, 50),
		maxRcpts:         or(c.MaxRecipients, 1000),
		maxBytes:         c.MaxMessageBytes.Or(50 << 20),
		inflight:         c.InflightBytes.Or(256 << 20),
		commandTimeout:   c.CommandTimeout.Or(5 * time.Minute),
		dataTimeout:      c.DataTimeout.Or(5 * time.Minute),
		greetDelay:       time.Duration(c.GreetDelay),
		normalize:        c.BareNewline == "normalize",
		strictest:        c.Conflicts == "strictest",
		timeFromReceived: c.TimeFromReceived,
	}
	for _, k := range c.DiscardEHLO {
		s.discard = append(s.discard, strings.ToUpper(k))
	}
	var errs []error
	s.trusted, errs = prefixes("trusted", c.Trusted, errs)
	s.proxies, errs = prefixes("proxy_protocol", c.ProxyProtocol, errs)
	for _, n := range []struct {
		key   string
		value int64
	}{
		{"max_connections", int64(c.MaxConnections)},
		{"max_connections_per_client", int64(c.MaxConnectionsPerClient)},
		{"max_recipients", int64(c.MaxRecipients)},
	} {
		if n.value < 0 {
			errs = append(errs, fmt.Errorf("smtpd: %s: %d is negative", n.key, n.value))
		}
	}
	if s.inflight < 2*s.maxBytes { // a message is copied while its memory grows
		errs = append(errs, errors.New("smtpd: inflight_bytes: less than twice max_message_bytes, so that the longest message could never come in"))
	}
	errs = oneOf("bare_newline", c.BareNewline, errs, "", "reject", "normalize")
	errs = oneOf("conflicts", c.Conflicts, errs, "", "defer", "strictest")
	for _, l := range c.Listen {
		if _, err := parseListen(l); err != nil {
			errs = append(errs, err)
		} else if strings.HasPrefix(strings.TrimPrefix(l, "outbound:"), "tls:") && c.TLSCert == "" {
			errs = append(errs, fmt.Errorf("smtpd: listen: %q needs tls_cert", l))
		}
	}
	errs = append(errs, s.loadTLS(c.TLSCert, c.TLSKey))
	return s, errors.Join(errs...)
}

func (s *settings) loadTLS(cert, key string) error {
	if cert == "" && key == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("smtpd: tls_cert, tls_key: %w", err)
	}
	s.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return nil
}

func prefixes(key string, list []string, errs []error) ([]netip.Prefix, []error) {
	var out []netip.Prefix
	for _, text := range list {
		p, err := netip.ParsePrefix(text)
		if addr, aerr := netip.ParseAddr(text); aerr == nil {
			p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("smtpd: %s: %q is neither an address nor a network", key, text))
			continue
		}
		out = append(out, p)
	}
	return out, errs
}

func oneOf(key, value string, errs []error, allowed ...string) []error {
	if slices.Contains(allowed, value) {
		return errs
	}
	return append(errs, fmt.Errorf("smtpd: %s: %q is none of %q", key, value, allowed[1:]))
}

func or(n, def int) int {
	if n == 0 {
		return def
	}
	return n
}

func contains(list []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// A listen is one entry of Config.Listen.
type listen struct {
	network, address    string
	outbound, lmtp, tls bool
}

func parseListen(text string) (l listen, err error) {
	l.network = "tcp"
	l.address, l.outbound = strings.CutPrefix(text, "outbound:")
	l.address, l.lmtp = strings.CutPrefix(l.address, "lmtp:")
	if !l.lmtp {
		l.address, l.tls = strings.CutPrefix(l.address, "tls:")
	}
	if path, ok := strings.CutPrefix(l.address, "unix:"); ok {
		l.network, l.address = "unix", path
	}
	if l.address == "" || l.network == "tcp" && !strings.Contains(l.address, ":") {
		return l, fmt.Errorf("smtpd: listen: %q is neither host:port nor unix:PATH", text)
	}
	return l, nil
}
