package train

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Folds deals samples out to k folds, groups whole and the largest first, so
// that the folds are of like size.
func Folds(groups []int, k int, seed uint64) []int {
	fold := make([]int, len(groups))
	if k < 2 {
		for i := range fold {
			fold[i] = -1
		}
		return fold
	}
	size := map[int]int{}
	for _, g := range groups {
		size[g]++
	}
	order := make([]int, 0, len(size))
	for g := range size {
		order = append(order, g)
	}
	slices.Sort(order)
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // reproducible, not secret
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	slices.SortStableFunc(order, func(a, b int) int { return size[b] - size[a] })
	load, of := make([]int, k), make(map[int]int, len(size))
	for _, g := range order {
		least := 0
		for i := range load {
			if load[i] < load[least] {
				least = i
			}
		}
		of[g] = least
		load[least] += size[g]
	}
	for i, g := range groups {
		fold[i] = of[g]
	}
	return fold
}

func groupsOf(samples []TextSample) []int {
	groups := make([]int, len(samples))
	for i := range samples {
		groups[i] = samples[i].Group
	}
	return groups
}

// each does n independent things on all cores.
func each(n int, do func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
}

// progress tells how far the work has got.
type progress struct {
	mu       sync.Mutex
	done, of int
	tell     func(done, of int)
}

func (p *progress) expect(n int) { p.of += n }

func (p *progress) advance(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if p.tell != nil {
		p.tell(p.done, p.of)
	}
}
