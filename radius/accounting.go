package radius

import (
	codec "layeh.com/radius"

	"mtandao/internal/clock"
)

// accountant has accounting stored before it is answered (RFC 2866 §4.1): what could not be stored gets no answer, and the
// router sends it again.
type accountant struct {
	clock   clock.Clock
	metrics *metrics
	node    string
}

func (a *accountant) handle(r request) reply {
	done := reply{answer: r.response(codec.CodeAccountingResponse), kind: "accounting"}
	if kindOf(r.packet) == other { // tunnels, failures: nothing of ours to count
		a.metrics.records.WithLabelValues(r.router.Name, "ignored").Inc()
		return done
	}
	done.keep = record{RouterID: r.router.ID, At: a.clock.Now(), Node: a.node, Raw: r.wire}.encode()
	return done
}
