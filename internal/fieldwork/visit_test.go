package fieldwork

import (
	"slices"
	"testing"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/settings"
)

func (y *yard) customer(name, phone string) (c customers.Customer) {
	y.Helper()
	y.must(y.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		c, err = y.Customers.Create(tx, customers.Customer{Name: name, SiteID: 3}, []customers.Contact{{Kind: customers.ByPhone, Value: phone}}, customers.By(asha))
		return err
	}))
	return c
}

func (y *yard) plan(customerID int64, change ...func(*Visit)) Visit {
	y.Helper()
	v := Visit{CustomerID: customerID, Kind: Install, Day: today, From: "09:00", Until: "11:00", Address: "House 12", Note: "Two rooms."}
	for _, f := range change {
		f(&v)
	}
	v, err := y.PlanVisit(ctx, v, "", asha)
	y.must(err)
	return v
}

func (y *yard) visitNow(id int64) Visit {
	y.Helper()
	v, err := y.Visit(ctx, id)
	y.must(err)
	return v
}

// TestAVisitIsDone: begun by one of two who come at the same time, ticked, and done; in vain it is planned anew.
func TestAVisitIsDone(t *testing.T) {
	each(t, func(y *yard) {
		c := y.customer("Amina", "0712000333")
		v := y.plan(c.ID)
		juma := By{Actor: "juma@example.com"}
		errs := race(func() error { return y.StartVisit(ctx, Act{ID: v.ID, Seen: v.Version}, asha) }, func() error { return y.StartVisit(ctx, Act{ID: v.ID, Seen: v.Version}, juma) })
		if (errs[0] == nil) == (errs[1] == nil) {
			y.Fatal("not one of two began it:", errs)
		}
		one := y.visitNow(v.ID)
		winner := By{Actor: one.Technician}
		y.must(y.StartVisit(ctx, Act{ID: v.ID}, winner)) // a second tap
		y.must(y.CheckVisit(ctx, Act{ID: v.ID, Seen: one.Version}, []string{"cable", "nonsense", "fault"}, "Drawn.", winner))
		if got := y.visitNow(v.ID); !slices.Equal(got.Checked, []string{"cable"}) || got.State != Started || got.StartedAt.IsZero() {
			y.Error(got)
		}
		y.wants(y.EndVisit(ctx, Act{ID: v.ID}, Failed, nil, " ", winner), "visit.why")
		y.must(y.EndVisit(ctx, Act{ID: v.ID}, Failed, nil, "Nobody at home.", winner))
		y.must(y.MoveVisit(ctx, Act{ID: v.ID}, today+1, "14:00", "15:30", asha.Actor, asha))
		y.wants(y.StartVisit(ctx, Act{ID: v.ID}, juma), "visit.others")
		y.must(y.StartVisit(ctx, Act{ID: v.ID}, asha))
		y.must(y.EndVisit(ctx, Act{ID: v.ID}, Done, []string{"cable", "speed"}, "40 Mbit/s", asha))
		if got := y.visitNow(v.ID); got.State != Done || got.Day != today+1 || got.Outcome != "40 Mbit/s" || len(got.Checked) != 2 {
			y.Error(got)
		}
		for _, late := range []error{y.EndVisit(ctx, Act{ID: v.ID}, Cancelled, nil, "x", asha), y.CheckVisit(ctx, Act{ID: v.ID}, nil, "x", asha), y.MoveVisit(ctx, Act{ID: v.ID}, today, "09:00", "10:00", "", asha)} {
			y.wants(late, "visit.turn")
		}
		if n := y.count("SELECT COUNT(*) FROM audit_events WHERE object = 'visit' AND new_value LIKE '%House 12%'"); n != 0 {
			y.Error("the trail says where it was")
		}
	})
}

// TestVisitsArePlanned: at the site of whom they are for, in the order of their times, and not without sense.
func TestVisitsArePlanned(t *testing.T) {
	each(t, func(y *yard) {
		c, l := y.customer("Amina", "0712000333"), y.newLead("Otieno", "0712000444")
		late := y.plan(c.ID, func(v *Visit) { v.From, v.Until, v.Technician, v.SiteID = "15:00", "16:00", asha.Actor, 9 })
		look := y.plan(0, func(v *Visit) { v.LeadID, v.Kind = l.ID, LookAt })
		next := y.plan(c.ID, func(v *Visit) { v.Day = today + 1 })
		for _, one := range []struct {
			f    VisitFilter
			want []int64
		}{{VisitFilter{From: today, Until: today}, []int64{look.ID, late.ID}}, {VisitFilter{From: today, Until: today + 6, Sites: []int64{3}}, []int64{look.ID, late.ID, next.ID}}, {VisitFilter{From: today, Until: today + 6, Sites: []int64{9}}, nil},
			{VisitFilter{From: today, Until: today, Technician: asha.Actor}, []int64{late.ID}}, {VisitFilter{From: today + 1, Until: today + 1, Unowned: true}, []int64{next.ID}}} {
			found, err := y.Visits(ctx, one.f)
			y.must(err)
			var got []int64
			for _, v := range found {
				got = append(got, v.ID)
			}
			if !slices.Equal(got, one.want) {
				y.Errorf("%+v: %v, want %v", one.f, got, one.want)
			}
		}
		for key, change := range map[string]func(*Visit){"visit.window": func(v *Visit) { v.From = "11:00" }, "visit.kind": func(v *Visit) { v.Kind = "x" }, "visit.day": func(v *Visit) { v.Day = 0 }, "visit.who": func(v *Visit) { v.CustomerID = 0 },
			"visit.technician": func(v *Visit) { v.Technician = "wanja@example.com" }, "customer.unknown": func(v *Visit) { v.CustomerID = 77 }, "visit.note": func(v *Visit) { v.Note = "\xff" }} {
			bad := Visit{CustomerID: c.ID, Kind: Repair, Day: today, From: "09:00", Until: "10:00"}
			change(&bad)
			_, err := y.PlanVisit(ctx, bad, "", asha)
			y.wants(err, key)
		}
		won, err := y.WinLead(ctx, Act{ID: l.ID}, 0, asha)
		y.must(err)
		if got := y.visitNow(look.ID); got.CustomerID != won.ID {
			y.Error("the survey of the lead is not in the customer's list")
		}
		y.must(y.DB.InTx(ctx, func(tx *db.Tx) error { return y.MoveCustomer(tx, c.ID, won.ID) }))
		if of, err := y.VisitsOf(ctx, won.ID, 0, 9); err != nil || len(of) != 3 {
			y.Error("after a merge:", len(of), err)
		}
		y.must(y.EndVisit(ctx, Act{ID: late.ID}, Failed, nil, "They moved.", asha))
		y.clock.Advance(noon.AddDate(0, y.Settings.Int(settings.FieldKeepMonths), 1).Sub(noon))
		y.must(y.Sweep(ctx))
		if got := y.visitNow(late.ID); got.Address != "" || got.Outcome != "" || got.Note != "" || got.ErasedAt.IsZero() || y.visitNow(next.ID).Address == "" {
			y.Error(got)
		}
		y.wants(y.EndVisit(ctx, Act{ID: late.ID}, Cancelled, nil, "Amina lives elsewhere.", asha), "visit.turn") // it would never be erased
		y.wants(y.MoveVisit(ctx, Act{ID: late.ID}, today, "09:00", "10:00", "", asha), "visit.turn")
	})
}

// TestAVisitFollowsItsCustomersSite: when the customer is saved at another site, or becomes one of another; who does not go there goes no more.
func TestAVisitFollowsItsCustomersSite(t *testing.T) {
	each(t, func(y *yard) {
		y.Customers.AskSite(func(tx *db.Tx, c customers.Customer, by customers.By) error {
			return y.FollowSite(tx, c.ID, c.SiteID, By(by))
		})
		c, other := y.customer("Amina", "0712000333"), y.customer("Wafula", "0712000555")
		move := func(c customers.Customer, site int64) {
			y.Helper()
			y.must(y.DB.InTx(ctx, func(tx *db.Tx) (err error) {
				if c, err = y.Customers.GetTx(tx, c.ID); err != nil {
					return err
				}
				c.SiteID = site
				_, err = y.Customers.Save(tx, c, customers.By(asha))
				return err
			}))
		}
		move(c, 9)
		v := y.plan(c.ID, func(v *Visit) { v.Technician = "wanja@example.com" })
		w := y.plan(c.ID, func(v *Visit) { v.Technician = asha.Actor })
		move(c, 11)
		for _, one := range []struct {
			id  int64
			who string
		}{{v.ID, ""}, {w.ID, asha.Actor}} {
			if now, err := y.Visit(ctx, one.id); err != nil || now.SiteID != 11 || now.Technician != one.who {
				y.Errorf("%+v, %v", now, err)
			}
		}
		y.must(y.DB.InTx(ctx, func(tx *db.Tx) error { return y.MoveCustomer(tx, c.ID, other.ID) }))
		if now, err := y.Visit(ctx, w.ID); err != nil || now.CustomerID != other.ID || now.SiteID != other.SiteID {
			y.Errorf("merged: %+v, %v", now, err)
		}
	})
}
