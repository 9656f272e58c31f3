package mailauth

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/miekg/dns"

	"postern/internal/quantity"
)

// DNSConfig are the settings of a [CachingResolver].
type DNSConfig struct {
	// Servers are recursive name servers, as address or address:port, in order
	// of preference; empty: those of /etc/resolv.conf.
	Servers []string `toml:"servers"`
	// Timeout is the longest wait for one answer; 0: 2s.
	Timeout quantity.Duration `toml:"timeout"`
	// Attempts is how often a question is put, over all servers; 0: 3.
	Attempts int `toml:"attempts"`
	// InFlight is how many questions may be open at once; 0: 256.
	InFlight int `toml:"in_flight"`
	// CacheSize bounds the memory that answers are kept in; 0: 16MiB.
	CacheSize quantity.Bytes `toml:"cache_size"`
}

// WithDefaults is c with each unset key at its default.
func (c DNSConfig) WithDefaults() DNSConfig {
	c.Timeout = quantity.Duration(c.Timeout.Or(2 * time.Second))
	c.CacheSize = quantity.Bytes(c.CacheSize.Or(16 << 20))
	if c.Attempts <= 0 {
		c.Attempts = 3
	}
	if c.InFlight <= 0 {
		c.InFlight = 256
	}
	return c
}

// Check reports every problem of the settings.
func (c DNSConfig) Check() error {
	var errs []error
	for _, s := range c.Servers {
		if _, err := serverAddr(s); err != nil {
			errs = append(errs, err)
		}
	}
	if c.Attempts < 0 || c.Attempts > 10 {
		errs = append(errs, errors.New("attempts: between 1 and 10"))
	}
	if c.InFlight < 0 {
		errs = append(errs, errors.New("in_flight: not negative"))
	}
	if d := c.Timeout.Or(time.Second); d < 10*time.Millisecond || d > time.Minute {
		errs = append(errs, errors.New("timeout: between 10ms and 1m"))
	}
	return errors.Join(errs...)
}

// servers are the name servers to ask, as host:port.
func (c DNSConfig) servers() []string {
	const resolvConf = "/etc/resolv.conf"
	names, port := c.Servers, "53"
	if len(names) == 0 {
		if system, err := dns.ClientConfigFromFile(resolvConf); err == nil {
			names, port = system.Servers, system.Port
		}
	}
	var servers []string
	for _, name := range names {
		if s, err := serverAddr(name); err == nil {
			servers = append(servers, s)
		} else if len(c.Servers) == 0 {
			servers = append(servers, net.JoinHostPort(name, port)) // with a zone: fe80::1%eth0
		}
	}
	if len(servers) == 0 {
		return []string{"127.0.0.1:53"} // as resolv.conf(5)
	}
	return servers
}

func serverAddr(s string) (string, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return net.JoinHostPort(addr.String(), "53"), nil
	}
	host, port, err := net.SplitHostPort(s)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || host == "" || bad != nil || n == 0 {
		return "", fmt.Errorf("servers: %q is neither an address nor address:port", s)
	}
	return s, nil
}
