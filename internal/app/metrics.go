package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"mtandao/internal/jobs"
	"mtandao/internal/spool"
	"mtandao/radius/access"
)

// scrapeLimit bounds the question to the database that a scrape asks.
const scrapeLimit = 2 * time.Second

// measure registers what this package sees: the process, the spools and the queue of jobs.
func (m *Main) measure() {
	m.Metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.measureSpool("callbacks", m.callbacks)
	m.measureSpool("accounting", m.accounting)
	m.Metrics.MustRegister(&queueCollector{queue: m.Jobs})
	m.measureGrants()
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

// measureGrants tells how the copy of the grants stands that log-ins are answered from.
func (m *Main) measureGrants() {
	for name, read := range map[string]struct {
		help  string
		value func(access.Freshness) float64
	}{
		"grants":             {"Grants in memory.", func(f access.Freshness) float64 { return float64(f.Grants) }},
		"bytes":              {"Size of the grants in memory, without indexes.", func(f access.Freshness) float64 { return float64(f.Bytes) }},
		"age_seconds":        {"Since memory was as the database.", func(f access.Freshness) float64 { return f.Age.Seconds() }},
		"doubtful":           {"Grants that are not answered from memory until read again.", func(f access.Freshness) float64 { return float64(f.Doubtful) }},
		"differences_total":  {"Grants that the feed had missed, found by comparing.", func(f access.Freshness) float64 { return float64(f.Missed) }},
		"unreadable_total":   {"Times that a grant could not be read.", func(f access.Freshness) float64 { return float64(f.Unreadable) }},
		"turned_away_total":  {"Log-ins refused because the database did not answer others.", func(f access.Freshness) float64 { return float64(f.TurnedAway) }},
		"strangers":          {"Names and devices known to be unknown.", func(f access.Freshness) float64 { return float64(f.Strangers) }},
		"database_shut_away": {"1 while log-ins do not wait for the database.", func(f access.Freshness) float64 { return oneIf(f.Shut) }},
	} {
		m.Metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "mtandao", Subsystem: "snapshot", Name: name, Help: read.help},
			func() float64 { return read.value(m.Access.Freshness()) }))
	}
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
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
