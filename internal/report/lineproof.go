package report

import (
	"encoding/json"

	"mtandao/billing/subscriptions"
)

// proveLine: a subscription has the one grant that it names.
func proveLine(p *proof, g sourceProof) {
	if g.LineGrant != g.GrantID || g.Found == 0 {
		p.add("grant %d was fed by subscription %s, which has none or another", g.GrantID, g.SourceKey)
	}
}

// provePack: a pack gave the grant of its line the data that the history says was bought.
func provePack(p *proof, g sourceProof) {
	var said subscriptions.Said
	err := json.Unmarshal([]byte(g.PackSaid), &said)
	switch {
	case g.PackGrant != g.GrantID:
		p.add("grant %d was fed by pack %s, which was bought for none or another", g.GrantID, g.SourceKey)
	case err != nil || said.AddOn == nil || said.AddOn.Bytes != g.AddedBytes:
		p.add("pack %s did not add to grant %d what was bought", g.SourceKey, g.GrantID)
	}
}
