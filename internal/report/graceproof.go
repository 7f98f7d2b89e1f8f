package report

// proveGrace: who was let online before they paid has the grant that was noted for it.
func proveGrace(p *proof, g sourceProof) {
	if g.GraceGrant != g.GrantID || g.Found == 0 {
		p.add("grant %d was fed by the grace of order %s, which has none or another", g.GrantID, g.SourceKey)
	}
}

// proveCharge: what was used before paying was taken from what the order bought, as it was noted.
func proveCharge(p *proof, g sourceProof) {
	switch {
	case g.GraceGrant == 0 || g.GraceOrderGrant != g.GrantID:
		p.add("the grace of order %s was charged to grant %d, which that order did not buy", g.SourceKey, g.GrantID)
	case g.AddedSeconds+g.AddedValidSeconds != -g.GraceSeconds || g.AddedBytes != -g.GraceBytes:
		p.add("the grace of order %s was charged otherwise than it was noted", g.SourceKey)
	}
}
