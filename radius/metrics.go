package radius

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mtandao/radius/access"
	"mtandao/radius/routers"
)

const unknownRouter = "unknown"

type metrics struct {
	replies, rejects, dropped, duplicates, unmarked *prometheus.CounterVec
	records, setAside, enforced, unleased           *prometheus.CounterVec
	panics                                          prometheus.Counter
	seconds                                         [2]prometheus.Observer // by port
}

func newMetrics(registerer prometheus.Registerer) *metrics {
	m := &metrics{
		replies:    counter("replies_total", "Replies sent.", "router", "reply"),
		rejects:    counter("rejects_total", "Log-ins refused.", "router", "cause"),
		dropped:    counter("dropped_total", "Packets that got no answer.", "router", "cause"),
		duplicates: counter("duplicates_total", "Copies of a packet: answered again, or still in work.", "router", "how"),
		unmarked:   counter("without_message_authenticator_total", "Requests accepted without it.", "router"),
		records:    counter("accounting_total", "Accounting records by what they did.", "router", "action"),
		setAside:   counter("accounting_set_aside_total", "Accounting records kept for review.", "router", "cause"),
		unleased:   counter("unleased_total", "Log-ins that got no address of a pool.", "pool"),
		enforced:   counter("enforcements_total", "Attempts to carry out a decision.", "router", "method", "outcome"),
		panics: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "mtandao", Subsystem: "radius", Name: "panics_total",
			Help: "Panics recovered."}),
	}
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "mtandao", Subsystem: "radius", Name: "request_seconds",
		Help: "From the queue to the answer.", Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9)}, []string{"port"})
	for p := range m.seconds {
		m.seconds[p] = seconds.WithLabelValues(port(p).String())
	}
	if registerer != nil {
		registerer.MustRegister(m.replies, m.rejects, m.dropped, m.duplicates, m.unmarked, m.records, m.setAside, m.enforced, m.unleased,
			m.panics, seconds)
	}
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "mtandao", Subsystem: "radius", Name: name, Help: help}, labels)
}

func (m *metrics) reply(r *routers.Router, kind string) {
	m.replies.WithLabelValues(r.Name, kind).Inc()
}

func (m *metrics) reject(r *routers.Router, cause access.Cause) {
	m.rejects.WithLabelValues(r.Name, string(cause)).Inc()
}

func (m *metrics) drop(router, cause string) { m.dropped.WithLabelValues(router, cause).Inc() }

func (m *metrics) duplicate(r *routers.Router, working bool) {
	how := "answered again"
	if working {
		how = "in work"
	}
	m.duplicates.WithLabelValues(r.Name, how).Inc()
}

func (m *metrics) bare(r *routers.Router) { m.unmarked.WithLabelValues(r.Name).Inc() }

func (m *metrics) took(p port, d time.Duration) { m.seconds[p].Observe(d.Seconds()) }
