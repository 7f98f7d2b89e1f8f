package sheets

import (
	"io"
	"runtime"
	"strconv"
	"testing"

	"mtandao/internal/words"
)

// BenchmarkSheets prints batches on the small cards and tells the cards a second and the most memory in use; both should be
// the same whatever the size.
func BenchmarkSheets(b *testing.B) {
	for _, size := range []int{1_000, 10_000, 100_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			p := mustPaper(b, baraka(words.English), "50")
			p.Batch.Size = size
			all := some(p.Batch, 100)
			runtime.GC()
			before, most := inUse(), uint64(0)
			for b.Loop() {
				var written counted
				written.Writer = io.Discard
				d, err := p.open(&written, 1, size)
				for i := 0; i < size && err == nil; i++ {
					v := all[i%len(all)]
					v.Serial = i + 1
					if err = d.add(v); i%500 == 0 {
						most = max(most, inUse())
					}
				}
				if err == nil {
					err = d.close()
				}
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(written.n)/1e6, "MB-file")
			}
			b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "cards/s")
			b.ReportMetric(float64(most-min(most, before))/1e6, "MB-memory")
		})
	}
}

func inUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}
