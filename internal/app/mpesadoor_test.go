package app

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
)

// railDoor is where the rail tells of money by hand, and what it told once.
type railDoor struct {
	*desks
	url  string
	told map[string]any
	n    int
}

// openRailDoor has one payment of ten shillings by hand, and what the rail said of it.
func openRailDoor(d *desks) *railDoor {
	d.Helper()
	d.receipt()
	r := &railDoor{desks: d}
	until(d.T, 10*time.Second, "the rail has had its answer", func() bool { // which it notes after we have taken what it said
		for _, one := range d.Safaricom.Deliveries() {
			if one.Kind == "confirmation" {
				r.url = one.URL
				d.must(json.Unmarshal(one.Body, &r.told))
				return true
			}
		}
		return false
	})
	return r
}

// says posts a body, and is the status of the answer.
func (r *railDoor) says(url string, body []byte) int {
	r.Helper()
	got, err := http.Post(url, "application/json", bytes.NewReader(body))
	r.must(err)
	r.must(got.Body.Close())
	return got.StatusCode
}

// announces is the status of the answer to who says how long a message will be, before a byte of it is sent.
func (r *railDoor) announces(length int) int {
	r.Helper()
	line := r.begins(length)
	defer line.Close()
	got, err := http.ReadResponse(bufio.NewReader(line), nil)
	r.must(err)
	r.must(got.Body.Close())
	return got.StatusCode
}

// begins has told how long a message is, and its first byte.
func (r *railDoor) begins(length int) net.Conn {
	r.Helper()
	line, err := net.DialTimeout("tcp", strings.TrimPrefix(r.asks.base, "http://"), 5*time.Second)
	r.must(err)
	r.must(line.SetDeadline(time.Now().Add(time.Minute)))
	_, err = fmt.Fprintf(line, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n{", r.url[strings.Index(r.url, "/in/"):], length)
	r.must(err)
	return line
}

// but is what the rail told, with a number of its own and some fields as they are given; nil leaves one out.
func (r *railDoor) but(fields map[string]any) []byte {
	r.Helper()
	r.n++
	told := maps.Clone(r.told)
	told["TransID"] = fmt.Sprintf("RZZ%07d", r.n)
	for name, value := range fields {
		if told[name] = value; value == nil {
			delete(told, name)
		}
	}
	body, err := json.Marshal(told)
	r.must(err)
	return body
}

// money is how many receipts there are, and what they come to.
func (r *railDoor) money() (s sum) {
	r.Helper()
	r.must(r.Main.DB.SQL().QueryRow("SELECT COUNT(*), COALESCE(SUM(amount_cents), 0) FROM receipts").Scan(&s.n, &s.cents))
	return s
}

// taken is how many messages of the rail were taken in.
func (r *railDoor) taken() (n int) {
	r.Helper()
	r.must(r.Main.DB.SQL().QueryRow("SELECT COUNT(*) FROM rail_inbox").Scan(&n))
	return n
}

// TestWhatComesToTheRailsDoor: what the rail, or somebody who has learnt its address, may say of money by hand counts once, as it was first told, and only what can be
// read, of our short code; the rest is kept, moves nothing and fails nothing.
func TestWhatComesToTheRailsDoor(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			r := openRailDoor(openDesks(t, dialect))
			r.repeated()
			r.misread()
			r.spelled()
			r.slow()
			r.proves()
		})
	}
}

// repeated: the same, with another sum, and at another's address.
func (r *railDoor) repeated() {
	r.Helper()
	was := r.money()
	first, err := json.Marshal(r.told)
	r.must(err)
	more := maps.Clone(r.told)
	more["TransAmount"] = "1000.00"
	other, err := json.Marshal(more)
	r.must(err)
	for range 3 {
		for _, body := range [][]byte{first, other} {
			if got := r.says(r.url, body); got != http.StatusOK {
				r.Errorf("told again: %d", got)
			}
		}
	}
	at := strings.LastIndex(r.url, "/")
	for _, address := range []string{r.url[:at] + "/" + strings.Repeat("0", 32), r.url[:at-2] + "/p/" + r.url[at+1:]} {
		if got := r.says(address, r.but(nil)); got != http.StatusOK { // whose address it is, only the database knows: who asks learns nothing
			r.Errorf("at another's address: %d", got)
		}
	}
	if got := r.says(r.url[:at]+"/nonsense", first); got != http.StatusNotFound {
		r.Errorf("at no address: %d", got)
	}
	if got := r.says(r.url, append(r.but(nil), bytes.Repeat([]byte(" "), 16<<10)...)); got != http.StatusBadRequest {
		r.Errorf("more than the rail ever says: %d", got)
	}
	if got := r.announces(1 << 20); got != http.StatusBadRequest {
		r.Errorf("a megabyte: %d", got)
	}
	r.settled()
	if now := r.money(); now != was {
		r.Errorf("money that was told again is %v, and was %v", now, was)
	}
}

// misread: what is no money, or not ours.
func (r *railDoor) misread() {
	r.Helper()
	was := r.money()
	whole := r.but(nil)
	bad := [][]byte{{}, {0}, []byte("null"), []byte("[]"), []byte(`"x"`), []byte("{}"), whole[:len(whole)/2], whole[:len(whole)-1], append(bytes.Clone(whole), whole...), bytes.Repeat([]byte("["), 15<<10)}
	for _, amount := range []any{"0", "-5", "1e3", "5.001", "１０", "92233720368547758.08", "92233720368547758.07", "10000000000.01", "9223372036854775807", "ten", "", nil, true, map[string]any{}, "NaN", "0x10", "1,000.005"} {
		bad = append(bad, r.but(map[string]any{"TransAmount": amount}))
	}
	for _, code := range []any{"999999", "", nil, 7, "' OR 1=1 --"} {
		bad = append(bad, r.but(map[string]any{"BusinessShortCode": code}))
	}
	for _, id := range []any{"", nil, 5, strings.Repeat("R", 300), "a b", "R\x00R1234567", "<script>alert(1)</script>"} {
		bad = append(bad, r.but(map[string]any{"TransID": id}))
	}
	before := r.taken()
	for _, body := range bad {
		if got := r.says(r.url, body); got != http.StatusOK {
			r.Errorf("%.60q: %d", body, got)
		}
	}
	until(r.T, 30*time.Second, "all is kept", func() bool { return r.taken() >= before+len(bad) })
	r.settled()
	if now := r.money(); now != was {
		r.Errorf("money that is none came: %v, and was %v", now, was)
	}
	for _, path := range []string{"/office/callbacks", "/office/suspense", "/office/payments"} {
		if got := r.asks.look(path); got.status != http.StatusOK || strings.Contains(got.body, "<script>alert") {
			r.Errorf("%s: %d", path, got.status)
		}
	}
}

// spelled: an account number is known however people type it.
func (r *railDoor) spelled() {
	r.Helper()
	who := r.someone(0)
	n := who.Number
	ways := []string{n, " " + n + " ", customers.Grouped(n), n[:3] + "-" + n[3:], "ACC " + n, "acc-" + n, "a/c " + n, "Account no. " + n, strings.Join(strings.Split(n, ""), " "), strings.ToLower("ACCT" + n), "#" + n}
	for _, account := range ways {
		if got := r.says(r.url, r.but(map[string]any{"BillRefNumber": account, "TransAmount": "10.00"})); got != http.StatusOK {
			r.Errorf("%q: %d", account, got)
		}
	}
	r.settled()
	all, err := r.Main.Accounts.Balances(r.Context(), []int64{who.ID})
	if r.must(err); all[who.ID].Cents != int64(len(ways))*10_00 {
		r.Errorf("typed in %d ways, %v came", len(ways), all[who.ID])
	}
}

// slow: many begin to tell something and never end; the rail is heard all the same.
func (r *railDoor) slow() {
	r.Helper()
	for range 100 {
		defer r.begins(500).Close()
	}
	was := r.money()
	if got := r.says(r.url, r.but(nil)); got != http.StatusOK {
		r.Errorf("beside slow ones: %d", got)
	}
	until(r.T, 20*time.Second, "heard beside slow ones", func() bool { return r.money().n == was.n+1 })
}
