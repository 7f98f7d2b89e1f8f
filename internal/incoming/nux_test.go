package incoming

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/sim/panels"
	"mtandao/internal/words"
)

var nairobi = time.FixedZone("EAT", 3*60*60)

// accounted checks what every reader promises: each row read became something or was refused, and balances prove.
func accounted(t *testing.T, b *Batch) {
	t.Helper()
	for name, c := range b.Counts {
		if c.Read != c.Taken+c.Refused {
			t.Errorf("%s: %d read, %d taken, %d refused", name, c.Read, c.Taken, c.Refused)
		}
	}
	groups, err := b.Proof()
	if err != nil {
		t.Error(err)
	}
	for _, g := range groups {
		if !g.Holds() {
			t.Errorf("%+v does not hold", g)
		}
	}
	for _, told := range append(append([]Told{}, b.Refused...), b.Left...) {
		for _, l := range words.Languages {
			if said := told.Say(l); told.At == "" || said == "" || strings.Contains(said, "!incoming") || strings.Contains(said, "<no value>") || said == words.Text(l, "internal") {
				t.Errorf("%+v says %q", told, said)
			}
		}
	}
	keys := map[string]bool{}
	for _, c := range b.Customers {
		if keys[c.Key] {
			t.Errorf("%s twice", c.Key)
		}
		keys[c.Key] = true
	}
}

func TestTwentyThousandCustomersOfPHPNuxBill(t *testing.T) {
	var out strings.Builder
	d := panels.WritePHPNuxBill(&out, 20_000, 1)
	b, err := ReadPHPNuxBill(strings.NewReader(out.String()), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, b)
	subscriptions := 0
	for _, c := range b.Customers {
		subscriptions += len(c.Subscriptions)
	}
	if len(b.Customers) != d.Customers || subscriptions != d.Recharges-d.Refused || b.Held["tbl_customers"] != money.KES(d.Balance) || len(b.Routers) != 1 {
		t.Errorf("%d customers, %d subscriptions of %d, %v held of %d", len(b.Customers), subscriptions, d.Recharges-d.Refused, b.Held, d.Balance)
	}
	c := b.Customers[1]
	s := c.Subscriptions[0]
	if c.Name != "Wanjirũ; (2)\nMũgo" || c.Phone != "0700000002" || c.Numbers[0] != "user00002" || c.Numbers[1] != "ACC-0002" || c.PIN != "A001234567Z" || c.Notes[0] != "House: B4" || c.Email != "" {
		t.Errorf("%+v", c)
	}
	if s.Password != "pp-2" || s.Login != "user00002" || s.Kind != PPPoE || !s.Until.Equal(time.Date(2026, 12, 3, 12, 2, 0, 0, nairobi)) || s.Router != "Kasarani" || s.Off {
		t.Errorf("%+v", s)
	}
	if s := b.Customers[0].Subscriptions[0]; s.Password != `p'1\x` {
		t.Errorf("%q", s.Password)
	}
	if !b.Customers[2].Subscriptions[0].Off || b.Customers[2].Subscriptions[0].Kind != Hotspot {
		t.Error("a banned customer is on")
	}
	var said []string
	for _, p := range b.Plans {
		said = append(said, fmt.Sprintf("%s %v %d/%d %+v %d %v %d", p.Name, p.Price, p.Rate.UpKbps, p.Rate.DownKbps, p.Term, p.DataBytes, p.Time, p.Devices))
	}
	if strings.Join(said, "; ") != "Home 10 KES 2,500 5000/10000 {N:1 Unit:month} 0 0s 1; Day 2GB KES 50 256/512 {N:24 Unit:hour} 2000000000 1h30m0s 3" {
		t.Error(said)
	}
	if burst := b.Plans[1].Rate.Burst; burst.UpKbps != 1000 || burst.DownKbps != 2000 || burst.DownThresholdKbps != 512 || burst.Over != 8*time.Second {
		t.Errorf("%+v", burst)
	}
	left := false
	for _, told := range b.Left {
		left = left || told.At == "tbl_transactions" && strings.Contains(told.Say(words.English), "3 rows")
	}
	if !left {
		t.Error("nothing is said of the transactions that stay behind")
	}
}

// TestOlderVersionsOfPHPNuxBill: columns that are not there yet are told, and what is there is read.
func TestOlderVersionsOfPHPNuxBill(t *testing.T) {
	old := "CREATE TABLE `tbl_customers` (`id` int, `username` varchar(45), `password` varchar(45), `fullname` varchar(45), `address` text, `phonenumber` varchar(20));\n" +
		"INSERT INTO `tbl_customers` (`id`,`username`,`password`,`fullname`,`phonenumber`) VALUES\n(1, 'amina', 'x1', 'Amina', '0712345678'),\n(2, 'amina', 'x2', 'Again', NULL),\n(3,'short');\n" +
		"CREATE TABLE `tbl_user_recharges` (`id` int, `customer_id` int, `username` varchar(32), `plan_id` int, `namebp` varchar(40), `expiration` date, `time` time, `routers` varchar(32), `type` varchar(15));\n" +
		"INSERT INTO `tbl_user_recharges` VALUES (1,1,'amina',1,'Gold','2026-12-01','00:00:00','R1','Hotspot'),(2,9,'nobody',1,'Gold','2026-12-01','00:00:00','R1','Hotspot'),(3,1,'amina',1,'Gold','0000-00-00','00:00:00','R1','Hotspot');\n" +
		"CREATE TABLE `tbl_plans` (`id` int, `name_plan` varchar(40), `id_bw` int, `price` varchar(40), `type` varchar(9), `validity` int, `validity_unit` varchar(9));\n" +
		"ALTER TABLE `tbl_plans` ADD `shared_users` int NULL AFTER `price`, ADD KEY `k` (`id`);\n" +
		"INSERT INTO `tbl_plans` VALUES (1,'Gold',4,'1,000',2,'Hotspot',30,'Days');\n"
	b, err := ReadPHPNuxBill(strings.NewReader(old), nairobi)
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, b)
	if len(b.Customers) != 1 || len(b.Customers[0].Subscriptions) != 1 || b.Plans[0].Devices != 2 || b.Plans[0].Price != money.Shillings(1000) {
		t.Errorf("%+v", b)
	}
	var why []string
	for _, told := range b.Refused {
		why = append(why, fault.KeyOf(told.Why))
	}
	if got := strings.Join(why, " "); got != "incoming.columns incoming.twice incoming.no_customer incoming.time" {
		t.Error(got)
	}
	said := ""
	for _, told := range b.Left {
		said += told.Say(words.English)
	}
	for _, want := range []string{"no balances", "no PPPoE passwords", "does not switch", "postpaid", "no table tbl_bandwidth"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing is said of %q: %s", want, said)
		}
	}
	if _, err := ReadPHPNuxBill(strings.NewReader("CREATE TABLE `x` (`id` int);"), nairobi); fault.KeyOf(err) != "incoming.no_table" {
		t.Error(err)
	}
	if _, err := ReadPHPNuxBill(strings.NewReader(old+"INSERT INTO `tbl_plans` VALUES (2,'torn"), nairobi); fault.KeyOf(err) != "incoming.torn" {
		t.Error(err)
	}
}

func BenchmarkTwentyThousandCustomers(b *testing.B) {
	var out strings.Builder
	panels.WritePHPNuxBill(&out, 20_000, 1)
	for b.Loop() {
		if _, err := ReadPHPNuxBill(strings.NewReader(out.String()), nairobi); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzDump(f *testing.F) {
	f.Add(panels.Schema)
	f.Add("INSERT INTO `tbl_plans` (a,b) VALUES (1,'x\\'y'),(NULL,0x41);")
	f.Add("ALTER TABLE `tbl_plans` ADD `b` int AFTER `a`; CREATE TABLE tbl_plans (a int(1), PRIMARY KEY (a))")
	f.Add("/* `tbl_plans` */ -- x\n# y\nREPLACE INTO db.`tbl_plans` VALUES (((1)));")
	f.Fuzz(func(t *testing.T, s string) {
		all, err := readDump(strings.NewReader(s), nuxTables, nuxLeft)
		if err != nil {
			return
		}
		for _, name := range nuxTables {
			if all[name] == nil {
				all[name] = &table{}
			}
		}
		b, err := readNux(all, nairobi)
		if err == nil {
			for name, c := range b.Counts {
				if c.Read != c.Taken+c.Refused {
					t.Errorf("%s: %d read, %d taken, %d refused", name, c.Read, c.Taken, c.Refused)
				}
			}
		}
	})
}
