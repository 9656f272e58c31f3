package relay

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"postern/internal/quantity"
)

// Config names the next hop and how it is spoken to. Zero values stand for
// the defaults given here.
type Config struct {
	// Address is "host:port", "unix:PATH", "lmtp:HOST:PORT",
	// "lmtp:unix:PATH" or "maildir:PATH".
	Address string `toml:"address"`
	// TLS is "off", "opportunistic" (the default: STARTTLS where offered,
	// no certificate is checked) or "required" (STARTTLS with a valid one).
	TLS string `toml:"tls"`
	// CAFile holds PEM certificates to trust in place of the system's.
	CAFile string `toml:"ca_file"`
	// ServerName is the name in the certificate; by default the host of Address.
	ServerName string `toml:"server_name"`
	// Helo is what we call ourselves; by default the gate's hostname.
	Helo string `toml:"helo"`
	// Connections bounds how many are open at a time; 100.
	Connections int `toml:"connections"`
	// IdleTimeout closes a connection that was not used for so long; 30s.
	IdleTimeout quantity.Duration `toml:"idle_timeout"`
	// ConnectTimeout bounds connecting, up to the answer to EHLO, and waiting
	// for one of Connections; 10s.
	ConnectTimeout quantity.Duration `toml:"connect_timeout"`
	// CommandTimeout bounds the wait for the reply to a command; 30s.
	CommandTimeout quantity.Duration `toml:"command_timeout"`
	// DataTimeout bounds how long a message may make no progress, and the
	// wait for the reply to it; 90s. A Postfix in front waits 100s.
	DataTimeout quantity.Duration `toml:"data_timeout"`
	// XForward and XClient tell the next hop of the client: "auto" (the
	// default: where offered) or "off". Where both could, XFORWARD does.
	XForward string `toml:"xforward"`
	XClient  string `toml:"xclient"`
}

const (
	defaultConnections = 100
	defaultIdle        = 30 * time.Second
	defaultConnect     = 10 * time.Second
	defaultCommand     = 30 * time.Second
	defaultData        = 90 * time.Second

	tlsOff           = "off"
	tlsOpportunistic = "opportunistic"
	tlsRequired      = "required"
)

// A target is an Address taken apart.
type target struct {
	network, address string // as for net.Dial; network "maildir" for a directory
	lmtp             bool
}

func (c Config) target() (t target, err error) {
	rest := c.Address
	if path, ok := strings.CutPrefix(rest, "maildir:"); ok {
		if path == "" {
			return t, errors.New("address: maildir: needs a path")
		}
		return target{network: "maildir", address: filepath.Clean(path)}, nil
	}
	rest, t.lmtp = strings.CutPrefix(rest, "lmtp:")
	if path, ok := strings.CutPrefix(rest, "unix:"); ok {
		if path == "" {
			return t, errors.New("address: unix: needs a path")
		}
		t.network, t.address = "unix", path
		return t, nil
	}
	host, port, err := net.SplitHostPort(rest)
	if err != nil || host == "" || port == "" {
		return t, fmt.Errorf("address: %q is none of host:port, unix:PATH, lmtp:HOST:PORT, lmtp:unix:PATH, maildir:PATH", c.Address)
	}
	t.network, t.address = "tcp", rest
	return t, nil
}

// Check gives every problem of the configuration, one error each, joined.
func (c Config) Check() error {
	var errs []error
	t, err := c.target()
	errs = append(errs, err)
	switch c.TLS {
	case "", tlsOff, tlsOpportunistic:
	case tlsRequired:
		if t.network == "unix" && c.ServerName == "" {
			errs = append(errs, errors.New("server_name: tls = \"required\" over a unix socket needs it"))
		}
	default:
		errs = append(errs, fmt.Errorf("tls: %q is none of off, opportunistic, required", c.TLS))
	}
	if _, err := c.roots(); err != nil {
		errs = append(errs, err)
	}
	if strings.ContainsFunc(c.Helo, func(r rune) bool { return r <= ' ' || r > '~' }) {
		errs = append(errs, fmt.Errorf("helo: %q is no host name", c.Helo))
	}
	if c.Connections < 0 {
		errs = append(errs, errors.New("connections: cannot be negative"))
	}
	for _, s := range []struct{ key, value string }{{"xforward", c.XForward}, {"xclient", c.XClient}} {
		if s.value != "" && s.value != "auto" && s.value != "off" {
			errs = append(errs, fmt.Errorf("%s: %q is none of auto, off", s.key, s.value))
		}
	}
	return errors.Join(errs...)
}

func (c Config) roots() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca_file: %s holds no certificate", c.CAFile)
	}
	return pool, nil
}

// tlsConfig is nil where TLS is off.
func (c Config) tlsConfig(t target) (*tls.Config, error) {
	if c.TLS == tlsOff {
		return nil, nil
	}
	roots, err := c.roots()
	if err != nil {
		return nil, err
	}
	name := c.ServerName
	if name == "" && t.network == "tcp" {
		name, _, _ = net.SplitHostPort(t.address)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		RootCAs:    roots,
		ServerName: name,
		// Opportunistic TLS guards against listeners only (RFC 7435); a
		// certificate that does not verify is still better than none.
		InsecureSkipVerify: c.TLS != tlsRequired, //nolint:gosec // see above
	}, nil
}

// New opens the next hop that c names. It connects only when there is mail.
func New(c Config) (Hop, error) {
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	t, err := c.target()
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	if t.network == "maildir" {
		return openMaildir(t.address, c.Helo)
	}
	config, err := c.tlsConfig(t)
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	return newHop(c, t, config), nil
}
