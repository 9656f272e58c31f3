package mailauth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// mapZone is a resolver over the zones of the SPF suites: names to lists of
// [type, value], or to "TIMEOUT".
type mapZone map[string][]zoneRecord

type zoneRecord struct {
	Type   string
	Values []string
	Pref   int
}

func (r *zoneRecord) UnmarshalJSON(raw []byte) error {
	var pair [2]json.RawMessage
	if err := json.Unmarshal(raw, &pair); err != nil {
		return err
	}
	if err := json.Unmarshal(pair[0], &r.Type); err != nil {
		return err
	}
	var one string
	if json.Unmarshal(pair[1], &one) == nil {
		r.Values = []string{one}
		return nil
	}
	if r.Type == "MX" {
		var mx [2]any
		if err := json.Unmarshal(pair[1], &mx); err != nil {
			return err
		}
		pref, _ := mx[0].(float64)
		r.Pref, r.Values = int(pref), []string{fmt.Sprint(mx[1])}
		return nil
	}
	if r.Type == "TXT" || r.Type == "SPF" {
		return json.Unmarshal(pair[1], &r.Values)
	}
	return nil // TIMEOUT, SERVFAIL, CNAMELOOP: true
}

// find is the records of a type, CNAMEs followed.
func (z mapZone) find(name, qtype string) ([]zoneRecord, error) {
	name, ok := lookupName(name)
	if !ok {
		return nil, ErrNXDomain
	}
	for range 8 {
		i := slices.IndexFunc(z.names(), func(n string) bool { return asciiLower(strings.TrimSuffix(n, ".")) == name })
		if i < 0 {
			return nil, ErrNXDomain
		}
		var found []zoneRecord
		next := ""
		failed := false
		for _, r := range z[z.names()[i]] {
			switch r.Type {
			case qtype:
				found = append(found, r)
			case "TIMEOUT", "SERVFAIL", "CNAMELOOP":
				failed = true
			case "CNAME":
				next = asciiLower(strings.TrimSuffix(r.Values[0], "."))
			}
		}
		switch {
		case found != nil:
			return found, nil
		case failed:
			return nil, ErrTemporary
		case next == "":
			return nil, ErrNotFound
		}
		name = next
	}
	return nil, ErrTemporary
}

func (z mapZone) names() []string {
	names := make([]string, 0, len(z))
	for n := range z {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (z mapZone) LookupTXT(_ context.Context, name string) ([]string, error) {
	records, err := z.find(name, "TXT")
	texts := make([]string, 0, len(records))
	for _, r := range records {
		text := strings.Join(r.Values, "")
		bytes := make([]byte, 0, len(text))
		for _, c := range text { // the suite's strings are bytes, read as Latin-1
			bytes = append(bytes, byte(c))
		}
		texts = append(texts, string(bytes))
	}
	return texts, err
}

func (z mapZone) LookupAddr(_ context.Context, name string, want6 bool) ([]netip.Addr, error) {
	qtype := "A"
	if want6 {
		qtype = "AAAA"
	}
	records, err := z.find(name, qtype)
	addrs := make([]netip.Addr, 0, len(records))
	for _, r := range records {
		addrs = append(addrs, netip.MustParseAddr(r.Values[0]))
	}
	return addrs, err
}

func (z mapZone) LookupMX(_ context.Context, name string) ([]string, error) {
	records, err := z.find(name, "MX")
	slices.SortStableFunc(records, func(a, b zoneRecord) int { return a.Pref - b.Pref })
	return hosts(records), err
}

func (z mapZone) LookupPTR(_ context.Context, addr netip.Addr) ([]string, error) {
	name, err := dns.ReverseAddr(addr.String())
	if err != nil {
		return nil, ErrNotFound
	}
	records, err := z.find(name, "PTR")
	return hosts(records), err
}

func hosts(records []zoneRecord) []string {
	names := make([]string, 0, len(records))
	for _, r := range records {
		names = append(names, asciiLower(strings.TrimSuffix(r.Values[0], ".")))
	}
	return names
}
