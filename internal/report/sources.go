package report

import "mtandao/radius/access"

// proveWithdrawn: what was taken back added nothing in the end, and a grant of its own has ended.
func proveWithdrawn(p *proof, g sourceProof) {
	switch {
	case g.AddedSeconds != 0 || g.AddedBytes != 0 || g.AddedValidSeconds != 0:
		p.add("the withdrawn source %s still adds to grant %d", g.SourceKey, g.GrantID)
	case g.How != access.GivenStacked && g.GrantState != string(access.Ended):
		p.add("grant %d is %q, and its source %s was withdrawn", g.GrantID, g.GrantState, g.SourceKey)
	}
}
