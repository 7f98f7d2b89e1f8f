package report

import (
	"encoding/json"
	"mtandao/billing/subscriptions"
	"strconv"

	"mtandao/radius/access"
	"mtandao/vouchers"
)

// giftAction is what the trail calls a gift; its event is the source of what was given.
const giftAction = "access extended"

// proveGift: a gift names the event in the trail that says how much was given, and to whom.
func proveGift(p *proof, g sourceProof) {
	var said struct {
		Seconds int64 `json:"seconds"`
		Bytes   int64 `json:"bytes"`
		Reason  string
	}
	err := json.Unmarshal([]byte(g.EventSaid), &said)
	event, _ := strconv.ParseInt(g.SourceKey, 10, 64)
	switch {
	case g.Found == 0:
		p.add("gift %s feeds grant %d, which does not exist", g.SourceKey, g.GrantID)
	case event == 0 || g.EventAction != giftAction:
		p.add("grant %d was fed by gift %s, which the trail does not know", g.GrantID, g.SourceKey)
	case err != nil || said.Reason == "" || g.AddedBytes != said.Bytes || g.AddedSeconds+g.AddedValidSeconds != said.Seconds:
		p.add("gift %s did not add to grant %d what the trail says", g.SourceKey, g.GrantID)
	}
}

// otherSources proves what feeds grants besides orders, by its kind.
var otherSources = map[string]func(*proof, sourceProof){access.SourceWithdrawn: proveWithdrawn, access.SourceGift: proveGift,
	access.SourceGrace: proveGrace, access.SourceCharge: proveCharge, access.SourceRefund: proveTaken, access.SourceReversal: proveTakenBack, vouchers.SourceVoucher: proveVoucher, vouchers.SourceVoided: proveVoided,
	subscriptions.SourceKind: proveLine, subscriptions.SourcePack: provePack}
