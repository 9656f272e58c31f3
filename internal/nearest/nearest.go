// Package nearest finds the name that somebody meant who wrote another.
package nearest

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Hint is "; did you mean "x"?" for the name nearest to wrong, and empty where
// none is near.
func Hint(wrong string, names []string) string {
	least := len(wrong)/3 + 1
	if len(wrong) > 3 {
		least = max(least, 3) // two letters that changed places
	}
	best := ""
	for _, name := range names {
		d := levenshtein.ComputeDistance(strings.ToLower(wrong), strings.ToLower(name))
		if d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
