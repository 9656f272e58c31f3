package train

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ReadScores reads what another scorer says of mail: lines of a path, a tab
// and a number, the higher the worse. Paths may have more in front than
// CLASS/SOURCE/NAME. The scorer is called as the file is, without ".tsv".
func ReadScores(file string) (Scorer, error) {
	s := Scorer{Name: strings.TrimSuffix(filepath.Base(file), ".tsv"), Scores: map[string]float64{}}
	in, err := os.Open(file) //nolint:gosec // the operator names it
	if err != nil {
		return s, fmt.Errorf("train: %w", err)
	}
	defer func() { _ = in.Close() }()
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		path, value, _ := strings.Cut(lines.Text(), "\t")
		score, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			if n == 1 { // the names of the columns
				continue
			}
			return s, fmt.Errorf("train: %s:%d: a line is a path, a tab and a number", file, n)
		}
		folders := strings.Split(filepath.ToSlash(path), "/")
		s.Scores[strings.Join(folders[max(0, len(folders)-3):], "/")] = score
	}
	if err := lines.Err(); err != nil {
		return s, fmt.Errorf("train: %s: %w", file, err)
	}
	return s, nil
}
