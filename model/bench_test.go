package model

import (
	"math"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"postern/detect"
)

// letter is n bytes of ordinary prose.
func letter(n int) string {
	const vowels, others = "aeiou", "bcdfghjklmnpqrstvwxyz"
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 800)
	for i := range words {
		for range 1 + r.IntN(4) {
			words[i] += string(others[r.IntN(len(others))]) + string(vowels[r.IntN(len(vowels))])
		}
	}
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(words[int(r.ExpFloat64()*120)%len(words)] + " ")
	}
	return b.String()[:n]
}

// madeText is a text model of the size that is shipped: one bucket in five has a
// row, and as many more are known.
func madeText(tb testing.TB) *Text {
	tb.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	w := &TextWeights{Bits: 19}
	for c := range detect.NumClasses {
		w.Classes, w.Bias = append(w.Classes, c), append(w.Bias, float32(r.NormFloat64()))
	}
	for b := range uint32(1 << 19) {
		switch r.IntN(5) {
		case 0:
			w.Buckets = append(w.Buckets, b)
			for range w.Classes {
				w.Weights = append(w.Weights, float32(r.NormFloat64()*r.Float64()))
			}
		case 1:
			w.Known = append(w.Known, b)
		}
	}
	return NewText(w)
}

// madeForest has full trees of random splits.
func madeForest(r *rand.Rand, inputs, trees, depth int) Forest {
	var f Forest
	for range trees {
		root := len(f.Nodes)
		f.Roots = append(f.Roots, uint32(root))
		f.Nodes = append(f.Nodes, Node{})
		level := []int{root}
		for d := 0; d <= depth; d++ {
			var next []int
			for _, at := range level {
				n := Node{At: float32(r.NormFloat64()), Value: int32(r.IntN(1<<18) - 1<<17), Input: uint16(r.IntN(inputs)), Missing: r.IntN(2) == 0}
				if d < depth {
					n.Next = uint32(len(f.Nodes))
					f.Nodes = append(f.Nodes, Node{}, Node{})
					next = append(next, int(n.Next), int(n.Next)+1)
				} else {
					n = Node{Value: n.Value}
				}
				f.Nodes[at] = n
			}
			level = next
		}
	}
	return f
}

// madeTrees is a combined model of the size that is shipped.
func madeTrees() *Trees {
	r := rand.New(rand.NewPCG(5, 6))
	t := &Trees{Inputs: InputNames(), Heat: 1}
	n := len(t.Inputs)
	t.Unwanted = madeForest(r, n, 250, 5)
	t.Curve = Curve{X: []float64{-3, 0, 4}, Y: []float64{-4, 0.5, 3}, Slope: 0.7}
	for c := range detect.Spam + 1 {
		t.Kinds = append(t.Kinds, Kind{c, madeForest(r, n, 12, 3)})
	}
	t.Graymail = madeForest(r, n, 12, 3)
	return t
}

func madeRow(r *rand.Rand, row []float32) {
	for i := range row {
		row[i] = float32(r.NormFloat64())
		if r.IntN(4) == 0 {
			row[i] = float32(math.NaN())
		}
	}
}

// onCPU reports the processor's time beside the clock's: the machine may be
// busy with other things.
func onCPU(b *testing.B) {
	b.Helper()
	now := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	start := now()
	b.Cleanup(func() { b.ReportMetric(float64(now()-start)/float64(b.N), "cpu-ns/op") })
}

func BenchmarkText4KB(b *testing.B) {
	t, in := madeText(b), &TextInput{Subject: "Minutes of the meeting", Body: letter(4096), Sender: "Ann Example"}
	b.ReportAllocs()
	b.ResetTimer()
	onCPU(b)
	for b.Loop() {
		t.Score(in)
	}
}

func BenchmarkTrees(b *testing.B) {
	t := madeTrees()
	w := newWalkers(t)
	rows := make([][]float32, 64)
	r := rand.New(rand.NewPCG(7, 8))
	for i := range rows {
		rows[i] = make([]float32, len(t.Inputs))
		madeRow(r, rows[i])
	}
	b.ReportAllocs()
	b.ResetTimer()
	onCPU(b)
	i := 0
	for b.Loop() {
		w.predict(rows[i%len(rows)])
		i++
	}
}

func BenchmarkDecode(b *testing.B) {
	file, err := (&Bundle{Text: madeText(b), Trees: madeTrees()}).Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(file)), "file-bytes")
	b.ReportAllocs()
	b.ResetTimer()
	onCPU(b)
	for b.Loop() {
		if _, err := Decode(file); err != nil {
			b.Fatal(err)
		}
	}
}
