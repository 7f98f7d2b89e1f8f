package staff

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
)

// nowhere fails when a table holds one of these texts.
func (w *world) nowhere(secrets ...string) {
	w.t.Helper()
	for _, table := range []string{"audit_events", "staff_setup", "staff_roles", "staff_members", "staff_member_roles", "staff_recovery_codes", "staff_sign_ins", "staff_links"} {
		rows, err := w.d.SQL().Query("SELECT * FROM " + table)
		w.ok(err)
		columns, err := rows.Columns()
		w.ok(err)
		for rows.Next() {
			values := make([]sql.RawBytes, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			w.ok(rows.Scan(into...))
			for i, value := range values {
				for _, secret := range secrets {
					if strings.Contains(string(value), secret) {
						w.t.Errorf("%s.%s holds %q", table, columns[i], secret)
					}
				}
			}
		}
		w.ok(rows.Err())
		w.ok(rows.Close())
	}
}

func TestNoSecretIsStoredAsItIs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		full, codes := w.withFactor(ownerEmail, token)
		by := w.judge(full).By(office)
		m, invitation, err := w.Invite(w.ctx, by, "juma@kasarani.example", Profile{Name: "Juma", Language: "en", Roles: []string{"cashier"}})
		w.ok(err)
		second, _, err := w.UseLink(w.ctx, office, invitation, newer)
		w.ok(err)
		reset, err := w.NewLink(w.ctx, by, m.ID)
		w.ok(err)
		raw, err := seedText.DecodeString(w.seeds[ownerEmail])
		w.ok(err)
		w.nowhere(append(codes, w.setup, token, full, second, invitation, reset, password, newer, w.seeds[ownerEmail], string(raw), strings.ReplaceAll(codes[0], "-", ""))...)
	})
}

func TestALinkWorksOnceAndForAWhile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.owner().By(office)
		m, first, err := w.Invite(w.ctx, by, "Juma@Kasarani.example", Profile{Name: "Juma", Language: "sw", Roles: []string{"cashier"}})
		w.ok(err)
		_, _, err = w.Invite(w.ctx, by, "JUMA@kasarani.example", Profile{Name: "Other", Language: "sw", Roles: []string{"cashier"}})
		w.refused(err, "staff.email_taken")
		secret, err := w.NewLink(w.ctx, by, m.ID)
		w.ok(err)
		_, err = w.ReadLink(w.ctx, office, first)
		w.refused(err, "staff.link_gone")
		l, err := w.ReadLink(w.ctx, office, secret)
		if err != nil || l.Purpose != Invitation || l.Member.Email != "juma@kasarani.example" || !l.Until.Equal(w.clock.Now().Add(72*time.Hour)) {
			t.Fatalf("%+v: %v", l, err)
		}
		_, _, err = w.UseLink(w.ctx, office, secret, "jumajuma12")
		w.refused(err, "staff.password_own")
		won := race(t, 4, func(int) error {
			_, _, err := w.UseLink(w.ctx, office, secret, password)
			return err
		}, "staff.link_gone")
		if won != 1 {
			t.Fatalf("one link was used %d times", won)
		}
		in := w.signIn("juma@kasarani.example", password)
		reset, err := w.NewLink(w.ctx, by, m.ID)
		w.ok(err)
		w.clock.Advance(time.Hour)
		_, _, err = w.UseLink(w.ctx, office, reset, newer)
		w.refused(err, "staff.link_gone")
		in = w.signIn("juma@kasarani.example", password)
		reset, err = w.NewLink(w.ctx, by, m.ID)
		w.ok(err)
		if l, err := w.ReadLink(w.ctx, office, reset); err != nil || l.Purpose != Reset {
			t.Fatalf("%+v: %v", l, err)
		}
		_, stage, err := w.UseLink(w.ctx, office, reset, newer)
		if err != nil || stage != Full {
			t.Fatalf("%q: %v", stage, err)
		}
		_, err = w.Judge(w.ctx, in.token)
		w.refused(err, "staff.signed_out")
		_, _, err = w.SignIn(w.ctx, office, "juma@kasarani.example", password)
		w.refused(err, "staff.sign_in")
	})
}

// TestAResetDoesNotPassTheSecondFactor: who holds the link still owes the code.
func TestAResetDoesNotPassTheSecondFactor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.owner()
		reset, err := w.NewLink(w.ctx, engineer, in.Member.ID)
		w.ok(err)
		half, stage, err := w.UseLink(w.ctx, street, reset, newer)
		if err != nil || stage != OwesCode || w.judge(half).Stage != OwesCode {
			t.Fatalf("%q: %v", stage, err)
		}
		w.ok(w.RemoveFactor(w.ctx, engineer, in.Member.ID))
		_, err = w.Judge(w.ctx, half)
		w.refused(err, "staff.signed_out")
		if in := w.signIn(ownerEmail, newer); in.Stage != OwesEnrolment {
			t.Fatalf("%+v", in)
		}
	})
}

// TestALinkDoesNotWakeADisabledMember: the link was read before the member was disabled.
func TestALinkDoesNotWakeADisabledMember(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.owner().By(office)
		m := w.hire(by, "juma@kasarani.example", nil, "cashier").Member
		w.ok(w.Disable(w.ctx, by, m.ID))
		_, err := w.NewLink(w.ctx, by, m.ID)
		w.refused(err, "staff.disabled")
		_, err = w.d.SQL().Exec("INSERT INTO staff_links (id, member_id, purpose, secret_hash, used_by, until) VALUES (1, ?, 'reset', ?, 0, ?)",
			m.ID, w.Keys.Lookup(purposeLink, "left over"), w.clock.Now().Add(time.Hour))
		w.ok(err)
		_, _, err = w.UseLink(w.ctx, office, "left over", newer)
		w.refused(err, "staff.link_gone")
		if m, err := w.Member(w.ctx, m.ID); err != nil || m.State != Disabled {
			t.Fatalf("%+v: %v", m, err)
		}
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one := w.owner()
		by := one.By(office)
		cashier := Profile{Name: "Asha", Language: "en", Roles: []string{"cashier"}}
		_, err := w.Edit(w.ctx, by, one.Member.ID, one.Member.Version, cashier)
		w.refused(err, "staff.last_owner")
		w.refused(w.Disable(w.ctx, engineer, one.Member.ID), "staff.last_owner")
		for round := range 6 { // two owners disable each other, then demote each other
			two := w.hire(engineer, fmt.Sprintf("two%d@kasarani.example", round), nil, Owner)
			members := []Member{w.judge(two.token).Member, {}}
			members[1], err = w.Member(w.ctx, one.Member.ID)
			w.ok(err)
			won := race(t, 2, func(n int) error {
				actor := By{MemberID: members[1-n].ID}
				if round%2 == 0 {
					return w.Disable(w.ctx, actor, members[n].ID)
				}
				_, err := w.Edit(w.ctx, actor, members[n].ID, members[n].Version, cashier)
				return err
			}, "staff.last_owner", "denied", "conflict")
			if won != 1 {
				t.Fatalf("round %d: %d owners are gone", round, won)
			}
			if one.Member, err = w.Member(w.ctx, one.Member.ID); err != nil {
				t.Fatal(err)
			}
			if !one.Member.IsOwner() || one.Member.State != Active {
				one = two
			}
		}
	})
}

// TestNobodyGivesWhatTheyDoNotHold: a manager of staff who is no owner.
func TestNobodyGivesWhatTheyDoNotHold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.owner()
		_, err := w.SaveRole(w.ctx, owner.By(office), Role{Key: "head", Name: "Head", Permissions: []Permission{StaffManage, PaymentsView, AccessView, PaymentsMatch, VouchersView, VouchersManage, CustomersView, CustomersEdit}})
		w.ok(err)
		all := w.hire(owner.By(office), "all@kasarani.example", nil, "head")
		some := w.hire(owner.By(office), "some@kasarani.example", []int64{7, 8}, "head")
		juma := w.hire(some.By(office), "juma@kasarani.example", []int64{7}, "cashier")
		far := w.hire(all.By(office), "far@kasarani.example", []int64{9}, "cashier")
		peer := w.hire(all.By(office), "peer@kasarani.example", []int64{7}, "cashier")
		edit := func(by SignedIn, m Member, sites []int64, roles ...string) error {
			m, err := w.Member(w.ctx, m.ID)
			w.ok(err)
			_, err = w.Edit(w.ctx, by.By(office), m.ID, m.Version, Profile{Name: "J", Language: "en", Roles: roles, Sites: sites})
			return err
		}
		for name, err := range map[string]error{
			"the owner's role":       edit(all, juma.Member, nil, Owner),
			"more than they hold":    edit(all, juma.Member, nil, "manager"),
			"to themself":            edit(all, all.Member, nil, "head", "technician"),
			"all sites, having some": edit(some, juma.Member, nil, "cashier"),
			"own sites to all":       edit(some, some.Member, nil, "head"),
			"another site":           edit(some, juma.Member, []int64{7, 9}, "cashier"),
			"to who is elsewhere":    edit(some, far.Member, []int64{7}, "cashier"),
			"without the right":      edit(juma, peer.Member, []int64{7}, "cashier"),
			"disable an owner":       w.Disable(w.ctx, all.By(office), owner.Member.ID),
			"an owner's factor":      w.RemoveFactor(w.ctx, all.By(office), owner.Member.ID),
			"nobody":                 w.Disable(w.ctx, By{}, juma.Member.ID),
			"nobody known":           w.Disable(w.ctx, By{MemberID: 1}, juma.Member.ID),
			"a link for an owner":    func() error { _, err := w.NewLink(w.ctx, all.By(office), owner.Member.ID); return err }(),
			"a role beyond their own": func() error {
				_, err := w.SaveRole(w.ctx, all.By(office), Role{Key: "x1", Name: "X", Permissions: []Permission{TillsEdit}})
				return err
			}(),
			"a role, having some": func() error { _, err := w.SaveRole(w.ctx, some.By(office), Role{Key: "x2", Name: "X"}); return err }(),
			"invite an owner": func() error {
				_, _, err := w.Invite(w.ctx, all.By(office), "o@x.example", Profile{Name: "O", Language: "en", Roles: []string{Owner}})
				return err
			}(),
		} {
			if err == nil {
				t.Errorf("given: %s", name)
				continue
			}
			w.refused(err, "denied")
		}
		w.ok(edit(all, juma.Member, nil, "cashier"))
		w.ok(w.Disable(w.ctx, owner.By(office), some.Member.ID))
		w.refused(w.Disable(w.ctx, some.By(office), far.Member.ID), "denied")
	})
}

func TestRolesAreEdited(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner := w.owner()
		by := owner.By(office)
		juma := w.hire(by, "juma@kasarani.example", nil, "support")
		roles, err := w.Roles(w.ctx)
		w.ok(err)
		for _, r := range []Role{roles[0], {Key: Owner, Name: "x"}} {
			_, err := w.SaveRole(w.ctx, by, r)
			w.refused(err, "staff.owner_fixed")
		}
		support := roles[slices.IndexFunc(roles, func(r Role) bool { return r.Key == "support" })]
		support.Permissions = []Permission{AccessView, RoutersEdit, RoutersEdit}
		stale := support
		saved, err := w.SaveRole(w.ctx, by, support)
		if err != nil || len(saved.Permissions) != 2 {
			t.Fatalf("%+v: %v", saved, err)
		}
		if m := w.judge(juma.token).Member; !May(m, RoutersEdit, 0) || May(m, AccessChange, 0) {
			t.Fatalf("%+v", m)
		}
		_, err = w.SaveRole(w.ctx, by, stale)
		w.refused(err, "conflict")
		_, err = w.Prepare(w.ctx)
		w.ok(err)
		if m := w.judge(juma.token).Member; !May(m, RoutersEdit, 0) {
			t.Fatalf("a start undid the edit: %+v", m)
		}
		for key, r := range map[string]Role{"staff.role_key": {Key: "Not so"}, "staff.role_name": {Key: "nameless"},
			"staff.role_permission": {Key: "odd", Name: "Odd", Permissions: []Permission{"payments.steal"}}, "staff.role_taken": {Key: "cashier", Name: "Again"}} {
			_, err := w.SaveRole(w.ctx, by, r)
			w.refused(err, key)
		}
		events, err := audit.New(w.d, w.clock).List(w.ctx, audit.Filter{Object: "role"})
		if err != nil || len(events) != 1 || events[0].Actor != ownerEmail || events[0].From != "41.90.1.2" ||
			events[0].Before != `{"key":"support","name":"","permissions":["payments.view","access.view","access.change","customers.view","customers.edit","tickets.view","tickets.work","leads.work","visits.view","visits.work","visits.plan","vouchers.view"]}` ||
			events[0].After != `{"key":"support","name":"","permissions":["access.view","routers.edit"]}` {
			t.Fatalf("%+v: %v", events, err)
		}
	})
}

func TestMembersArePaged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.owner().By(office)
		for n := range 5 {
			_, _, err := w.Invite(w.ctx, by, fmt.Sprintf("m%d@kasarani.example", n), Profile{Name: "M", Language: "en", Roles: []string{"support", "cashier", "support"}})
			w.ok(err)
		}
		last, seen := int64(0), 0
		for {
			members, err := w.Members(w.ctx, last, 2)
			w.ok(err)
			if len(members) == 0 {
				break
			}
			for _, m := range members {
				seen++
				if last = m.ID; m.Email != ownerEmail && len(m.Roles) != 2 {
					t.Fatalf("%+v", m)
				}
			}
		}
		if seen != 6 {
			t.Fatalf("saw %d", seen)
		}
	})
}

// TestAStateAloneEndsSignIns: Disable deletes them, and a sign-in that came meanwhile is judged by the state.
func TestAStateAloneEndsSignIns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.owner()
		if _, err := w.d.SQL().Exec("UPDATE staff_members SET state = 'disabled'"); err != nil {
			t.Fatal(err)
		}
		_, err := w.Judge(w.ctx, in.token)
		w.refused(err, "staff.signed_out")
	})
}

func TestALinkIsTakenForOneSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m, secret, err := w.Invite(w.ctx, engineer, ownerEmail, Profile{Name: "Asha", Language: "en", Roles: []string{Owner}})
		w.ok(err)
		row, err := w.link(w.ctx, secret)
		if err != nil || row.MemberID != m.ID {
			t.Fatalf("%+v: %v", row, err)
		}
		for _, test := range []struct {
			signIn int64
			want   bool
		}{{5, true}, {5, true}, {6, false}} { // again for 5: the answer to its commit was lost
			w.ok(w.DB.InTx(w.ctx, func(tx *db.Tx) error {
				if won, err := w.takeLink(tx, row.ID, test.signIn); won != test.want || err != nil {
					t.Errorf("sign-in %d: %t, %v", test.signIn, won, err)
				}
				return nil
			}))
		}
	})
}

// TestWhoOneIsIsOnesOwn: name and language, and nothing that gives a right.
func TestWhoOneIsIsOnesOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := w.hire(w.owner().By(office), "juma@kasarani.example", []int64{3}, "cashier")
		w.refused(w.Describe(w.ctx, office, in, " ", "sw"), "staff.name")
		w.refused(w.Describe(w.ctx, office, in, "Juma", "fr"), "staff.language")
		w.ok(w.Describe(w.ctx, office, in, "Juma Odhiambo", "sw"))
		w.refused(w.Describe(w.ctx, office, in, "Too late", "sw"), "conflict") // what was read is old
		m, err := w.MemberByEmail(w.ctx, " JUMA@kasarani.example")
		w.ok(err)
		if m.Name != "Juma Odhiambo" || m.Language != "sw" || len(m.Roles) != 1 || m.Roles[0].Key != "cashier" || len(m.Sites) != 1 {
			t.Fatalf("%+v", m)
		}
		if !Knows(Member{Sites: []int64{3, 4}}, m) || Knows(Member{Sites: []int64{4}}, m) || !Knows(Member{}, m) || Knows(m, Member{}) {
			t.Fatal("who knows whom")
		}
	})
}

func TestForgettingIsSlowed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		slowed := 0
		for range 10 {
			if err := w.MayForget(office, "juma@kasarani.example"); err != nil {
				w.refused(err, "staff.slow")
				slowed++
			}
		}
		if slowed != 7 {
			t.Fatalf("%d of 10 are slowed", slowed)
		}
	})
}
