package load

import (
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"time"
)

// The modes: how people prove who they are, or accounting of their sessions.
const (
	PAP        = "pap"
	CHAP       = "chap"
	MSCHAP     = "mschapv2"
	Accounting = "acct"
)

// Login is a person at a device; Class is what the server gave at the log-in, and accounting carries.
type Login struct {
	Name, Password, MAC string
	Class               []byte

	said *exchange // what it says by MS-CHAPv2
}

// Prepared makes what people say by MS-CHAPv2 before it is said: its sums take the client longer than all else.
func Prepared(people []Login) []Login {
	all := slices.Clone(people)
	var workers sync.WaitGroup
	for part := range slices.Chunk(all, (len(all)+runtime.GOMAXPROCS(0)-1)/max(runtime.GOMAXPROCS(0), 1)) {
		workers.Go(func() {
			for i := range part {
				part[i].said = newExchange(part[i])
			}
		})
	}
	workers.Wait()
	return all
}

// Options of a run; To, Secret and Logins are needed.
type Options struct {
	Mode     string
	To       netip.AddrPort
	From     []netip.Addr // source addresses, by turns; none: any
	Secret   string
	InFlight int           // requests at once; 64
	For      time.Duration // how long; 10 s, when Count is 0
	Count    int64         // how many; 0: as many as there is time for
	Logins   []Login       // who logs in, or has sessions
	Interims int           // reports of a session between its Start and its Stop; 8
	Epoch    string        // begins the session ids of a run
	Learn    bool          // keep the Class of each accept in Logins; with Count as many as there are, so that each is asked once
}

func (o Options) withDefaults() Options {
	if o.Mode == "" {
		o.Mode = PAP
	}
	if o.InFlight <= 0 {
		o.InFlight = 64
	}
	if o.For <= 0 {
		o.For = 10 * time.Second
	}
	if o.Interims <= 0 {
		o.Interims = 8
	}
	if len(o.From) == 0 {
		o.From = []netip.Addr{{}}
	}
	return o
}

// Result is what a run came to. Wrong counts replies that were not what they had to be, the first of which is Fault.
type Result struct {
	Replied, Wrong, Lost, Resent int64
	Took                         time.Duration
	Fault                        error
	times                        []time.Duration // of each reply, sorted
}

// PerSecond is replies a second.
func (r Result) PerSecond() float64 { return float64(r.Replied) / max(r.Took.Seconds(), 1e-9) }

// Quantile is the time within which that part of the replies came.
func (r Result) Quantile(part float64) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	return r.times[int(part*float64(len(r.times)-1))]
}

func (r *Result) join(all []Result) {
	for _, one := range all {
		r.Replied, r.Wrong, r.Lost, r.Resent = r.Replied+one.Replied, r.Wrong+one.Wrong, r.Lost+one.Lost, r.Resent+one.Resent
		r.times = append(r.times, one.times...)
		if r.Fault == nil {
			r.Fault = one.Fault
		}
	}
	slices.Sort(r.times)
}
