package image

// oneThreshold tells dark from light at the level that parts the two best
// (Otsu's method).
func oneThreshold(r Raster) bits {
	var counts [256]int
	for _, v := range r.Pix {
		counts[v]++
	}
	total, all := len(r.Pix), 0
	for v, n := range counts {
		all += v * n
	}
	best, level := -1.0, 127
	below, sum := 0, 0
	for v, n := range counts {
		below += n
		sum += v * n
		if below == 0 || below == total {
			continue
		}
		d := float64(sum)/float64(below) - float64(all-sum)/float64(total-below)
		if spread := d * d * float64(below) * float64(total-below); spread > best {
			best, level = spread, v
		}
	}
	b := bits{r.W, r.H, make([]uint8, len(r.Pix))}
	for i, v := range r.Pix {
		if int(v) <= level {
			b.pix[i] = 1
		}
	}
	return b
}

// block is the side of the fields whose brightness localThreshold compares.
const block = 16

// localThreshold tells dark from light by the mean of the five by five fields
// around each: for photographs, and for a code on a coloured ground.
func localThreshold(r Raster) bits {
	bw, bh := (r.W+block-1)/block, (r.H+block-1)/block
	means := make([]int, bw*bh)
	for by := range bh {
		for bx := range bw {
			means[by*bw+bx] = int(r.mean(bx*block, by*block, min((bx+1)*block, r.W), min((by+1)*block, r.H)))
		}
	}
	b := bits{r.W, r.H, make([]uint8, len(r.Pix))}
	for by := range bh {
		for bx := range bw {
			level, n := 0, 0
			for y := max(by-2, 0); y <= min(by+2, bh-1); y++ {
				for x := max(bx-2, 0); x <= min(bx+2, bw-1); x++ {
					level += means[y*bw+x]
					n++
				}
			}
			level /= n
			for y := by * block; y < min((by+1)*block, r.H); y++ {
				for x := bx * block; x < min((bx+1)*block, r.W); x++ {
					if int(r.Pix[y*r.W+x]) < level {
						b.pix[y*r.W+x] = 1
					}
				}
			}
		}
	}
	return b
}
