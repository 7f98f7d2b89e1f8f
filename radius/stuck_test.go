package radius

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	codec "layeh.com/radius"
)

func (b *bench) dropped(t testing.TB, cause string) (sum float64) {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(b.metrics.dropped)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, series := range family.GetMetric() {
			for _, label := range series.GetLabel() {
				if label.GetValue() == cause {
					sum += series.GetCounter().GetValue()
				}
			}
		}
	}
	return sum
}

// TestAStuckDatabaseDropsWithinBounds: log-ins wait for a database that does not answer until as many of a router wait as may; what
// comes then is dropped and counted, accounting is stored and answered as ever, and when the database is back so are we.
func TestAStuckDatabaseDropsWithinBounds(t *testing.T) {
	b := newServing(t)
	stuck := make(chan bool)
	b.access.during(func() { <-stuck })
	auth, acct := b.Addresses()
	sent := 0
	flood := func() bool {
		c := newClient(t, auth)
		for id := range 256 {
			p := papRequest(t, "asha", "siri", testSecret)
			p.Identifier = byte(id)
			c.send(mark(encoded(t, p), testSecret))
			sent++
		}
		return b.dropped(t, tooManyAsk) > 0
	}
	for !flood() {
		if sent > 20*asideAtOnce {
			t.Fatalf("%d requests, and none is dropped", sent)
		}
	}
	wire := encoded(t, report{status: begin, id: "81a0"}.packet(t, testSecret))
	if answer := newClient(t, acct).ask(wire, testSecret); answer == nil || b.spool.length() != 1 {
		t.Errorf("accounting gets %v, %d stored", answer, b.spool.length())
	}
	close(stuck)
	eventually(t, "log-ins again", func() bool {
		answer := newClient(t, auth).ask(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret), testSecret)
		return answer != nil && answer.Code == codec.CodeAccessAccept
	})
}
