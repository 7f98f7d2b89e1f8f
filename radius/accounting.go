package radius

import (
	"context"
	"log/slog"

	codec "layeh.com/radius"

	"mtandao/internal/clock"
)

// accountant stores accounting before it is answered (RFC 2866 §4.1): what could not be stored gets no answer, and the
// router sends it again.
type accountant struct {
	spool     Spool
	clock     clock.Clock
	log       *slog.Logger
	metrics   *metrics
	complains *complaints
	node      string
}

func (a *accountant) handle(ctx context.Context, r request) reply {
	done := reply{packet: r.packet.Response(codec.CodeAccountingResponse), kind: "accounting"}
	now := a.clock.Now()
	if kindOf(r.packet) == other { // tunnels, failures: nothing of ours to count
		a.metrics.records.WithLabelValues(r.router.Name, "ignored").Inc()
		return done
	}
	stored := record{RouterID: r.router.ID, At: now, Node: a.node, Raw: r.wire}
	if err := a.spool.Append(ctx, stored.encode()); err != nil {
		a.metrics.drop(r.router.Name, "not stored")
		if a.complains.may("spool") {
			a.log.Error("accounting cannot be stored: routers get no answer", "error", err)
		}
		return reply{}
	}
	return done
}
