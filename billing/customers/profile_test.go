package customers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

func TestAProfileIsKeptWholeOrNotAtAll(t *testing.T) {
	each(t, func(o office) {
		at, err := ReadPlace("-1.2921, 36.8219")
		if err != nil {
			o.t.Fatal(err)
		}
		p := Profile{Customer: Customer{Name: "Wanjikũ Kamau", SiteID: 3}, Contacts: []Contact{{Kind: ByPhone, Value: "0712345678"}},
			Addresses: []Address{{Kind: Premises, Line: "House 12", Area: "Kasarani", Landmark: "behind the  chief's camp", At: at}, {Kind: Postal}},
			Tags:      []string{" VIP ", "fibre", "vip"}, OldNumbers: []string{"BRK 0012"}, Identity: &Identity{NationalID, "2345 6789"}}
		c, err := o.Keep(ctx, p, asha)
		if err != nil {
			o.t.Fatal(err)
		}
		addresses, _ := o.Addresses(ctx, c.ID)
		tags, _ := o.Tags(ctx, c.ID)
		old, _ := o.OldNumbers(ctx, c.ID)
		kind, err := o.HasIdentity(ctx, c.ID)
		if len(addresses) != 1 || addresses[0].At.String() != "-1.292100, 36.821900" || addresses[0].Text() != "House 12, Kasarani, behind the chief's camp" ||
			!slices.Equal(tags, []string{"fibre", "vip"}) || !slices.Equal(old, []string{"BRK 0012"}) || kind != NationalID || err != nil {
			o.t.Fatalf("%+v %v %v %s: %v", addresses, tags, old, kind, err)
		}
		seen, err := o.SeeIdentity(ctx, c.ID, asha)
		if err != nil || seen != (Identity{NationalID, "23456789"}) {
			o.t.Fatal(seen, err)
		}
		if n := o.count("SELECT COUNT(*) FROM audit_events WHERE action = 'identity seen'"); n != 1 {
			o.t.Fatalf("the trail has %d", n)
		}
		if n := o.count("SELECT COUNT(*) FROM audit_events WHERE new_value LIKE '%23456789%' OR new_value LIKE '%712345678%' OR new_value LIKE '%House 12%'"); n != 0 {
			o.t.Fatal("the trail says what is sealed")
		}
		p.Customer, p.Identity, p.OldNumbers = c, &Identity{NationalID, "abc"}, []string{"BRK 0013"}
		if _, err := o.Keep(ctx, p, asha); fault.KeyOf(err) != "customer.identity" {
			o.t.Fatal(err)
		}
		if old, _ = o.OldNumbers(ctx, c.ID); len(old) != 1 {
			o.t.Fatal("a part was kept:", old)
		}
	})
}

func (o office) count(query string, args ...any) (n int) {
	o.t.Helper()
	if err := o.DB.Read(ctx).Raw(query, args...).Scan(&n).Error; err != nil {
		o.t.Fatal(err)
	}
	return n
}

func TestReadPlace(t *testing.T) {
	for typed, want := range map[string]string{"-1.2921, 36.8219": "-1.292100, 36.821900", "1.2921S 36.8219E": "-1.292100, 36.821900", "1.2921° S, 36.8219° E": "-1.292100, 36.821900",
		"0.5143,35.2698": "0.514300, 35.269800", "https://www.google.com/maps/@-1.219712,36.896532,17z": "-1.219712, 36.896532", "": "", "-1.29210012345, 36.82": "!", "12": "!",
		"36.8219, -1.2921": "far", "51.5072, -0.1276": "far", "1.292, 36.821 ": "1.292000, 36.821000"} {
		p, err := ReadPlace(typed)
		got := p.String()
		switch fault.KeyOf(err) {
		case "customer.place":
			got = "!"
		case "customer.place_far":
			got = "far"
		}
		if got != want {
			t.Errorf("%q gives %s, want %s", typed, got, want)
		}
	}
}

func TestNamesThatMayBeOnes(t *testing.T) {
	for _, pair := range [][2]string{{"Mary Wanjiku Kamau", "Mary Kamau"}, {"Wanjiku Mary", "mary wanjikũ"}, {"Peter Mwangi", "Petter Muangi"}, {"Otieno Ouma", "Othieno Ouma"},
		{"Mwangaza Hardware Ltd", "Mwangaza Hardware"}, {"Chandarana", "Chandarana Ltd"}} {
		if !near(pair[0], pair[1]) || !near(pair[1], pair[0]) {
			t.Errorf("%s and %s: %v %v", pair[0], pair[1], soundsOf(pair[0]), soundsOf(pair[1]))
		}
	}
	for _, pair := range [][2]string{{"Mary Wanjiku", "Mary Akinyi"}, {"Mary", "Mary Wanjiku"}, {"John Kamau", "Jane Akinyi"}, {"", ""}, {"王", "王"}} {
		if near(pair[0], pair[1]) {
			t.Errorf("%s and %s are held for one", pair[0], pair[1])
		}
	}
}

func TestDuplicatesAreShownBeforeSaving(t *testing.T) {
	each(t, func(o office) {
		keep := func(p Profile) Customer {
			c, err := o.Keep(ctx, p, asha)
			if err != nil {
				o.t.Fatal(err)
			}
			return c
		}
		mary := keep(Profile{Customer: Customer{Name: "Mary Wanjiku Kamau", SiteID: 3, PIN: "A012345678Z"}, Contacts: []Contact{{Kind: ByPhone, Value: "0712345678"}, {Kind: ByEmail, Value: "mary@example.com"}},
			Identity: &Identity{NationalID, "23456789"}})
		keep(Profile{Customer: Customer{Name: "Mary Wanjiku", SiteID: 4}}) // at another site
		keep(Profile{Customer: Customer{Name: "John Otieno", SiteID: 3}})
		for name, p := range map[string]Profile{"identity": {Customer: Customer{Name: "M"}, Identity: &Identity{NationalID, "2345-6789"}}, "pin": {Customer: Customer{Name: "M", PIN: "a012345678z"}},
			"phone": {Contacts: []Contact{{Kind: ByPhone, Value: "+254 712 345 678"}}}, "email": {Contacts: []Contact{{Kind: ByEmail, Value: "Mary@example.com"}}},
			"name": {Customer: Customer{Name: "Kamau  Mery", SiteID: 3}}} {
			all, err := o.Duplicates(ctx, p)
			if err != nil || len(all) != 1 || all[0].ID != mary.ID || !slices.Equal(all[0].Reasons, []Reason{Reason(name)}) || !words.Has("customer.like_"+name) {
				o.t.Errorf("by %s: %+v: %v", name, all, err)
			}
		}
		same := Profile{Customer: mary, Contacts: []Contact{{Kind: ByPhone, Value: "0712345678"}}}
		if all, err := o.Duplicates(ctx, same); err != nil || len(all) != 0 {
			o.t.Errorf("of themselves: %+v: %v", all, err)
		}
		if all, err := o.Duplicates(ctx, Profile{Customer: Customer{Name: "Grace Atieno", SiteID: 3}, Contacts: []Contact{{Kind: ByPhone, Value: "0799000000"}, {Kind: ByPhone, Value: "07"}}}); err != nil || len(all) != 0 {
			o.t.Errorf("of nobody: %+v: %v", all, err)
		}
	})
}

func TestTheListFindsAsOneTypes(t *testing.T) {
	each(t, func(o office) {
		var all []Customer
		for i, name := range []string{"Mary Wanjiku Kamau", "Mary Akinyi", "Marigold Academy", "Kamau Kamande", "John Otieno"} {
			c, err := o.Keep(ctx, Profile{Customer: Customer{Name: name, SiteID: int64(3 + i%2), PIN: fmt.Sprintf("A01234567%dZ", i)}, Contacts: []Contact{{Kind: ByPhone, Value: fmt.Sprintf("071234567%d", i)},
				{Kind: ByEmail, Value: fmt.Sprintf("one%d@example.com", i)}}, Tags: []string{[]string{"vip", "fibre"}[i%2]}}, asha)
			if err != nil {
				o.t.Fatal(err)
			}
			all = append(all, c)
		}
		if err := o.Close(ctx, all[4].ID, asha); err != nil {
			o.t.Fatal(err)
		}
		for _, test := range []struct {
			f    Filter
			want string
		}{
			{Filter{}, "3210"}, {Filter{State: Closed}, "4"}, {Filter{Typed: "mar"}, "210"}, {Filter{Typed: "Mary  kam"}, "0"}, {Filter{Typed: "ka"}, "30"}, {Filter{Typed: "otieno"}, ""},
			{Filter{Typed: "otieno", State: Closed}, "4"}, {Filter{Typed: all[4].Number}, "4"}, {Filter{Typed: "acc " + all[1].Number}, "1"}, {Filter{Typed: all[2].Number[:6]}, "2"},
			{Filter{Typed: "0712 345 671"}, "1"}, {Filter{Typed: "a012345672z"}, "2"}, {Filter{Typed: "ONE3@example.com"}, "3"}, {Filter{Typed: "mar", Sites: []int64{4}}, "1"},
			{Filter{Sites: []int64{3}}, "20"}, {Filter{Sites: []int64{4, 3}}, "3210"}, {Filter{Sites: []int64{}}, ""}, {Filter{Typed: "0712345671", Sites: []int64{3}}, ""},
			{Filter{Tag: "vip"}, "20"}, {Filter{Tag: "vip", Typed: "mary"}, "0"}, {Filter{Tag: "vip", Sites: []int64{4}}, ""}, {Filter{Segment: Firm}, ""}, {Filter{Segment: Home}, "3210"},
			{Filter{Typed: "%"}, ""}, {Filter{Typed: "王"}, ""}, {Filter{Typed: "mar", Segment: HighUsage}, ""},
		} {
			p, err := o.List(ctx, withLimit(test.f, 50))
			if got := o.order(all, p.Customers, test.f.Typed != "" || len(test.f.Sites) > 1); err != nil || got != sorted(test.want, test.f.Typed != "" || len(test.f.Sites) > 1) {
				o.t.Errorf("%+v gives %s, want %s: %v", test.f, got, test.want, err)
			}
		}
		o.pages(Filter{}, 4)
		o.pages(Filter{Sites: []int64{3, 4}}, 4)
		o.pages(Filter{Typed: "ma"}, 3)
		o.pages(Filter{Typed: "k"}, 2) // Kamau Kamande stands there once
		for typed, want := range map[string]string{slips(all[0].Number)[3]: "0", "ACC" + slips(all[1].Number)[9]: "1", "mary wanjiku": "0", "john": "", "zz": "", "": ""} {
			near, err := o.Near(ctx, typed, 5)
			if got := o.order(all, near, true); err != nil || !strings.Contains(got, want) || want == "" && got != "" {
				o.t.Errorf("near %q is %q, want %q: %v", typed, got, want, err)
			}
		}
		phones, err := o.FirstPhones(ctx, []int64{all[0].ID, all[2].ID})
		if err != nil || len(phones) != 2 || phones[all[2].ID] != "254712345672" {
			o.t.Error(phones, err)
		}
		if tags, err := o.AllTags(ctx); err != nil || !slices.Equal(tags, []string{"fibre", "vip"}) {
			o.t.Error(tags, err)
		}
	})
}

func withLimit(f Filter, n int) Filter {
	f.Limit = n
	return f
}

func sorted(s string, sort bool) string {
	if !sort {
		return s
	}
	all := strings.Split(s, "")
	slices.Sort(all)
	return strings.Join(all, "")
}

// order spells a list by the places of its customers among all.
func (o office) order(all, list []Customer, sort bool) string {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprint(&b, slices.IndexFunc(all, func(one Customer) bool { return one.ID == c.ID }))
	}
	return sorted(b.String(), sort)
}

// pages walks a list one by one: everybody comes once.
func (o office) pages(f Filter, want int) {
	o.t.Helper()
	seen := map[int64]bool{}
	f.Limit = 1
	for range 10 {
		p, err := o.List(ctx, f)
		if err != nil {
			o.t.Fatal(err)
		}
		for _, c := range p.Customers {
			if seen[c.ID] {
				o.t.Errorf("%+v shows %s twice", f, c.Name)
			}
			seen[c.ID] = true
		}
		if f.Before, f.After = p.Older, p.Next; p.Older == 0 && p.Next == "" {
			break
		}
	}
	if len(seen) != want {
		o.t.Errorf("%+v shows %d, want %d", f, len(seen), want)
	}
}

// TestNamesakesFollowTheirSite: who moves to another site is a namesake there and no more where they were; who is forgotten is nobody's.
func TestNamesakesFollowTheirSite(t *testing.T) {
	each(t, func(o office) {
		c, err := o.Keep(ctx, Profile{Customer: Customer{Name: "Wanjiku Wambui Kamau", SiteID: 3}}, asha)
		if err != nil {
			t.Fatal(err)
		}
		at := func(site int64) int {
			all, err := o.Duplicates(ctx, Profile{Customer: Customer{Name: "Wanjiku Kamau", SiteID: site}})
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		if at(3) != 1 || at(4) != 0 {
			t.Errorf("%d at the site and %d elsewhere", at(3), at(4))
		}
		c.SiteID = 4
		if c, err = o.Keep(ctx, Profile{Customer: c}, asha); err != nil || at(3) != 0 || at(4) != 1 {
			t.Errorf("moved: %d where they were, %d where they are: %v", at(3), at(4), err)
		}
		o.must(func(tx *db.Tx) error { return o.Forget(tx, c, asha) })
		if at(4) != 0 {
			t.Error("forgotten, and still a namesake")
		}
	})
}
