package report

import (
	"mtandao/radius/access"
)

// proveVoucher: a voucher feeds the grant that it names with what its batch gives.
func proveVoucher(p *proof, g sourceProof) {
	gives, err := access.DecodeLimits([]byte(g.VoucherLimits))
	switch {
	case g.Found == 0:
		p.add("voucher %s feeds grant %d, which does not exist", g.SourceKey, g.GrantID)
	case g.VoucherGrant != g.GrantID:
		p.add("grant %d was fed by voucher %s, which names grant %d", g.GrantID, g.SourceKey, g.VoucherGrant)
	case err != nil || g.AddedSeconds != seconds(gives.Time) || g.AddedValidSeconds != seconds(gives.Valid) || g.AddedBytes != gives.DataBytes:
		p.add("the source of voucher %s did not add what its batch gives", g.SourceKey)
	}
}

// proveVoided: what a killed voucher gave is taken away where it was given, and no more.
func proveVoided(p *proof, g sourceProof) {
	gave, err := access.DecodeLimits([]byte(g.VoucherLimits))
	switch {
	case g.VoucherGrant != g.GrantID:
		p.add("grant %d was shortened for voucher %s, which fed grant %d", g.GrantID, g.SourceKey, g.VoucherGrant)
	case err != nil || g.AddedSeconds != -seconds(gave.Time) || g.AddedValidSeconds != -seconds(gave.Valid) || g.AddedBytes != -gave.DataBytes:
		p.add("the killing of voucher %s did not take what it gave", g.SourceKey)
	}
}
