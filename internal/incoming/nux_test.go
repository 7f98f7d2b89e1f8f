package incoming

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

var nairobi = time.FixedZone("EAT", 3*60*60)

// nuxDump writes a database of PHPNuxBill as mysqldump does, of so many customers, and says what is in it.
type nuxDump struct {
	customers, recharges, refused int
	balance                       int64 // cents
	first                         map[string]string
}

const nuxSchema = "-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\n/*!40101 SET NAMES utf8mb4 */;\n" +
	"DROP TABLE IF EXISTS `tbl_appconfig`;\nCREATE TABLE `tbl_appconfig` (\n  `id` int(11) NOT NULL,\n  `setting` mediumtext NOT NULL,\n  `value` mediumtext DEFAULT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n" +
	"INSERT INTO `tbl_appconfig` VALUES (1,'CompanyName','O\\'Neil; (Wi-Fi) -- Ltd'),(6,'timezone','Africa/Nairobi');\n" +
	"CREATE TABLE `tbl_bandwidth` (\n  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,\n  `name_bw` varchar(255) NOT NULL,\n  `rate_down` int(10) unsigned NOT NULL,\n  `rate_down_unit` enum('Kbps','Mbps') NOT NULL,\n  `rate_up` int(10) unsigned NOT NULL,\n  `rate_up_unit` enum('Kbps','Mbps') NOT NULL,\n  `burst` varchar(128) NOT NULL DEFAULT '',\n  PRIMARY KEY (`id`)\n);\n" +
	"INSERT INTO `tbl_bandwidth` VALUES (1,'10M',10,'Mbps',5,'Mbps',''),(2,'Small',512,'Kbps',256,'Kbps','1M/2M 256k/512k 8/8');\n" +
	"CREATE TABLE `tbl_plans` (\n  `id` int(10) NOT NULL,\n  `name_plan` varchar(40) NOT NULL,\n  `id_bw` int(10) NOT NULL,\n  `price` varchar(40) NOT NULL,\n  `type` enum('Hotspot','PPPOE','Balance') NOT NULL,\n  `typebp` enum('Unlimited','Limited') DEFAULT NULL,\n  `limit_type` enum('Time_Limit','Data_Limit','Both_Limit') DEFAULT NULL,\n  `time_limit` int(10) DEFAULT NULL,\n  `time_unit` enum('Mins','Hrs') DEFAULT NULL,\n  `data_limit` int(10) DEFAULT NULL,\n  `data_unit` enum('MB','GB') DEFAULT NULL,\n  `validity` int(10) NOT NULL,\n  `validity_unit` enum('Mins','Hrs','Days','Months','Period') NOT NULL,\n  `shared_users` int(10) DEFAULT NULL,\n  `routers` varchar(32) NOT NULL,\n  `prepaid` enum('yes','no') DEFAULT 'yes' COMMENT 'is (pre)paid, or not',\n  PRIMARY KEY (`id`), KEY `x` (`name_plan`(10))\n);\n" +
	"INSERT INTO `tbl_plans` VALUES (1,'Home 10',1,'2500','PPPOE','Unlimited',NULL,NULL,NULL,NULL,NULL,1,'Months',1,'Kasarani','yes'),(2,'Day 2GB',2,'50.00','Hotspot','Limited','Both_Limit',90,'Mins',2,'GB',24,'Hrs',3,'Kasarani','yes'),(3,'Top up 500',0,'500','Balance',NULL,NULL,NULL,NULL,NULL,NULL,0,'Days',NULL,'','yes'),(4,'Office',1,'free','PPPOE','Unlimited',NULL,NULL,NULL,NULL,NULL,1,'Months',1,'Kasarani','no');\n" +
	"CREATE TABLE `tbl_routers` (`id` int NOT NULL, `name` varchar(32), `ip_address` varchar(128), `username` varchar(50), `password` varchar(60));\nINSERT INTO `tbl_routers` VALUES (1,'Kasarani','10.0.0.1:8728','api','s3cret');\n" +
	"CREATE TABLE `tbl_customers` (\n  `id` int(10) NOT NULL AUTO_INCREMENT,\n  `username` varchar(45) NOT NULL,\n  `password` varchar(45) NOT NULL,\n  `pppoe_password` varchar(45) NOT NULL DEFAULT '' COMMENT 'For PPPOE Login',\n  `fullname` varchar(45) NOT NULL,\n  `address` mediumtext,\n  `phonenumber` varchar(20) DEFAULT '0',\n  `email` varchar(128) NOT NULL DEFAULT '1',\n  `balance` decimal(15,2) NOT NULL DEFAULT 0.00,\n  `account_type` enum('Business','Personal') DEFAULT 'Personal',\n  `status` enum('Active','Banned','Disabled') NOT NULL DEFAULT 'Active',\n  PRIMARY KEY (`id`)\n);\n"

const nuxRechargeSchema = "CREATE TABLE `tbl_user_recharges` (`id` int(10) NOT NULL, `customer_id` int(10) NOT NULL, `username` varchar(32) NOT NULL, `plan_id` int(10) NOT NULL, `namebp` varchar(40) NOT NULL, `expiration` date NOT NULL, `time` time NOT NULL, `status` varchar(20) NOT NULL, `method` varchar(128) NOT NULL, `routers` varchar(32) NOT NULL, `type` varchar(15) NOT NULL);\n"

// write makes the dump: of every hundred customers one has a hash for a password, one a plan that was deleted.
func (d *nuxDump) write(out io.Writer, customers int, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	fmt.Fprint(out, nuxSchema)
	d.customers, d.first = customers, map[string]string{}
	for n := 1; n <= customers; n++ {
		head := ","
		if n%500 == 1 {
			head = ";\nINSERT INTO `tbl_customers` VALUES "
			if n == 1 {
				head = head[2:]
			}
		}
		cents := r.Int64N(400_000) - 100_000
		d.balance += cents
		password, status := fmt.Sprintf("p\\'%d\\\\x", n), "Active"
		if n%100 == 7 {
			password = "d033e22ae348aeb5660fc2140aec35850c4da997"
		}
		if n%50 == 3 {
			status = "Banned"
		}
		sign := ""
		if cents < 0 {
			sign = "-"
		}
		fmt.Fprintf(out, "%s(%d,'user%05d','%s','%s','Wanjirũ; (%d)\\nMũgo','Kasarani, house %d','07%08d','1',%s%d.%02d,'Personal','%s')", head, n, n, password,
			map[bool]string{true: fmt.Sprintf("pp-%d", n)}[n%2 == 0 && n%100 != 7], n, n, n, sign, max(cents, -cents)/100, max(cents, -cents)%100, status)
	}
	fmt.Fprint(out, ";\n"+nuxRechargeSchema)
	for n := 1; n <= customers; n++ {
		head := ","
		if n%500 == 1 {
			head = map[bool]string{true: "", false: ";\n"}[n == 1] + "INSERT INTO `tbl_user_recharges` VALUES "
		}
		plan, kind := 1, "PPPOE"
		if n%3 == 0 {
			plan, kind = 2, "Hotspot"
		}
		if n%100 == 13 {
			plan = 99
		}
		d.recharges++
		if n%100 == 13 || n%100 == 7 {
			d.refused++
		}
		fmt.Fprintf(out, "%s(%d,%d,'user%05d',%d,'Home 10','2026-12-%02d','12:%02d:00','on','M-Pesa','Kasarani','%s')", head, n, n, n, plan, n%28+1, n%60, kind)
	}
	fmt.Fprint(out, ";\nCREATE TABLE `tbl_transactions` (`id` int NOT NULL, `invoice` varchar(25));\nINSERT INTO `tbl_transactions` VALUES (1,'INV-1'),(2,'INV-2'),(3,'INV-3');\n")
	fmt.Fprint(out, "CREATE TABLE tbl_customers_fields (id INT PRIMARY KEY AUTO_INCREMENT, customer_id INT NOT NULL, field_name VARCHAR(255), field_value VARCHAR(255), FOREIGN KEY (customer_id) REFERENCES tbl_customers(id));\nINSERT INTO tbl_customers_fields (id, customer_id, field_name, field_value) VALUES (1,2,'Account No','ACC-0002'),(2,2,'House','B4'),(3,2,'KRA PIN','A001234567Z');\n")
}

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
	var d nuxDump
	var out strings.Builder
	d.write(&out, 20_000, 1)
	b, err := ReadPHPNuxBill(strings.NewReader(out.String()), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, b)
	subscriptions := 0
	for _, c := range b.Customers {
		subscriptions += len(c.Subscriptions)
	}
	if len(b.Customers) != d.customers || subscriptions != d.recharges-d.refused || b.Held["tbl_customers"] != money.KES(d.balance) || len(b.Routers) != 1 {
		t.Errorf("%d customers, %d subscriptions of %d, %v held of %d", len(b.Customers), subscriptions, d.recharges-d.refused, b.Held, d.balance)
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
	var d nuxDump
	var out strings.Builder
	d.write(&out, 20_000, 1)
	for b.Loop() {
		if _, err := ReadPHPNuxBill(strings.NewReader(out.String()), nairobi); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzDump(f *testing.F) {
	f.Add(nuxSchema)
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
