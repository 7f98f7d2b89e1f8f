package outages

import (
	"slices"
	"time"

	"mtandao/internal/clock"
)

// State is what has become of a silence.
type State string

// The states.
const (
	Silent    State = "silent"    // it goes on
	Back      State = "back"      // the router is heard again, and its sessions are waited for
	Unproven  State = "unproven"  // nothing shows that people had no internet
	Proven    State = "proven"    // a draft
	Dropped   State = "dropped"   // by staff
	Withdrawn State = "withdrawn" // traffic had flowed
	Given     State = "given"
	Doubted   State = "doubted" // given, and traffic had flowed
)

// before is the whole state machine: from which states one is reached.
var before = map[State][]State{Back: {Silent}, Unproven: {Silent, Back}, Proven: {Back}, Dropped: {Proven}, Withdrawn: {Proven}, Given: {Proven}, Doubted: {Given}}

// Outage is a silence of a router and what is known of it.
type Outage struct {
	ID, RouterID, SiteID int64
	State                State
	From, Until          time.Time // of a proven one whole minutes; Until is zero while it goes on
	FoundAt, JudgedAt    time.Time
	By                   string // who dropped it, or gave it before its time
	Proof                Proof

	due, told time.Time
}

// Silence is what is told of an outage where nobody is to know more.
type Silence struct {
	SiteID      int64
	State       State
	From, Until time.Time // Until is zero while it goes on
}

// Reasons of verdicts. The last two are proof.
const (
	WhyOurs    = "ours"    // we did not watch for long enough
	WhyFlowed  = "flowed"  // its sessions had carried something
	WhyAround  = "around"  // others fell silent with it and came back without a boot
	WhyFew     = "few"     // hardly any session can testify
	WhyRetired = "retired" // it is not looked at any more
	WhyBoot    = "boot"
	WhyFlat    = "flat"
)

// Proof are the facts of a verdict.
type Proof struct {
	Why            string
	Heard, Again   time.Time // its last word before, and its first one after
	Boot           time.Time // when it came up, as it told; zero: it did not
	BootBy         string    // of Boot
	Open           int       // sessions when it fell silent, as far as they are looked at
	Spoke          int       // of them, so many had been busy, and told of themselves afterwards so soon that they can testify
	Carried        int64     // octets that those carried meanwhile
	Usual          int64     // octets that they would have at the pace they had
	Holes          []Span    // when we did not watch
	Around, Booted int       // routers that fell silent at the same time and are back; of them, so many came up anew
	Late           Late
}

// Late is a word that came afterwards and shows that traffic flowed.
type Late struct {
	At     time.Time // of the word; zero: none
	Octets int64     // carried within the gap
}

// Span is time from one instant up to another.
type Span struct{ From, Until time.Time }

// Boot is when a router came up, and by what it is known.
type Boot struct {
	At time.Time
	By string
}

// By what boots are known.
const (
	ByUptime     = "uptime"     // asked by the API
	ByAccounting = "accounting" // Accounting-On
	BySessions   = "sessions"   // the ids of its new sessions
)

// Counter is a session and what it has counted, both ways together, by its latest word.
type Counter struct {
	SessionID int64
	StartedAt time.Time
	At        time.Time
	Octets    int64
	Pace      int64 // octets a second between its last two words
}

// Witness is a session that was open when its router fell silent.
type Witness struct {
	SessionID int64
	Was       time.Time // its last word before
	Octets    int64     // by then
	Pace      int64
	Then      time.Time // its first word after; zero: none
	Later     int64     // octets by then
}

// Bounds of a proof.
const (
	least    = 30 * time.Minute
	idle     = 128         // octets a second and session that are next to nothing: less than what devices carry that nobody uses
	busy     = 1280        // octets a second that show that a line was used
	fewest   = 3           // sessions that prove a line was cut
	unsaid   = time.Minute // how much longer a line may have carried something than it was heard, at both ends together
	slackOf  = 3 * time.Minute
	unmissed = 2 * time.Minute // a node is watching that was seen so lately
)

// facts are what judge goes by.
type facts struct {
	heard, again time.Time
	holes        []Span
	boots        []Boot
	witnesses    []Witness
	around       int
	booted       int
}

// judge says whether people had no internet between two words of a router, from when until when, and by what.
func judge(f facts) (state State, from, until time.Time, p Proof) {
	p = Proof{Heard: f.heard, Again: f.again, Holes: f.holes, Open: len(f.witnesses), Around: f.around, Booted: f.booted}
	start := f.heard
	for _, h := range f.holes {
		if h.Until.After(start) {
			start = h.Until
		}
	}
	p.measure(f.witnesses, start, f.again)
	p.came(f.boots, f.heard, f.again)
	end := f.again
	if !p.Boot.IsZero() && p.Boot.Before(end) {
		end = p.Boot
	}
	byBoot := !p.Boot.IsZero() && f.around-f.booted <= f.booted
	measured := int64(p.Spoke) * int64(f.again.Sub(start)/time.Second)
	switch {
	case f.again.Sub(start) < least:
		p.Why = WhyOurs
	case p.Carried > idle*measured:
		p.Why = WhyFlowed
	case byBoot && end.Sub(start) >= least:
		p.Why = WhyBoot
		return Proven, wholeAfter(start), end.Truncate(time.Minute), p
	case !p.Boot.IsZero() && !byBoot:
		p.Why = WhyAround
	case p.Spoke < fewest:
		p.Why = WhyFew
	default:
		p.Why = WhyFlat
		return Proven, wholeAfter(start), f.again.Truncate(time.Minute), p
	}
	return Unproven, f.heard, f.again, p
}

func wholeAfter(at time.Time) time.Time { return at.Add(time.Minute - 1).Truncate(time.Minute) }

// measure sums what those carried who can testify: whoever was busy, and was measured over hardly more than the gap. Of who was not busy nobody can tell whether
// the line was cut; and what one carries in minutes at the ends, when they are long or it was fast, is more than what would show that it was not.
func (p *Proof) measure(all []Witness, start, again time.Time) {
	gap := again.Sub(start)
	for _, w := range all {
		edge := max(w.Then.Sub(w.Was)-gap, 0) + unsaid
		if w.Then.IsZero() || w.Pace < busy || w.Pace*int64(edge/time.Second) > idle*int64(gap/time.Second)/2 {
			continue
		}
		p.Spoke++
		p.Carried += w.Later - w.Octets
		p.Usual += w.Pace * int64(gap/time.Second)
	}
}

// came notes when a router came up during a silence, the last time and by its own uptime rather than by what followed from it.
func (p *Proof) came(boots []Boot, heard, again time.Time) {
	for _, by := range []string{ByUptime, ByAccounting, BySessions} {
		for _, b := range boots {
			if b.By == by && b.At.After(heard) && !b.At.After(again.Add(slackOf)) && b.At.After(p.Boot) {
				p.Boot, p.BootBy = b.At, b.By
			}
		}
		if !p.Boot.IsZero() {
			return
		}
	}
}

// holesIn are the times within a gap in which nobody watched, or a node that is one of ours did not, in order. One that watched neither at its beginning
// nor later is none of ours any more.
func holesIn(watches []Watch, from, until time.Time) (all []Span) {
	add := func(a, b time.Time) {
		if b = clock.Sooner(b, until); b.Sub(a) > unmissed {
			all = append(all, Span{a, b})
		}
	}
	watches = slices.Clone(watches)
	slices.SortFunc(watches, func(a, b Watch) int { return a.From.Compare(b.From) })
	seen, last := from, map[string]time.Time{}
	for _, w := range watches {
		if until, before := last[w.Node]; before {
			add(clock.Later(until, from), w.From)
		}
		last[w.Node] = clock.Later(last[w.Node], w.Until)
		add(seen, w.From)
		seen = clock.Later(seen, w.Until)
	}
	add(seen, until)
	for _, end := range last {
		if !end.Before(from.Add(-unmissed)) {
			add(clock.Later(end, from), until)
		}
	}
	slices.SortFunc(all, func(a, b Span) int { return a.From.Compare(b.From) })
	return slices.Compact(all)
}
