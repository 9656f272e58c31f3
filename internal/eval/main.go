// Command eval judges labelled mail and prints, for each class and source, how
// much of it is tagged or worse. The mail lies as CLASS/SOURCE/*.eml. It has no
// history and asks no DNS: what it shows is what the words and the structure of
// a message give away.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// batch is how many files one scan is given.
const batch = 1000

// A tally counts the verdicts of one class and source.
type tally map[string]int

func main() {
	binary := flag.String("postern", "bin/postern", "the binary to evaluate")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: eval [-postern FILE] DIR, where mail lies as DIR/CLASS/SOURCE/*.eml")
		os.Exit(64)
	}
	if err := run(*binary, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(binary, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", "*.eml"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no messages below %s", dir)
	}
	counts := map[string]tally{}
	for part := range slices.Chunk(files, batch) {
		if err := scan(binary, dir, part, counts); err != nil {
			return err
		}
		fmt.Fprint(os.Stderr, ".")
	}
	fmt.Fprintln(os.Stderr)
	fmt.Println("| class/source | messages | tag | quarantine | reject | tag or worse |")
	fmt.Println("|---|--:|--:|--:|--:|--:|")
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		c := counts[key]
		n := c["accept"] + c["tag"] + c["quarantine"] + c["reject"]
		fmt.Printf("| %s | %d | %d | %d | %d | %.2f%% |\n", key, n, c["tag"], c["quarantine"], c["reject"], 100*float64(n-c["accept"])/float64(n))
	}
	return nil
}

// scan judges some files and adds up their verdicts.
func scan(binary, dir string, files []string, counts map[string]tally) error {
	cmd := exec.Command(binary, append([]string{"scan", "--offline", "--json"}, files...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 2) { // 1 and 2 are verdicts
		return err
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v struct{ File, Verdict string }
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, filepath.Dir(v.File))
		if err != nil {
			return err
		}
		key := strings.ReplaceAll(rel, string(filepath.Separator), "/")
		if counts[key] == nil {
			counts[key] = tally{}
		}
		counts[key][v.Verdict]++
	}
	return lines.Err()
}
