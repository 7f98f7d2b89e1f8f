package radius

import (
	"net/netip"
	"sync"

	codec "layeh.com/radius"

	"mtandao/radius/routers"
)

// misfit is what a packet was signed with that fits no secret it may have.
type misfit struct{ cause, other string }

// misfits remembers of each router what was found last: to try all secrets on each forged packet would be a gift to forgers.
type misfits struct {
	mu    sync.Mutex
	found map[int64]misfit
}

func (m *misfits) get(routerID int64) misfit {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f, known := m.found[routerID]; known {
		return f
	}
	return misfit{cause: CauseBadSecret}
}

func (m *misfits) set(routerID int64, f misfit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.found[routerID] = f
}

// dropMisfit drops a packet signed with a wrong secret and says, once a minute, what is wrong with it. It gets no answer, and so no
// delay: a forger learns nothing, and nobody waits.
func (f *front) dropMisfit(router *routers.Router, wire []byte, from netip.AddrPort) {
	f.metrics.drop(router.Name, badAuthenticator)
	found := f.misfits.get(router.ID)
	if f.fitsEnded(router, wire) {
		found = misfit{cause: CauseEndedSecret}
	}
	if f.complains.may(router.Name + badAuthenticator) {
		if found.cause != CauseEndedSecret {
			found = f.fitsOther(router, wire)
			f.misfits.set(router.ID, found)
		}
		f.log.Warn("the secret of router "+router.Name+" is wrong: "+explainMisfit[found.cause]+found.other,
			"router", router.Name, "from", from.Addr().Unmap(), "kind", codec.Code(wire[0]))
	}
	f.refusals.note(router, found.cause, whose{packet: true, name: found.other})
}

var explainMisfit = map[string]string{
	CauseBadSecret:    "its packets are signed with one that we do not know; enter the same secret at the router and on its page, or make a new one there",
	CauseEndedSecret:  "it still uses the one before the last change, whose time is over; enter the new one at the router",
	CauseOthersSecret: "it uses that of another router, and the two may have been exchanged; that is ",
	CauseGarbled:      "a password that it hid is not text; enter the same secret at the router and on its page",
}

// fitsEnded says that a packet was signed with the router's secret that has ended.
func (f *front) fitsEnded(router *routers.Router, wire []byte) bool {
	return router.OldSecret != "" && authenticWith(codec.Code(wire[0]), wire, []byte(router.OldSecret), hasMessageAuthenticator(wire))
}

// fitsOther finds the router with whose secret a packet was signed.
func (f *front) fitsOther(router *routers.Router, wire []byte) misfit {
	code, marked := codec.Code(wire[0]), hasMessageAuthenticator(wire)
	for _, other := range f.routers.All() {
		if other.ID != router.ID && other.Secret != "" && other.Secret != router.Secret && authenticWith(code, wire, []byte(other.Secret), marked) {
			return misfit{cause: CauseOthersSecret, other: other.Name}
		}
	}
	return misfit{cause: CauseBadSecret}
}
