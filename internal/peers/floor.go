//go:build ignore

// Floor is what everything must beat: a plain logistic regression on character
// n-grams of the header and the decoded text, learned from one folder of
// labelled mail that `postern eval --export` wrote, and asked about another.
//
//	go run internal/peers/floor.go LEARN JUDGE >FILE.tsv
package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"postern/parse"
)

const (
	bits     = 20
	shortest = 2
	longest  = 5
	most     = 10_000 // characters that are read of a message
	epochs   = 4
	rate     = 2.0
	decay    = 1e-6
)

type sample struct {
	path  string
	terms map[uint32]float32
	y     float64 // 1: unwanted
}

func read(dir string) (list []sample) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", "*.eml"))
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		path, _ := filepath.Rel(dir, file)
		s := sample{path: path, terms: terms(raw), y: 1}
		if strings.HasPrefix(path, "ham/") {
			s.y = 0
		}
		list = append(list, s)
	}
	return list
}

// terms counts n-grams by bucket, by their logarithm, in a vector of length 1.
func terms(raw []byte) map[uint32]float32 {
	m := parse.Read(raw, parse.DefaultLimits)
	var text strings.Builder
	text.Write(raw[:min(m.BodyStart, len(raw))])
	for _, p := range m.Parts {
		if strings.HasPrefix(p.Type, "text/") {
			text.Write(p.Body)
		}
	}
	s := strings.ToLower(text.String())
	s = s[:min(len(s), most)]
	found := map[uint32]float32{}
	for n := shortest; n <= longest; n++ {
		for i := 0; i+n <= len(s); i++ {
			h := uint64(n)
			for _, c := range []byte(s[i : i+n]) {
				h = (h ^ uint64(c)) * 0x9e3779b97f4a7c15
			}
			found[uint32(h>>(64-bits))]++
		}
	}
	sum := 0.0
	for b, x := range found {
		x = float32(1 + math.Log(float64(x)))
		found[b] = x
		sum += float64(x * x)
	}
	for b := range found {
		found[b] /= float32(math.Sqrt(sum))
	}
	return found
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: floor LEARN JUDGE")
	}
	learn := read(os.Args[1])
	var size [2]float64
	for _, s := range learn {
		size[int(s.y)]++
	}
	w, bias := make([]float64, 1<<bits), 0.0
	odds := func(s *sample) float64 {
		sum := bias
		for b, x := range s.terms {
			sum += w[b] * float64(x)
		}
		return sum
	}
	for epoch := range epochs {
		for _, i := range rand.New(rand.NewPCG(1, uint64(epoch))).Perm(len(learn)) {
			s := &learn[i]
			g := (1/(1+math.Exp(-odds(s))) - s.y) * float64(len(learn)) / (2 * size[int(s.y)])
			step := rate / (1 + float64(epoch))
			bias -= 0.1 * step * g
			for b, x := range s.terms {
				w[b] -= step * (g*float64(x) + decay*w[b])
			}
		}
	}
	for _, s := range read(os.Args[2]) {
		fmt.Printf("%s\t%.6f\n", s.path, odds(&s))
	}
}
