package app

import (
	"context"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/words"
)

// demoCustomer is a home or a business of the demo. Its parent is named by phone.
type demoCustomer struct {
	name, phone, email string
	site               string
	kind               customers.Kind
	segment            customers.Segment
	lang               words.Lang
	pin, old, tags     string
	line, area, mark   string
	place              string
	billDay, days      int
	parent             string
	note               string
}

var demoCustomers = []demoCustomer{
	{name: "Wanjiku Kamau", phone: "0722 410 233", email: "wanjiku.kamau@example.com", site: "kasarani", lang: words.Swahili, old: "BRK 0012", tags: "fibre", line: "House 14, Sunrise Court", area: "Kasarani, Mwiki",
		mark: "green gate after the chief's camp", place: "-1.2189, 36.9102", billDay: 1, days: 5, note: "Works nights; call after noon."},
	{name: "Brian Otieno", phone: "0733 118 904", email: "brian.otieno@example.com", site: "kasarani", old: "BRK 0027", tags: "fibre", line: "Flat C7, Sportsview Apartments", area: "Kasarani", mark: "opposite the stadium, gate 12", place: "-1.2231, 36.8927", billDay: 5, days: 5},
	{name: "Amina Abdalla Hassan", phone: "0712 905 511", site: "kasarani", lang: words.Swahili, tags: "wireless", line: "Plot 88", area: "Githurai 45", mark: "above Al-Amin pharmacy", place: "-1.2003, 36.9142", billDay: 1, days: 3},
	{name: "Peter Mwangi Njoroge", phone: "0110 556 020", site: "kasarani", tags: "wireless", line: "House 3, Santon Gardens", area: "Kasarani, Santon", mark: "next to Naivas", place: "-1.2172, 36.8996", billDay: 10, days: 5},
	{name: "Faith Chebet", phone: "0745 330 187", email: "fchebet@example.com", site: "kasarani", tags: "fibre, student", line: "Room 12, Zetech hostels", area: "Roysambu", mark: "TRM drive", place: "-1.2188, 36.8881", billDay: 1, days: 3, note: "Two share; the other pays on the 15th."},
	{name: "Dr. Samuel Kiplagat", phone: "0720 774 310", email: "s.kiplagat@example.com", site: "kasarani", segment: customers.HighUsage, pin: "A004417723K", tags: "fibre, vip", line: "House 1, Clay City Estate", area: "Kasarani, Clay City", mark: "end of the tarmac", place: "-1.2279, 36.9088", billDay: 1, days: 14},
	{name: "Lucy Nyambura Gitau", phone: "0798 221 645", site: "kasarani", lang: words.Swahili, old: "BRK 0041", tags: "wireless", line: "House 22", area: "Kasarani, Hunters", mark: "behind PCEA church", place: "-1.2211, 36.9034", billDay: 20, days: 5},
	{name: "Kevin Mutua", phone: "0701 668 452", email: "kmutua@example.com", site: "kasarani", tags: "fibre", line: "Flat A2, Jacaranda Heights", area: "Zimmerman", mark: "Base stage", place: "-1.2094, 36.8963", billDay: 15, days: 5},
	{name: "Mwangaza Hardware Ltd", phone: "0722 600 100", email: "accounts@mwangaza-hardware.example", site: "kasarani", kind: customers.Business, pin: "P051384490M", tags: "fibre", line: "Shop 4, Kasarani Plaza, P.O. Box 1182-00618", area: "Kasarani", mark: "at the stage",
		place: "-1.2218, 36.8972", billDay: 1, days: 14},
	{name: "St. Dorcas Academy", phone: "0723 880 014", email: "bursar@stdorcas.example", site: "kasarani", kind: customers.Business, pin: "P052219047B", tags: "fibre, school", line: "Plot 310", area: "Kasarani, Seasons", mark: "yellow buses", place: "-1.2266, 36.8913", billDay: 1, days: 30, note: "Pays once a term. The bursar is Mrs. Auma."},
	{name: "Tumaini Medical Clinic", phone: "0711 245 980", email: "admin@tumainiclinic.example", site: "kasarani", kind: customers.Business, pin: "P051990128W", tags: "fibre", line: "Ground floor, Thika Road Mall annex", area: "Roysambu", mark: "beside the footbridge", place: "-1.2190, 36.8887", billDay: 5, days: 14},
	{name: "Savanna Logistics Ltd", phone: "0700 313 700", email: "finance@savannalogistics.example", site: "kasarani", kind: customers.Business, segment: customers.HighUsage, pin: "P051118836Q", tags: "fibre, vip", line: "Warehouse 9, P.O. Box 40233-00100", area: "Ruaraka, Baba Dogo", mark: "EPZ gate B",
		place: "-1.2402, 36.8794", billDay: 1, days: 30, note: "A purchase order's number goes on each bill."},
	{name: "Savanna Logistics, Ngong depot", phone: "0700 313 701", site: "ngong", kind: customers.Business, tags: "wireless", line: "Depot 2", area: "Ngong, Matasia", mark: "after the weighbridge", place: "-1.3928, 36.6725", billDay: 1, days: 30, parent: "0700 313 700"},
	{name: "Grace Naisula Lekishon", phone: "0728 450 991", site: "ngong", lang: words.Swahili, tags: "wireless", line: "Plot 45", area: "Ngong, Kibiko", mark: "windmill road", place: "-1.3712, 36.6388", billDay: 1, days: 5},
	{name: "Joseph Ole Sankale", phone: "0715 809 227", email: "sankale@example.com", site: "ngong", tags: "wireless", line: "House 6, Olive Estate", area: "Ngong, Kerarapon", mark: "blue water tank", place: "-1.3461, 36.6692", billDay: 12, days: 5},
	{name: "Mary Wairimu", phone: "0790 114 808", site: "ngong", lang: words.Swahili, old: "NG-107", tags: "wireless", line: "House 19", area: "Ngong, Zambia", mark: "next to Mama Ciku's shop", place: "-1.3557, 36.6556", billDay: 1, days: 3},
	{name: "Hassan Noor Ali", phone: "0729 007 613", email: "hnoor@example.com", site: "ngong", tags: "fibre", line: "Flat 5, Bulbul Court", area: "Ngong, Bulbul", mark: "near the mosque", place: "-1.3602, 36.6713", billDay: 25, days: 5},
	{name: "Caroline Mueni Kioko", phone: "0740 918 336", site: "ngong", tags: "fibre, student", line: "House 2, Tree Lane Apartments", area: "Ngong, Embulbul", mark: "Shell station", place: "-1.3588, 36.6788", billDay: 1, days: 5},
	{name: "Ngong Hills Guest House", phone: "0721 776 540", email: "stay@ngonghills.example", site: "ngong", kind: customers.Business, segment: customers.HighUsage, pin: "P051773302T", tags: "fibre", line: "Plot 12, P.O. Box 77-00208", area: "Ngong", mark: "the red roof on the hill", place: "-1.3640, 36.6451", billDay: 1, days: 14},
	{name: "Upendo Children's Home", phone: "0734 220 118", email: "office@upendohome.example", site: "ngong", kind: customers.Business, pin: "P051600455D", tags: "wireless", line: "Plot 201", area: "Ngong, Vet", mark: "opposite the AIC church", place: "-1.3685, 36.6601", billDay: 1, days: 30, note: "A charity: pays no tax, the certificate is renewed each June."},
	{name: "Ngong Market Cyber", phone: "0708 332 471", site: "ngong", kind: customers.Business, lang: words.Swahili, tags: "wireless", line: "Stall 31", area: "Ngong market", mark: "upstairs, by the tailors", place: "-1.3572, 36.6570", billDay: 8, days: 7},
}

// seedCustomers makes the demo's homes and businesses, once.
func (s *Stage) seedCustomers(ctx context.Context) error {
	m := s.Main
	if there, err := m.Customers.List(ctx, customers.Filter{Limit: 1}); err != nil || len(there.Customers) > 0 {
		return err
	}
	made := map[string]int64{}
	for _, d := range demoCustomers {
		p, err := d.profile(s.seeded.sites[d.site].ID, made[d.parent])
		if err != nil {
			return err
		}
		c, err := m.Customers.Keep(ctx, p, customers.By{Actor: "demo"})
		if err == nil && d.note != "" {
			err = m.Customers.AddNote(ctx, c.ID, d.note, customers.By{Actor: "demo"})
		}
		if err != nil {
			return err
		}
		made[d.phone] = c.ID
	}
	return nil
}

func (d demoCustomer) profile(siteID, parentID int64) (customers.Profile, error) {
	at, err := customers.ReadPlace(d.place)
	p := customers.Profile{Customer: customers.Customer{Name: d.name, Kind: d.kind, Segment: d.segment, SiteID: siteID, Lang: d.lang, PIN: d.pin, BillDay: d.billDay, PaymentDays: &d.days,
		ParentID: parentID, ParentPays: parentID != 0}, Tags: strings.Split(d.tags, ","),
		Contacts:  []customers.Contact{{Kind: customers.ByPhone, Value: d.phone, ForBills: true, ForAlerts: true}},
		Addresses: []customers.Address{{Kind: customers.Premises, Line: d.line, Area: d.area, Landmark: d.mark, At: at}}}
	if d.email != "" {
		p.Contacts = append(p.Contacts, customers.Contact{Kind: customers.ByEmail, Value: d.email, ForBills: true})
	}
	if d.old != "" {
		p.OldNumbers = []string{d.old}
	}
	switch d.name { // what only one of them has
	case "Savanna Logistics Ltd":
		p.PurchaseOrderNeeded, p.PurchaseOrder = true, "LPO 2026-0418"
	case "Upendo Children's Home":
		p.TaxExempt, p.ExemptCertificate, p.ExemptUntil = true, "KRA/EXM/00482/2026", "2027-06-30"
	case "Wanjiku Kamau":
		p.Identity = &customers.Identity{Kind: customers.NationalID, Number: "24681357"}
	}
	return p, err
}
