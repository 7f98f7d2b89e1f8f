package app

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/testdb"
)

// outage is serve in a process of its own, on a database that goes away, under load.
type outage struct {
	*testing.T
	dialect, url, childURL string // url is the straight way
	http, auth, acct       string
	secret                 string // of the till's callback address
	line                   *testdb.Line
	node                   *exec.Cmd
	log                    *lines
	length                 time.Duration
	grants                 []int64
	ends                   time.Time // of the first customers' grants
	begun                  time.Time
	restarted              [2]time.Time
	out                    atomic.Bool // the database is away
	paid                   atomic.Int64

	stop    chan struct{}
	halting sync.Once
	load    sync.WaitGroup
	all     []*customer

	mu    sync.Mutex
	times []answered
	ids   atomic.Int64
}

// answered is a request as its router saw it.
type answered struct {
	kind string
	at   time.Time
	took time.Duration
}

// customer has one device with one session; log-ins and reports are each sent by one worker at a time.
type customer struct {
	n      int
	logIns int
	sent   int // reports answered
	octets int64
}

// customers are those of one worker of so many.
func (o *outage) customers(worker, workers int) (mine []*customer) {
	if o.all == nil {
		for n := range outageKnown {
			o.all = append(o.all, &customer{n: n})
		}
	}
	for i := worker; i < len(o.all); i += workers {
		mine = append(mine, o.all[i])
	}
	return mine
}

// logIn wants an Accept until the grant's end and a Reject from then on; what comes around that instant may be either.
func (o *outage) logIn(c *customer) {
	mac := outageMAC(c.n).Dashes()
	sent := time.Now()
	answer, came := o.ask("log-in", o.auth, papOctets(byte(o.ids.Add(1)), mac, mac, "x"))
	c.logIns++
	ending := c.n < outageEnding
	switch {
	case answer == nil:
	case answer[0] == 2 && ending && !sent.Before(o.ends):
		o.Errorf("customer %d was let in %v after the end", c.n, sent.Sub(o.ends))
	case answer[0] != 2 && (!ending || came.Before(o.ends)):
		o.Errorf("customer %d was refused: %q", c.n, answer[20:])
	}
}

// barred are whom nobody may let in: the suspended, ever; while the database is away, also a device that never was here before.
func (o *outage) barred(i int) {
	n := outageKnown + i%(outageBarred+1)
	away := o.out.Load()
	mac := outageMAC(n).Dashes()
	if n == outageKnown+outageBarred && !away {
		return
	}
	answer, _ := o.ask("refusal", o.auth, papOctets(byte(o.ids.Add(1)), mac, mac, "x"))
	if answer != nil && answer[0] == 2 && (n < outageKnown+outageBarred || o.out.Load()) {
		o.Errorf("device %d was let in", n)
	}
}

// report tells the next of a session, or its end, until it is answered.
func (o *outage) report(c *customer, last bool) {
	p := codec.New(codec.CodeAccountingRequest, []byte(gateSecret))
	status := rfc2866.AcctStatusType_Value_InterimUpdate
	switch {
	case last:
		status = rfc2866.AcctStatusType_Value_Stop
	case c.sent == 0:
		status = rfc2866.AcctStatusType_Value_Start
	}
	mac, octets := outageMAC(c.n).Dashes(), int64(c.sent)*(1000+int64(c.n))
	_ = rfc2866.AcctStatusType_Set(p, status)
	_ = rfc2866.AcctSessionID_SetString(p, fmt.Sprintf("80%06x", c.n))
	_ = rfc2865.UserName_SetString(p, mac)
	_ = rfc2865.CallingStationID_SetString(p, mac)
	_ = rfc2866.AcctSessionTime_Set(p, rfc2866.AcctSessionTime(c.sent))
	_ = rfc2866.AcctInputOctets_Set(p, rfc2866.AcctInputOctets(octets))
	p.Identifier = byte(o.ids.Add(1))
	wire, err := p.Encode()
	if err != nil {
		o.Error(err)
		return
	}
	if answer, _ := o.ask("record", o.acct, wire); answer != nil {
		c.sent, c.octets = c.sent+1, octets
	}
}

// ask sends a packet as a router does: the same again after 300 ms, and again, until it is answered.
func (o *outage) ask(kind, to string, wire []byte) (answer []byte, came time.Time) {
	conn, err := net.Dial("udp", to)
	if err != nil {
		o.Error(err)
		return nil, came
	}
	defer conn.Close()
	begun, buffer := time.Now(), make([]byte, 4096)
	wait := 300 * time.Millisecond
	if kind == "refusal" {
		wait = 1500 * time.Millisecond
	}
	for time.Since(begun) < 60*time.Second && !o.Failed() {
		_, _ = conn.Write(wire)
		_ = conn.SetReadDeadline(time.Now().Add(wait))
		n, err := conn.Read(buffer)
		if err != nil {
			if !isTimeout(err) { // refused: nobody listens
				time.Sleep(50 * time.Millisecond)
			}
			continue
		}
		if n < 20 || buffer[1] != wire[1] {
			continue
		}
		came = time.Now()
		if kind == "log-in" && buffer[0] != 2 {
			kind = "refusal" // it is delayed on purpose
		}
		o.mu.Lock()
		o.times = append(o.times, answered{kind, begun, came.Sub(begun)})
		o.mu.Unlock()
		return buffer[:n], came
	}
	if !o.Failed() {
		o.Errorf("a %s got no answer", kind)
	}
	return nil, came
}

func isTimeout(err error) bool {
	n, ok := err.(net.Error)
	return ok && n.Timeout()
}

// pay confirms a payment by paybill; one that was not answered with 200 the rail would bring again, and need not be kept.
func (o *outage) pay(i int) {
	body := fmt.Sprintf(`{"TransactionType":"Pay Bill","TransID":"OUT%07d","TransTime":"20261124120103","TransAmount":"5.00",`+
		`"BusinessShortCode":"174379","BillRefNumber":"nobody"}`, i)
	client := http.Client{Timeout: 5 * time.Second}
	answer, err := client.Post("http://"+o.http+"/in/c/"+o.secret, "application/json", strings.NewReader(body))
	if err != nil {
		return
	}
	_ = answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		o.paid.Add(1)
	}
}

// tellTimes logs the percentiles of what was asked while the database was away, without the restart, and in the whole.
func (o *outage) tellTimes() {
	for _, kind := range []string{"log-in", "record"} {
		var all, rest []time.Duration
		for _, a := range o.times {
			if a.kind != kind {
				continue
			}
			all = append(all, a.took)
			if end := a.at.Add(a.took); end.Before(o.restarted[0]) || a.at.After(o.restarted[1]) {
				rest = append(rest, a.took)
			}
		}
		o.Logf("%s: %d in %v, p50 %v, p99 %v, worst %v; besides the restart p50 %v, p99 %v, worst %v", kind, len(all), time.Since(o.begun).Round(time.Second),
			part(all, 50), part(all, 99), part(all, 100), part(rest, 50), part(rest, 99), part(rest, 100))
	}
	o.Logf("%d payments answered; serve was down for %v", o.paid.Load(), o.restarted[1].Sub(o.restarted[0]).Round(time.Millisecond))
}

func part(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)-1)*percent/100].Round(10 * time.Microsecond)
}

// tellMemory wants what an outage leaves behind to be bounded.
func (o *outage) tellMemory() {
	peak := peakMemory(strconv.Itoa(o.node.Process.Pid))
	var answer *http.Response
	var err error
	until(o.T, 20*time.Second, "its page of numbers answers", func() bool { // a serve that has found its database again opens everything anew
		answer, err = http.Get("http://" + o.http + "/metrics")
		return err == nil
	})
	defer answer.Body.Close()
	metrics, err := io.ReadAll(answer.Body)
	goroutines := int64(0)
	for line := range strings.Lines(string(metrics)) {
		_, _ = fmt.Sscanf(line, "go_goroutines %d", &goroutines)
	}
	o.Logf("%d MB at most, %d goroutines", peak>>10, goroutines)
	if err != nil || peak == 0 || peak > 700<<10 || goroutines == 0 || goroutines > 3000 {
		o.Errorf("memory of %d kB, %d goroutines, %v", peak, goroutines, err)
	}
}
