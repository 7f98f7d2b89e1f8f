package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"mtandao/internal/jobs"
	"mtandao/internal/spool"
)

// scrapeLimit bounds the question to the database that a scrape asks.
const scrapeLimit = 2 * time.Second

// measure registers what this package sees: the process, the spools and the queue of jobs.
func (m *Main) measure() {
	m.Metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.measureSpool("callbacks", m.callbacks)
	m.measureSpool("accounting", m.accounting)
	m.Metrics.MustRegister(&queueCollector{queue: m.Jobs})
	if m.Tunnel != nil {
		m.measureTunnel()
	}
}

func (m *Main) measureSpool(name string, s *spool.Spool) {
	for metric, read := range map[string]struct {
		help  string
		value func(spool.Stats) int64
	}{
		"pending":       {"Records that wait to be applied.", func(s spool.Stats) int64 { return s.Pending }},
		"bytes":         {"Size of the waiting records.", func(s spool.Stats) int64 { return s.Bytes }},
		"full_percent":  {"How full it is; 100 takes nothing, also because the disk does not.", spool.Stats.Fullness},
		"refused":       {"Records since the start that found no room: routers and M-Pesa got no answer.", func(s spool.Stats) int64 { return s.Refused }},
		"damaged_bytes": {"Octets since the start that could not be read and were passed over.", func(s spool.Stats) int64 { return s.Damaged }},
	} {
		m.Metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "mtandao", Subsystem: "spool", Name: metric, Help: read.help,
			ConstLabels: prometheus.Labels{"spool": name}}, func() float64 { return float64(read.value(s.Stats())) }))
	}
}

// queueCollector counts jobs by state when it is scraped; while the database is silent it tells nothing.
type queueCollector struct{ queue *jobs.Queue }

var (
	jobsInState = prometheus.NewDesc("mtandao_jobs", "Jobs by state; counting stops at 10,000.", []string{"state"}, nil)
	jobsOldest  = prometheus.NewDesc("mtandao_jobs_oldest_due_seconds", "Age of the oldest job that is due.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c *queueCollector) Describe(to chan<- *prometheus.Desc) { to <- jobsInState; to <- jobsOldest }

// Collect implements prometheus.Collector.
func (c *queueCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeLimit)
	defer cancel()
	s, err := c.queue.Stats(ctx)
	if err != nil {
		return
	}
	for state, n := range map[string]int64{"waiting": s.Waiting, "running": s.Running, "parked": s.Parked} {
		to <- prometheus.MustNewConstMetric(jobsInState, prometheus.GaugeValue, float64(n), state)
	}
	to <- prometheus.MustNewConstMetric(jobsOldest, prometheus.GaugeValue, c.queue.Late(s).Seconds())
}
