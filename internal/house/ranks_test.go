package house

import (
	"go/token"
	"strings"
)

// ranks is the house: a package imports only packages of lower rank.
var ranks = rankTable(map[int]string{
	0:  "internal/clock internal/fault themes migrations portal/backoffice/tabler",
	1:  "internal/money internal/seal internal/words internal/mailbox internal/spool internal/pace internal/table internal/load internal/sim internal/sim/safaricom internal/sim/router internal/sim/people internal/sim/messages internal/sim/stores internal/sim/panels",
	2:  "internal/db internal/paper internal/handbook",
	3:  "internal/testdb internal/chain",
	4:  "internal/jobs internal/settings internal/audit internal/witness internal/backup internal/acme",
	5:  "internal/site internal/staff internal/notify",
	6:  "radius/access internal/pin internal/approval internal/apikeys internal/webhooks internal/bulk",
	7:  "radius/routers radius/pools billing/plans billing/customers billing/ledger billing/taxes internal/incoming",
	8:  "radius/mikrotik radius/chilli radius/tunnel billing/invoices billing/accounts billing/subscriptions billing/daybook radius/outages billing/entrance",
	9:  "billing billing/books billing/families billing/billrun billing/billdesk radius internal/support internal/fieldwork internal/scheduled internal/cutover internal/status",
	10: "vouchers internal/postroom billing/arrears billing/prompts billing/counter billing/mpesa billing/pdf billing/railbook billing/dayclose",
	11: "billing/papers billing/partners vouchers/sheets vouchers/resellers internal/report internal/offline",
	12: "portal/web vouchers/press",
	13: "portal/papers portal/status portal/guest portal/selfcare portal/reseller portal/backoffice portal/callbacks portal/api",
	14: "portal",
	15: "internal/app",
	16: "cmd/mtandao",
})

// faces are the packages that people and machines outside talk to.
var faces = strings.Fields("portal/papers portal/status portal/guest portal/selfcare portal/reseller portal/backoffice portal/callbacks portal/api")

func rankTable(byRank map[int]string) map[string]int {
	table := map[string]int{}
	for rank, packages := range byRank {
		for pkg := range strings.FieldsSeq(packages) {
			table[pkg] = rank
		}
	}
	return table
}

func ranked(t *tree) (found []finding) {
	for _, s := range t.built() {
		own, ok := ranks[s.pkg]
		if !ok {
			found = append(found, t.at(s.file.Package, "package %s has no rank", s.pkg))
			continue
		}
		s.imports(func(pos token.Pos, path string) {
			other, ours := strings.CutPrefix(path, module)
			rank, known := ranks[other]
			if ours && (!known || rank >= own) {
				found = append(found, t.at(pos, "rank %d imports %s, which is not lower (%d)", own, other, rank))
			}
		})
	}
	return found
}

// apart says who must not know whom although the ranks would allow it.
var apart = []struct{ from, to, except, why string }{
	{"", "internal/testdb", "", "it is for tests"},
	{"radius", "billing", "", "radius knows grants, never money"},
	{"radius", "internal/money", "", "radius knows grants, never money"},
	{"billing", "radius", "radius/access", "billing decides, access blocks, radius carries out"},
}

func neighbours(t *tree) (found []finding) {
	for _, s := range t.built() {
		s.imports(func(pos token.Pos, path string) {
			other, ours := strings.CutPrefix(path, module)
			if !ours {
				return
			}
			for _, a := range apart {
				if inside(s.pkg, a.from) && inside(other, a.to) && other != a.except {
					found = append(found, t.at(pos, "%s imports %s: %s", s.pkg, other, a.why))
				}
			}
			if s.within(faces...) && (inside(other, "internal/db") || inside(other, "billing/ledger") || isFace(other)) {
				found = append(found, t.at(pos, "the face %s imports %s", s.pkg, other))
			}
		})
	}
	return found
}

func isFace(pkg string) bool { return (&source{pkg: pkg}).within(faces...) }
