package staff

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"mtandao/internal/fault"
)

var asha = Newcomer{Name: "Asha", Email: ownerEmail, Password: password, Language: "en"}

func TestTheFirstOwnerIsMadeOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, err := w.FirstRun(w.ctx)
		if err != nil || !first || w.setup == "" {
			t.Fatalf("first run %t, secret %q: %v", first, w.setup, err)
		}
		old := w.setup
		if w.setup, err = w.Prepare(w.ctx); err != nil || w.setup == old {
			t.Fatalf("a new start has the secret %q: %v", w.setup, err)
		}
		for _, wrong := range []string{"", old, "00000000000000000000000000000000", "' OR 1=1 --"} {
			_, err := w.MakeOwner(w.ctx, office, wrong, asha)
			w.refused(err, "staff.setup")
		}
		in := w.owner()
		if in.Stage != Full || !in.Member.IsOwner() || in.Member.Email != ownerEmail {
			t.Fatalf("%+v", in)
		}
		_, err = w.MakeOwner(w.ctx, office, w.setup, asha)
		w.refused(err, "staff.setup")
		secret, err := w.Prepare(w.ctx)
		if first, e := w.FirstRun(w.ctx); err != nil || e != nil || secret != "" || first {
			t.Fatalf("somebody works here, but secret %q, first run %t: %v %v", secret, first, err, e)
		}
		if got := w.actions(); !slices.Equal(got, []string{"first owner made", "password given", "second factor enrolled"}) {
			t.Fatalf("the trail says %q", got)
		}
	})
}

func TestOfTwoFirstOwnersOneIsMade(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for n := range 12 {
			all.Go(func() {
				who := asha
				who.Email = fmt.Sprintf("asha%d@kasarani.example", n)
				_, err := w.MakeOwner(w.ctx, office, w.setup, who)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if fault.KeyOf(err) != "staff.setup" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		members, err := w.Members(w.ctx, 0, 100)
		if err != nil || made != 1 || len(members) != 1 {
			t.Fatalf("%d made, %d stored: %v", made, len(members), err)
		}
	})
}

// TestAnInvitationClosesTheFirstRun: the secret printed at the start opens nothing once a command invited an owner.
func TestAnInvitationClosesTheFirstRun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, _, err := w.Invite(w.ctx, engineer, "juma@kasarani.example", Profile{Name: "Juma", Language: "en", Roles: []string{"cashier"}})
		w.refused(err, "staff.owner_first")
		in := w.hire(engineer, ownerEmail, nil, Owner)
		if !in.Member.IsOwner() {
			t.Fatalf("%+v", in)
		}
		_, err = w.MakeOwner(w.ctx, office, w.setup, Newcomer{Name: "Eve", Email: "eve@example.com", Password: password, Language: "en"})
		w.refused(err, "staff.setup")
	})
}

func TestAnOwnerIsCheckedBeforeTheSecretIsSpent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for key, spoil := range map[string]func(*Newcomer){
			"staff.name":            func(n *Newcomer) { n.Name = " " },
			"staff.email":           func(n *Newcomer) { n.Email = "asha" },
			"staff.language":        func(n *Newcomer) { n.Language = "fr" },
			"staff.password_short":  func(n *Newcomer) { n.Password = "fupi" },
			"staff.password_common": func(n *Newcomer) { n.Password = "Password123!" },
			"staff.password_own":    func(n *Newcomer) { n.Password = "KasaraniNet2026" },
		} {
			n := asha
			spoil(&n)
			_, err := w.MakeOwner(w.ctx, office, w.setup, n)
			w.refused(err, key)
		}
		w.owner()
	})
}

func TestStartingTwiceAtOnceMakesTheRolesOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := w.Prepare(w.ctx); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		roles, err := w.Roles(w.ctx)
		if err != nil || len(roles) != len(seeds) || roles[0].TextKey() != "role.owner" {
			t.Fatalf("%+v: %v", roles, err)
		}
	})
}
