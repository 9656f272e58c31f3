package lexis

import (
	_ "embed" // phones.txt
	"strconv"
	"strings"
)

// A plan is how the numbers of one calling code are made.
type plan struct {
	code          string
	least, most   int    // digits of a national number
	trunk         string // stands before a national number that is dialled inside
	free, premium []string
}

//go:embed phones.txt
var phonesFile string

// plans are known by calling code and by region.
var plans, regions = readPlans(phonesFile)

func readPlans(file string) (byCode, byRegion map[string]*plan) {
	byCode, byRegion = map[string]*plan{}, map[string]*plan{}
	for line := range strings.Lines(file) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		least, most, _ := strings.Cut(f[2], "-")
		p := &plan{code: f[0], trunk: strings.Trim(f[3], "-"), free: begins(f[4]), premium: begins(f[5])}
		var err1, err2 error
		p.least, err1 = strconv.Atoi(least)
		p.most, err2 = strconv.Atoi(most)
		if err1 != nil || err2 != nil {
			panic("lexis: phones.txt: " + line)
		}
		byCode[p.code] = p
		for region := range strings.SplitSeq(f[1], ",") {
			if byRegion[region] == nil {
				byRegion[region] = p
			}
		}
	}
	return byCode, byRegion
}

func begins(list string) []string {
	if list == "-" {
		return nil
	}
	return strings.Split(list, ",")
}

// international splits digits after a plus sign into plan and national
// number. No calling code is the beginning of another.
func international(digits string) (*plan, string) {
	for n := 1; n <= 3 && n < len(digits); n++ {
		if p := plans[digits[:n]]; p != nil {
			return p, digits[n:]
		}
	}
	return nil, ""
}

// fits tells whether national has a length of the plan and does not begin
// like a trunk call. Numbers of North America begin with 2 to 9, their
// exchange too.
func (p *plan) fits(national string) bool {
	if len(national) < p.least || len(national) > p.most {
		return false
	}
	if p.code == "1" {
		return national[0] >= '2' && national[3] >= '2'
	}
	return p.trunk == "" || national[0] != '0'
}

// hasAny tells whether s begins with one of begins.
func hasAny(s string, begins []string) bool {
	for _, b := range begins {
		if strings.HasPrefix(s, b) {
			return true
		}
	}
	return false
}
