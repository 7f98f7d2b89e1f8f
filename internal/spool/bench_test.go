package spool

import (
	"context"
	"sync"
	"testing"
)

func BenchmarkAppend1(b *testing.B)  { benchmarkAppend(b, 1) }
func BenchmarkAppend64(b *testing.B) { benchmarkAppend(b, 64) }

func benchmarkAppend(b *testing.B, appenders int) {
	s := open(b, b.TempDir(), Options{MaxBytes: 4 << 30})
	payload := make([]byte, 300)
	work := make(chan struct{}, appenders)
	var group sync.WaitGroup
	b.ResetTimer()
	for range appenders {
		group.Go(func() {
			for range work {
				if err := s.Append(context.Background(), payload); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for range b.N {
		work <- struct{}{}
	}
	close(work)
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

func BenchmarkConsume(b *testing.B) {
	s := open(b, b.TempDir(), Options{MaxBytes: 4 << 30})
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			for range b.N/64 + 1 {
				if err := s.Append(context.Background(), make([]byte, 300)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
	b.ResetTimer()
	go s.Consume(context.Background(), 500, func(context.Context, []Record) error { return nil })
	if err := s.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
