package load

import (
	"context"
	"net"
	"strings"
	"testing"
)

func runCeiling(t testing.TB, secret string) Options {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Ceiling(ctx, conn, secret) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = conn.Close()
	})
	return Options{To: conn.LocalAddr().(*net.UDPAddr).AddrPort(), Secret: "of the test", Count: 2000,
		Logins: []Login{{Name: "asha", Password: "a password of more than sixteen", MAC: "02:00:00:00:00:01"}, {Name: "njoki", Password: "siri", MAC: "02:00:00:00:00:02"}}}
}

func TestEveryAnswerOfTheCeilingIsRight(t *testing.T) {
	o := runCeiling(t, "of the test")
	for _, mode := range []string{PAP, CHAP, Accounting} {
		o.Mode = mode
		r, err := Run(context.Background(), o)
		if err != nil || r.Replied != 2000 || r.Wrong != 0 || r.Lost != 0 || r.Fault != nil || r.PerSecond() <= 0 || r.Quantile(0.99) < r.Quantile(0.5) {
			t.Errorf("%s: %+v, %v", mode, r.Fault, err)
		}
	}
}

// TestAWrongAnswerIsToldOfAndCounted: the ceiling proves no knowledge of a password, and signs with what it was given.
func TestAWrongAnswerIsToldOfAndCounted(t *testing.T) {
	o := runCeiling(t, "of the test")
	o.Mode = MSCHAP
	if r, err := Run(context.Background(), o); err != nil || r.Wrong != 2000 || !strings.Contains(r.Fault.Error(), "MS-CHAP2-Success") {
		t.Errorf("%+v, %v", r.Fault, err)
	}
	other := runCeiling(t, "another")
	other.Mode = Accounting
	if r, err := Run(context.Background(), other); err != nil || r.Wrong != 2000 || !strings.Contains(r.Fault.Error(), "not authentic") {
		t.Errorf("%+v, %v", r.Fault, err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	o := Options{To: conn.LocalAddr().(*net.UDPAddr).AddrPort(), Secret: "s", Count: 3, InFlight: 3, Logins: []Login{{Name: "asha"}}}
	if r, err := Run(context.Background(), o); err != nil || r.Lost != 3 || r.Resent != 9 || r.Replied != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := Run(context.Background(), Options{To: o.To}); err == nil {
		t.Error("nobody logs in")
	}
}

func BenchmarkCeiling(b *testing.B) {
	o := runCeiling(b, "of the test")
	for _, mode := range []string{PAP, Accounting} {
		b.Run(mode, func(b *testing.B) {
			o.Mode, o.Count = mode, int64(b.N)
			o.For = 1 << 40
			r, err := Run(context.Background(), o)
			if err != nil || r.Wrong+r.Lost > 0 {
				b.Fatalf("%+v, %v", r.Fault, err)
			}
			b.ReportMetric(r.PerSecond(), "answers/s")
		})
	}
}
