package staff

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mtandao/internal/fault"
)

func TestMay(t *testing.T) {
	cashier := Role{Key: "cashier", Permissions: []Permission{PaymentsView}}
	for _, test := range []struct {
		name       string
		member     Member
		permission Permission
		site       int64
		want       bool
	}{
		{"all sites", Member{State: Active, Roles: []Role{cashier}}, PaymentsView, 7, true},
		{"what is of no site", Member{State: Active, Roles: []Role{cashier}}, PaymentsView, 0, true},
		{"own site", Member{State: Active, Roles: []Role{cashier}, Sites: []int64{7}}, PaymentsView, 7, true},
		{"another site", Member{State: Active, Roles: []Role{cashier}, Sites: []int64{7}}, PaymentsView, 8, false},
		{"own sites, what is of none", Member{State: Active, Roles: []Role{cashier}, Sites: []int64{7}}, PaymentsView, 0, false},
		{"another permission", Member{State: Active, Roles: []Role{cashier}}, PaymentsMatch, 7, false},
		{"disabled", Member{State: Disabled, Roles: []Role{cashier}}, PaymentsView, 7, false},
		{"invited", Member{State: Invited, Roles: []Role{cashier}}, PaymentsView, 7, false},
		{"nobody", Member{}, PaymentsView, 0, false},
		{"owner", Member{State: Active, Roles: []Role{{Key: Owner}}}, AuditView, 9, true},
		{"second of two roles", Member{State: Active, Roles: []Role{{Key: "x"}, cashier}}, PaymentsView, 7, true},
	} {
		if got := May(test.member, test.permission, test.site); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

func TestWhoNeedsASecondFactor(t *testing.T) {
	for _, one := range seeds {
		m := Member{Roles: []Role{{Key: one.key, Permissions: one.permissions}}}
		if want := one.key == Owner || one.key == "manager"; m.NeedsSecondFactor() != want {
			t.Errorf("%s needs one: %t", one.key, !want)
		}
	}
}

func TestPermissionsAreStoredAsASet(t *testing.T) {
	for stored, want := range map[string]string{
		"": "", "audit.view payments.view audit.view": "payments.view audit.view", "payments.steal access.view": "access.view", "  access.view ": "access.view",
	} {
		if got := spell(parse(stored)); got != want {
			t.Errorf("%q is %q", stored, got)
		}
	}
	if all := len(spell(parse(spell(every())))); all > 1000 {
		t.Errorf("all permissions take %d octets of 1000", all)
	}
}

func every() (all []Permission) {
	for _, d := range Permissions {
		all = append(all, d.Permission)
	}
	return all
}

// TestCoveringNeverReachesFurther: whoever is covered may do nothing that the one who covers may not.
func TestCoveringNeverReachesFurther(t *testing.T) {
	site := rapid.Int64Range(1, 4)
	member := rapid.Custom(func(r *rapid.T) Member {
		key := rapid.SampledFrom([]string{"a", "b", "c", Owner}).Draw(r, "key")
		m := Member{State: Active, Roles: []Role{{Key: key, Permissions: rapid.SliceOfN(rapid.SampledFrom(every()), 0, 4).Draw(r, "permissions")}}}
		if key != Owner { // an owner with sites is refused
			m.Sites = rapid.SliceOfN(site, 0, 3).Draw(r, "sites")
		}
		return m
	})
	rapid.Check(t, func(r *rapid.T) {
		actor, m := member.Draw(r, "actor"), member.Draw(r, "member")
		if !covers(actor, m) {
			return
		}
		for _, p := range every() {
			for _, at := range []int64{0, 1, 2, 3, 4} {
				if May(m, p, at) && !May(actor, p, at) {
					r.Fatalf("%v gives %s at %d", actor, p, at)
				}
			}
		}
		if m.IsOwner() && !actor.IsOwner() {
			r.Fatal("made an owner")
		}
	})
}

func TestEmailsAreSpelledOneWay(t *testing.T) {
	for typed, want := range map[string]bool{
		" Asha@Example.COM ": true, "a.b+c@x-y.co.ke": true, "asha@localhost": false, "asha": false, "@example.com": false, "a b@example.com": false,
		"asha@example.com\n": true, "a\x00@example.com": false, "é@example.com": false, "a@b@example.com": false, "asha@example..com": false,
	} {
		if got := isEmail(Spell(typed)); got != want {
			t.Errorf("%q: %t", typed, got)
		}
	}
}

func TestEveryPermissionIsInTheTableOnce(t *testing.T) {
	if all := every(); len(slices.Compact(slices.Sorted(slices.Values(all)))) != 32 || len(all) != 32 {
		t.Errorf("%d permissions", len(all))
	}
}

// TestADamagedScopeNeverWidens: what cannot be read is neither all sites nor the whole provider.
func TestADamagedScopeNeverWidens(t *testing.T) {
	for _, stored := range []string{"x", "0", "-7", "7x", "99999999999999999999"} {
		m := fold([]joined{{Row: memberRow{State: Active, Sites: stored}, RoleID: 1, RoleKey: "cashier", RolePermissions: "payments.view"}})
		if May(m, PaymentsView, 0) || May(m, PaymentsView, 7) {
			t.Errorf("%q: %v", stored, m.Sites)
		}
	}
	for _, sites := range [][]int64{{0}, {7, -1}} {
		m := Member{Name: "Juma", Email: "juma@kasarani.example", Language: "en", Roles: []Role{{Key: "cashier"}}, Sites: sites}
		if fault.KeyOf(m.check()) != "staff.sites" {
			t.Errorf("sites %v are taken", sites)
		}
	}
}
