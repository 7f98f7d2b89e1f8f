package incoming

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
)

const radiusSchema = "CREATE TABLE radcheck (\n  id int(11) unsigned NOT NULL auto_increment,\n  username varchar(64) NOT NULL default '',\n  attribute varchar(64)  NOT NULL default '',\n  op char(2) NOT NULL DEFAULT '==',\n  value varchar(253)  NOT NULL default '',\n  PRIMARY KEY  (id),\n  KEY username (username(32))\n);\n" +
	"CREATE TABLE radreply (id int, username varchar(64), attribute varchar(64), op char(2), value varchar(253));\n" +
	"CREATE TABLE radusergroup (username varchar(64), groupname varchar(64), priority int);\n" +
	"CREATE TABLE radgroupreply (id int, groupname varchar(64), attribute varchar(64), op char(2), value varchar(253));\n" +
	"CREATE TABLE radgroupcheck (id int, groupname varchar(64), attribute varchar(64), op char(2), value varchar(253));\n" +
	"CREATE TABLE userinfo (id int, username varchar(128), firstname varchar(200), lastname varchar(200), email varchar(200), company varchar(200), mobilephone varchar(200), address varchar(200), city varchar(200), notes varchar(200));\n" +
	"CREATE TABLE radacct (radacctid bigint, acctsessionid varchar(64));\nINSERT INTO radacct VALUES (1,'a'),(2,'b');\n"

// radiusDump writes the SQL of so many users, every way of keeping a password among them.
func radiusDump(users int) (text string, refused int) {
	var b strings.Builder
	b.WriteString(radiusSchema)
	b.WriteString("INSERT INTO radgroupreply VALUES (1,'gold','Mikrotik-Rate-Limit',':=','5M/20M 0/0'),(2,'gold','Framed-Protocol','=','PPP'),(3,'silver','WISPr-Bandwidth-Max-Down',':=','8000000'),(4,'silver','WISPr-Bandwidth-Max-Up',':=','4000000'),(5,'silver','Cisco-AVPair','+=','ip:x=y');\nINSERT INTO radgroupcheck VALUES (1,'gold','Simultaneous-Use',':=','2');\n")
	for n := range users {
		attribute, value := "Cleartext-Password", fmt.Sprintf("pass %d", n)
		switch n % 20 {
		case 3:
			attribute, value = "NT-Password", "0CB6948805F797BF2A82807973B89537"
			refused++
		case 4:
			attribute, value = "Crypt-Password", "$1$abc$def"
			refused++
		case 5:
			attribute = "User-Password"
		case 6:
			attribute, value = "Password-With-Header", "{clear}"+value
		case 7:
			attribute, value = "Password-With-Header", "{SSHA}abcdef"
			refused++
		case 8:
			attribute, value = "Auth-Type", "Accept"
			refused++
		}
		fmt.Fprintf(&b, "INSERT INTO `radcheck` (`id`, `username`, `attribute`, `op`, `value`) VALUES (%d,'u%d','%s',':=','%s'),(%d,'u%d','Expiration',':=','%s');\n",
			2*n+1, n, attribute, value, 2*n+2, n, []string{"26 Dec 2026", "Dec 26 2026 12:00:00", "26 Dec 2026 12:00", "1798232400"}[n%4])
		switch n % 3 {
		case 0:
			fmt.Fprintf(&b, "INSERT INTO radusergroup VALUES ('u%d','silver',5),('u%d','gold',1);\n", n, n)
		case 1:
			fmt.Fprintf(&b, "INSERT INTO radreply VALUES (%d,'u%d','Mikrotik-Rate-Limit',':=','2M/4M'),(%d,'u%d','Framed-IP-Address','=','10.0.%d.%d');\n", 2*n, n, 2*n+1, n, n/250, n%250+1)
		}
	}
	b.WriteString("INSERT INTO userinfo VALUES (1,'u0','Amina','Otieno','amina@example.com','','0712345678','Gate 4','Nairobi','pays late');\n")
	b.WriteString("INSERT INTO radusergroup VALUES ('u2','daloRADIUS-Disabled-Users',0);\nINSERT INTO radreply VALUES (90001,'orphan','Framed-IP-Address','=','10.9.9.9');\n")
	return b.String(), refused + 1
}

func TestTheSQLOfFreeRADIUS(t *testing.T) {
	text, refused := radiusDump(400)
	b, err := ReadFreeRADIUS(strings.NewReader(text), nairobi)
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, b)
	if len(b.Refused) != refused || len(b.Customers) != 401-refused {
		t.Fatalf("%d customers, %d refused, not %d", len(b.Customers), len(b.Refused), refused)
	}
	plans := map[string]Plan{}
	for _, p := range b.Plans {
		plans[p.Key] = p
	}
	if g := plans["group:gold"]; g.Rate.UpKbps != 5000 || g.Rate.DownKbps != 20000 || g.Devices != 2 || g.Kind != PPPoE {
		t.Errorf("%+v", g)
	}
	if g := plans["group:silver"]; g.Rate.DownKbps != 8000 || g.Rate.UpKbps != 4000 {
		t.Errorf("%+v", g)
	}
	for _, c := range b.Customers {
		var n int
		s := c.Subscriptions[0]
		_, _ = fmt.Sscanf(s.Login, "u%d", &n)
		plan := []string{"group:gold", "speed:4M/2M", "speed:No limit"}[n%3]
		until := time.Date(2026, 12, 26, 12, 0, 0, 0, nairobi)
		if n%4 == 0 {
			until = until.Add(-12 * time.Hour)
		} else if n%4 == 3 {
			until = time.Unix(1798232400, 0)
		}
		if s.Password != fmt.Sprintf("pass %d", n) || s.Plan != plan || !s.Until.Equal(until) || s.Off != (n == 2) || plans[s.Plan].Key == "" {
			t.Fatalf("%+v", c)
		}
		if n%3 == 1 && s.Address != fmt.Sprintf("10.0.%d.%d", n/250, n%250+1) {
			t.Errorf("%+v", s)
		}
	}
	if c := b.Customers[0]; c.Name != "Amina Otieno" || c.Phone != "0712345678" || c.Address != "Gate 4, Nairobi" || c.Notes[0] != "pays late" || c.Numbers[0] != "u0" {
		t.Errorf("%+v", c)
	}
	kinds := map[string]int{}
	for _, told := range b.Refused {
		kinds[fault.KeyOf(told.Why)]++
	}
	if kinds["incoming.hash"] != 60 || kinds["incoming.any_password"] != 20 || kinds["incoming.no_password"] != 1 {
		t.Error(kinds)
	}
}

func TestAPasswordInTheClearBesideAHashIsEnough(t *testing.T) {
	b, err := ReadFreeRADIUS(strings.NewReader(radiusSchema+"INSERT INTO radcheck VALUES (1,'a','NT-Password',':=','0CB6'),(2,'a','Cleartext-Password',':=','x'),(3,'b','Expiration',':=','tomorrow'),(4,'b','Cleartext-Password',':=','x'),(5,'b','MD5-Password',':=','x');"), nairobi)
	if err != nil || len(b.Customers) != 1 || b.Customers[0].Subscriptions[0].Password != "x" || fault.KeyOf(b.Refused[0].Why) != "incoming.time" {
		t.Errorf("%+v %v", b, err)
	}
	accounted(t, b)
}

func FuzzRADIUS(f *testing.F) {
	text, _ := radiusDump(25)
	f.Add(text)
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ReadFreeRADIUS(strings.NewReader(s), nairobi)
		if err != nil {
			return
		}
		for name, c := range b.Counts {
			if c.Read != c.Taken+c.Refused {
				t.Errorf("%s: %d read, %d taken, %d refused", name, c.Read, c.Taken, c.Refused)
			}
		}
	})
}
