package router

import (
	"sync"
	"time"

	"mtandao/internal/clock"
)

// Acct-Status-Type.
const (
	statusStart   = 1
	statusStop    = 2
	statusInterim = 3
	statusOn      = 7
)

// record is one accounting event; its delay grows while nobody acknowledges it.
type record struct {
	attributes []attribute
	at         time.Time
	rounds     int // further rounds of transmissions
	life       int // which boot it belongs to
}

// moreRounds of transmissions follow the first of an accounting record.
const moreRounds = 2

// maxBacklog bounds what waits for a free identifier; a router's memory is small too.
const maxBacklog = 8192

// accountant sends records in order, each until acknowledged or given up.
type accountant struct {
	link  *link
	clock clock.Clock

	mu      sync.Mutex
	life    int
	backlog []record
}

func (a *accountant) post(r record) {
	a.mu.Lock()
	r.life = a.life
	if len(a.backlog) < maxBacklog {
		a.backlog = append(a.backlog, r)
	}
	a.mu.Unlock()
	a.flush()
}

// flush sends what waits, while identifiers are free.
func (a *accountant) flush() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.backlog) > 0 {
		r := a.backlog[0]
		if !a.link.send(a.seal(r), a.done(r)) {
			return
		}
		a.backlog = a.backlog[1:]
	}
}

func (a *accountant) seal(r record) func(id byte) []byte {
	return func(id byte) []byte {
		p := &packet{code: codeAccountingRequest, id: id, attributes: r.attributes[:len(r.attributes):len(r.attributes)]}
		p.addNumber(attrAcctDelayTime, uint32(max(0, a.clock.Now().Sub(r.at)/time.Second)))
		return sealRequest(p, a.link.secret)
	}
}

// done takes a record that nobody acknowledged into its next round: new identifier, longer delay.
func (a *accountant) done(r record) func(*packet) {
	return func(reply *packet) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if reply != nil || r.rounds == 0 || r.life != a.life {
			return
		}
		r.rounds--
		a.backlog = append(a.backlog, r)
	}
}

// forget loses everything unacknowledged, as a power cut does.
func (a *accountant) forget() {
	a.mu.Lock()
	a.life++
	a.backlog = nil
	a.mu.Unlock()
	a.link.forget()
}

// account reports an event of a session as of an instant.
func (r *Router) account(s *session, status uint32, at time.Time) {
	p := &packet{}
	p.addNumber(attrAcctStatusType, status)
	r.describe(p, s.phone, s.user, s.id, s.number)
	if status != statusStart {
		r.addCounters(p, s)
	}
	if status == statusStop {
		p.addNumber(attrAcctTerminateCause, uint32(s.cause))
	}
	for _, class := range s.limits.class {
		p.add(attrClass, class)
	}
	r.accounts.post(record{attributes: p.attributes, at: at, rounds: r.accountingRounds()})
}

// addCounters is where the dialects disagree: CoovaChilli counts as the client sees it.
func (r *Router) addCounters(p *packet, s *session) {
	input, output := s.up, s.down
	swapped := (r.options.Dialect == Chilli) != r.options.ReverseCounters
	if swapped {
		input, output = output, input
	}
	p.addNumber(attrAcctSessionTime, uint32(s.at.Sub(s.start)/time.Second))
	p.addNumber(attrAcctInputOctets, uint32(input))
	p.addNumber(attrAcctOutputOctets, uint32(output))
	p.addNumber(attrAcctInputGigawords, uint32(input>>32))
	p.addNumber(attrAcctOutputGigawords, uint32(output>>32))
	p.addNumber(attrAcctInputPackets, uint32(input/1000))
	p.addNumber(attrAcctOutputPackets, uint32(output/1000))
	if r.options.Dialect == Chilli {
		view := []byte{0, 0, 0, 1}
		if swapped {
			view[3] = 2
		}
		p.addVendor(vendorChilli, chilliViewPoint, view)
	}
}

// accountingRounds: CoovaChilli drops a record for good when its transmissions run out; MikroTik makes more of the same octets.
func (r *Router) accountingRounds() int {
	if r.options.Dialect == MikroTik && r.options.RenewsDelay {
		return moreRounds
	}
	return 0
}

func (r *Router) announceBoot() {
	p := &packet{}
	p.addNumber(attrAcctStatusType, statusOn)
	r.describeRouter(p)
	p.addText(attrAcctSessionID, r.nextSessionID())
	r.accounts.post(record{attributes: p.attributes, at: r.options.Clock.Now(), rounds: r.accountingRounds()})
}
