package incoming

import (
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

func mustCSV(t *testing.T, text string, columns map[string]string) *Batch {
	t.Helper()
	b, err := ReadCSV(strings.NewReader(text), CSVOptions{Columns: columns, Zone: nairobi})
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, b)
	return b
}

func TestATableOfSubscribers(t *testing.T) {
	b := mustCSV(t, "\xef\xbb\xbfFull Name;Phone;Account No.;Username;Password;Package;Price;Expiry Date;Balance;Router;Colour\r\n"+
		"\"Otieno; Amina\";0712 345 678;100234;amina;s3cr;t;Gold;2,500;26/12/2026 12:00;1,250.50;Kasarani;red\r\n"+
		"Otieno Amina;0712345678;100234;amina;s3cret;Gold;2,500;26/12/2026 12:00;KES 1,250.50;Kasarani;red\r\n"+
		"Mary;+254722000111;100235;mary;x;Silver;1500/=;01/02/2027;(300);Kasarani;\r\n"+
		";;;;;;;;;;\r\n"+
		"Mary;;100235;mary2;y;Silver;;3/2/2027;;Mwiki;\r\n"+
		"Mary;;100235;mary3;y;Silver;;;5;Mwiki;\r\n"+
		"Joe;;100236;joe;;Silver;;;;;\r\n"+
		"Ann;;100237;ann;z;Gold;2600;soon;10;;\r\n"+
		"Eve;;100238;eve;z;Gold;2600;;ten;;\r\n"+
		"Ken;;100239;ken;z;Gold;2600;2026-12-01T10:00:00+03:00;;;\r\n", nil)
	var why []string
	for _, told := range b.Refused {
		why = append(why, told.At+" "+fault.KeyOf(told.Why))
	}
	if got := strings.Join(why, ", "); got != "line 2 incoming.columns, line 7 incoming.second_balance, line 8 incoming.no_password, line 9 incoming.time, line 10 incoming.money" {
		t.Error(got)
	}
	if len(b.Customers) != 3 || len(b.Customers[1].Subscriptions) != 2 || len(b.Plans) != 2 || len(b.Routers) != 2 {
		t.Fatalf("%+v", b)
	}
	c := b.Customers[0]
	if c.Name != "Otieno Amina" || c.Balance != money.KES(125050) || c.Numbers[0] != "100234" || !c.Subscriptions[0].Until.Equal(time.Date(2026, 12, 26, 12, 0, 0, 0, nairobi)) || b.Plans[0].Price != money.Shillings(2500) {
		t.Errorf("%+v", c)
	}
	if m := b.Customers[1]; m.Balance != money.KES(-30000) || !m.Subscriptions[0].Until.Equal(time.Date(2027, 2, 1, 0, 0, 0, 0, nairobi)) {
		t.Errorf("%+v", m)
	}
	left := ""
	for _, told := range b.Left {
		left += fault.KeyOf(told.Why) + " "
	}
	if left != "incoming.left_column incoming.two_prices " {
		t.Error(left)
	}
	groups, _ := b.Proof()
	if g := groups[0]; g.Held != money.KES(125050-30000+500+1000) || g.Credits != money.KES(125050) || g.Debts != money.KES(30000) || g.Outside != money.KES(1500) {
		t.Errorf("%+v", g)
	}
}

func TestColumnsThatAreMapped(t *testing.T) {
	text := "A|B|C|D\namina|s3cret|Gold|12/31/2026\nmary|x|Gold|1/2/2027\n"
	b := mustCSV(t, text, map[string]string{"login": "A", "password": "b", "plan": "C", "expiry": "D"})
	if len(b.Customers) != 2 || !b.Customers[1].Subscriptions[0].Until.Equal(time.Date(2027, 1, 2, 0, 0, 0, 0, nairobi)) {
		t.Errorf("a column with a day 31 in second place has the month first: %+v", b.Customers)
	}
	for want, columns := range map[string]map[string]string{"incoming.no_column": {"login": "Z"}, "incoming.unknown_column": {"colour": "A"}} {
		if _, err := ReadCSV(strings.NewReader(text), CSVOptions{Columns: columns, Zone: nairobi}); fault.KeyOf(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	if _, err := ReadCSV(strings.NewReader(text), CSVOptions{Zone: nairobi}); fault.KeyOf(err) != "incoming.no_column" {
		t.Error(err)
	}
	if _, err := ReadCSV(strings.NewReader(""), CSVOptions{Zone: nairobi}); fault.KeyOf(err) != "incoming.empty" {
		t.Error(err)
	}
	mixed := mustCSV(t, "login,password,plan,expiry\na,x,G,12/31/2026\nb,x,G,31/12/2026\n", nil)
	if len(mixed.Customers) != 1 || len(mixed.Refused) != 1 {
		t.Errorf("days that contradict each other: %+v", mixed)
	}
}

func TestEncodings(t *testing.T) {
	text := "name,login,password,plan\nJérôme Kĩrĩnyaga,a,x,G\n"
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	if b := mustCSV(t, string(wide), nil); b.Customers[0].Name != "Jérôme Kĩrĩnyaga" {
		t.Errorf("%q", b.Customers[0].Name)
	}
	if b := mustCSV(t, "name,login,password,plan\nJ\xe9r\xf4me,a,x,G\n", nil); b.Customers[0].Name != "Jérôme" {
		t.Errorf("%q", b.Customers[0].Name)
	}
}

func TestMoneyAsPeopleWriteIt(t *testing.T) {
	for s, cents := range map[string]int64{"": 0, "0.00": 0, "1,250.50": 125050, "KES 500": 50000, "Ksh. 1,000/=": 100000, "500/-": 50000, "(200)": -20000, "-200": -20000, "KES -5.50": -550, "300 CR": 30000, "200 DR": -20000, "1 250": 125000, "12.5000": 1250, "- 3": -300} {
		if a, err := readMoney(s); err != nil || a != money.KES(cents) {
			t.Errorf("%q is %v: %v", s, a, err)
		}
	}
	for _, s := range []string{"ten", "1.250,00", "1,25", "--5", "$5", "1.234"} {
		if a, err := readMoney(s); fault.KeyOf(err) != "incoming.money" {
			t.Errorf("%q is %v: %v", s, a, err)
		}
	}
}

func TestSpans(t *testing.T) {
	for s, want := range map[string]time.Duration{"1w2d3h4m5s": 9*24*time.Hour + 3*time.Hour + 4*time.Minute + 5*time.Second, "00:30:00": 30 * time.Minute, "2d03:00:00": 51 * time.Hour, "1d": 24 * time.Hour, "0s": 0} {
		if got, ok := readSpan(s); !ok || got != want {
			t.Errorf("%s is %v", s, got)
		}
	}
	for _, s := range []string{"", "x", "1x", "1:2"} {
		if got, ok := readSpan(s); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("name,login,password,plan,balance,expiry\nAmina,a,x,G,5,1/2/2026\n")
	f.Add("Name;Login;Password;Plan\n\"a\"\"b\";c;d;e\n\"open;c;d;e\n")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := ReadCSV(strings.NewReader(s), CSVOptions{Zone: nairobi})
		if err != nil {
			return
		}
		if c := b.count(rows); c.Read != c.Taken+c.Refused {
			t.Errorf("%+v", c)
		}
		if groups, err := b.Proof(); err == nil {
			for _, g := range groups {
				if !g.Holds() {
					t.Errorf("%+v", g)
				}
			}
		}
	})
}

func FuzzRate(f *testing.F) {
	f.Add("5M/10M 8M/16M 4M/8M 16/16 8 1M/1M")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := readRate(s); err == nil && (r.UpKbps < 0 || r.DownKbps < 0 || r.Burst.Over < 0) {
			t.Errorf("%q is %+v", s, r)
		}
	})
}
