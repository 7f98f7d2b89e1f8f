package customers

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// safe keeps one thing for each customer, as another package would.
type safe struct {
	mu   sync.Mutex
	of   map[int64]int
	owed map[int64]bool
}

func (k *safe) Held(_ context.Context, id int64) ([]Held, error) {
	return []Held{{"customer.held_test", k.of[id]}, {"customer.held_none", 0}}, nil
}

func (k *safe) Move(_ *db.Tx, from, to int64, _ By) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.of[to] += k.of[from]
	delete(k.of, from)
	return nil
}

func (k *safe) MayClose(_ *db.Tx, id int64) error {
	if k.owed[id] {
		return fault.New(fault.Conflict, "customer.owes")
	}
	return nil
}

func (k *safe) MayForget(_ *db.Tx, id int64) error {
	if k.of[id] > 0 {
		return fault.New(fault.Conflict, "customer.changed")
	}
	return nil
}

func (o office) merge(from, to Customer) error {
	return o.Merge(ctx, from.ID, to.ID, asha)
}

func TestTwoCustomersBecomeOne(t *testing.T) {
	each(t, func(o office) {
		k := &safe{of: map[int64]int{}}
		o.AskKeeper(k)
		keep := func(name, phone, old, tag string) Customer {
			c, err := o.Keep(ctx, Profile{Customer: Customer{Name: name, SiteID: 3}, Contacts: []Contact{{Kind: ByPhone, Value: phone, ForBills: true}}, Tags: []string{tag}, OldNumbers: []string{old},
				Addresses: []Address{{Kind: Premises, Area: "Ngong"}}, Identity: &Identity{NationalID, "23456789"}}, asha)
			if err != nil {
				o.t.Fatal(err)
			}
			return c
		}
		mary, double, child := keep("Mary Kamau", "0712345678", "0001", "vip"), keep("Mery Kamau", "0722000111", "0002", "fibre"), o.person("Mary's shop", "0733000111")
		if err := o.AddNote(ctx, double.ID, "Pays on Fridays", asha); err != nil {
			o.t.Fatal(err)
		}
		child.ParentID = double.ID
		o.must(func(tx *db.Tx) (err error) { child, err = o.Save(tx, child, asha); return err })
		k.of[double.ID] = 3
		if held, err := o.Held(ctx, double.ID); err != nil || len(held) != 1 || held[0].Count != 3 {
			o.t.Fatal(held, err)
		}
		if err := o.merge(double, mary); err != nil {
			o.t.Fatal(err)
		}
		for _, typed := range []string{mary.Number, double.Number, "0001", "0002", "0712345678", "0722000111"} {
			o.finds(typed, mary)
		}
		contacts, _ := o.Contacts(ctx, mary.ID)
		notes, _ := o.Notes(ctx, mary.ID, 0, 10)
		tags, _ := o.Tags(ctx, mary.ID)
		children, _ := o.Children(ctx, mary.ID)
		if len(contacts) != 2 || !contacts[0].ForBills || contacts[1].ForBills || len(notes) != 1 || notes[0].Text != "Pays on Fridays" || !slices.Equal(tags, []string{"fibre", "vip"}) ||
			len(children) != 1 || k.of[mary.ID] != 3 {
			o.t.Fatalf("%+v %+v %v %+v %v", contacts, notes, tags, children, k.of)
		}
		gone, err := o.Get(ctx, double.ID)
		if err != nil || gone.State != Merged || gone.MergedInto != mary.ID {
			o.t.Fatalf("%+v: %v", gone, err)
		}
		third := o.person("Mary K", "0799999999")
		if err := o.merge(mary, third); err != nil {
			o.t.Fatal(err)
		}
		o.finds(double.Number, third)
		for key, pair := range map[string][2]Customer{"customer.merged": {double, third}, "customer.merge_self": {third, third}, "customer.unknown": {{ID: 9}, third}} {
			if err := o.merge(pair[0], pair[1]); fault.KeyOf(err) != key {
				o.t.Errorf("%v, want %s", err, key)
			}
		}
		gone.Name = "X"
		if err := o.in(func(tx *db.Tx) error { _, err := o.Save(tx, gone, asha); return err }); fault.KeyOf(err) != "customer.merged" {
			o.t.Error(err)
		}
	})
}

func TestFamiliesAreNotMergedIntoLoops(t *testing.T) {
	each(t, func(o office) {
		parent, child, other := o.person("Parent", "0711000001"), o.person("Child", "0711000002"), o.person("Other", "0711000003")
		child.ParentID = parent.ID
		o.must(func(tx *db.Tx) (err error) { child, err = o.Save(tx, child, asha); return err })
		if err := o.merge(parent, child); fault.KeyOf(err) != "customer.merge_family" {
			o.t.Fatal(err)
		}
		if err := o.merge(other, child); err != nil { // has no parts of its own
			o.t.Fatal(err)
		}
		if err := o.merge(child, parent); err != nil {
			o.t.Fatal(err)
		}
		o.finds(other.Number, parent)
	})
}

func TestOfManyMergesEachHasOneWinner(t *testing.T) {
	each(t, func(o office) {
		k := &safe{of: map[int64]int{}}
		o.AskKeeper(k)
		a, b, c := o.person("A", "0711000001"), o.person("B", "0711000002"), o.person("C", "0711000003")
		var all sync.WaitGroup
		var won atomic.Int32
		for _, pair := range [][2]Customer{{a, b}, {b, a}, {a, c}, {a, b}, {c, a}, {b, c}} {
			all.Go(func() {
				if err := o.Merge(ctx, pair[0].ID, pair[1].ID, asha); err == nil {
					won.Add(1)
				} else if !fault.Is(err, fault.Conflict) {
					o.t.Error(err)
				}
			})
		}
		all.Wait()
		if left := o.count("SELECT COUNT(*) FROM customers WHERE state = 'active'"); won.Load() > 2 || int(won.Load()) != 3-left {
			o.t.Fatalf("%d won, %d are left", won.Load(), left)
		}
		var last int64
		for _, typed := range []string{a.Number, b.Number, c.Number} {
			found, err := o.FindNow(ctx, typed)
			if err != nil || found.State != Active {
				o.t.Fatalf("%s leads to %+v: %v", typed, found, err)
			}
			last = found.ID
		}
		if last == 0 {
			o.t.Fatal("nobody is left")
		}
	})
}

func TestAnAccountIsClosedAndOpenedAgain(t *testing.T) {
	each(t, func(o office) {
		k := &safe{of: map[int64]int{}, owed: map[int64]bool{}}
		o.AskKeeper(k)
		parent, child := o.person("Parent", "0711000001"), o.person("Child", "0711000002")
		child.ParentID = parent.ID
		o.must(func(tx *db.Tx) (err error) { child, err = o.Save(tx, child, asha); return err })
		closing := func(c Customer) string {
			return fault.KeyOf(o.Close(ctx, c.ID, asha))
		}
		opening := func(c Customer) string {
			return fault.KeyOf(o.Reopen(ctx, c.ID, asha))
		}
		const fine = "internal" // what no fault has
		k.owed[child.ID] = true
		for _, step := range []struct{ got, want string }{{closing(parent), "customer.children_open"}, {closing(child), "customer.owes"}} {
			if step.got != step.want {
				o.t.Fatal(step)
			}
		}
		k.owed[child.ID] = false
		serving := func(c Customer) string {
			return fault.KeyOf(o.DB.InTx(ctx, func(tx *db.Tx) error { return o.Serve(tx, c.ID) }))
		}
		for i, step := range []struct{ got, want string }{{serving(child), fine}, {closing(child), fine}, {serving(child), "customer.not_active"}, {closing(child), "customer.not_active"}, {closing(parent), fine}, {opening(child), "customer.parent_closed"},
			{opening(parent), fine}, {opening(child), fine}, {opening(child), "customer.not_closed"}} {
			if step.got != step.want {
				o.t.Fatal(i, step)
			}
		}
		o.finds(child.Number, child)
	})
}

func TestWhoHasSomethingElsewhereIsNotTakenBack(t *testing.T) {
	each(t, func(o office) {
		k := &safe{of: map[int64]int{}}
		o.AskKeeper(k)
		c := o.person("Mary Kamau", "0712345678")
		k.of[c.ID] = 1
		if err := o.in(func(tx *db.Tx) error { return o.Forget(tx, c, asha) }); fault.KeyOf(err) != "customer.changed" {
			o.t.Error(err)
		}
		delete(k.of, c.ID)
		o.must(func(tx *db.Tx) error { return o.Forget(tx, c, asha) })
	})
}
