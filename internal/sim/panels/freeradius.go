package panels

import (
	"fmt"
	"strings"
)

// RadiusSchema is how the SQL of FreeRADIUS begins.
const RadiusSchema = "CREATE TABLE radcheck (\n  id int(11) unsigned NOT NULL auto_increment,\n  username varchar(64) NOT NULL default '',\n  attribute varchar(64)  NOT NULL default '',\n  op char(2) NOT NULL DEFAULT '==',\n  value varchar(253)  NOT NULL default '',\n  PRIMARY KEY  (id),\n  KEY username (username(32))\n);\n" +
	"CREATE TABLE radreply (id int, username varchar(64), attribute varchar(64), op char(2), value varchar(253));\n" +
	"CREATE TABLE radusergroup (username varchar(64), groupname varchar(64), priority int);\n" +
	"CREATE TABLE radgroupreply (id int, groupname varchar(64), attribute varchar(64), op char(2), value varchar(253));\n" +
	"CREATE TABLE radgroupcheck (id int, groupname varchar(64), attribute varchar(64), op char(2), value varchar(253));\n" +
	"CREATE TABLE userinfo (id int, username varchar(128), firstname varchar(200), lastname varchar(200), email varchar(200), company varchar(200), mobilephone varchar(200), address varchar(200), city varchar(200), notes varchar(200));\n" +
	"CREATE TABLE radacct (radacctid bigint, acctsessionid varchar(64));\nINSERT INTO radacct VALUES (1,'a'),(2,'b');\n"

// FreeRADIUS writes the SQL of so many users, every way of keeping a password among them.
func FreeRADIUS(users int) (text string, refused int) {
	var b strings.Builder
	b.WriteString(RadiusSchema)
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
