package app

import (
	"errors"
	"fmt"
	"net"
	"os/signal"
	"syscall"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestTheDiskIsFull: known customers go on logging in, accounting gets no answer, and what routers send again when there is room
// is counted to the octet. On SQLite the database is on that disk too.
func TestTheDiskIsFull(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := &storm{T: t, routers: 1, people: 20, data: t.TempDir(), url: testdb.URL(t, dialect)}
			s.furnish()
			r := s.smallRouter()
			for n := range s.people {
				r.logIn(n)
				r.report(n, true)
			}
			if err := s.main.saveKnown(); err != nil {
				t.Fatal(err)
			}
			free := fillDisk(t)
			for n := range s.people {
				r.logIn(n)
				if before := r.octets[n]; n < 3 {
					if r.report(n, false); r.octets[n] != before {
						t.Error("a report is answered that no disk holds")
					}
				}
			}
			if err := s.main.saveKnown(); err == nil {
				t.Error("a copy was written to a full disk")
			}
			if _, err := s.main.readKnown(); err != nil {
				t.Errorf("the copy of before is lost: %v", err)
			}
			free()
			want := int64(0)
			for n := range s.people {
				r.report(n, true)
				want += r.octets[n]
			}
			until(t, 30*time.Second, "all is counted", func() bool {
				var used int64
				err := s.main.DB.SQL().QueryRow("SELECT SUM(used_bytes) FROM grants").Scan(&used)
				return err == nil && used == want
			})
		})
	}
}

// fillDisk makes every write to a file fail in this process, as on a full disk, until it is freed: this needs no disk of its own,
// which only root may mount.
func fillDisk(t *testing.T) (free func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	set := func(l syscall.Rlimit) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() { set(before) })
	set(syscall.Rlimit{Cur: 0, Max: before.Max})
	return func() { set(before) }
}

// smallRouter asks for each of its customers once at a time.
type smallRouter struct {
	*storm
	auth, acct net.Conn
	octets     map[int]int64
	id         byte
}

func (s *storm) smallRouter() *smallRouter {
	s.Helper()
	auth, acct := s.main.RadiusAddresses()
	r := &smallRouter{storm: s, octets: map[int]int64{}}
	for conn, to := range map[*net.Conn]string{&r.auth: auth.String(), &r.acct: acct.String()} {
		var err error
		if *conn, err = (&net.Dialer{LocalAddr: &net.UDPAddr{IP: stormSource(0).AsSlice()}}).Dial("udp", to); err != nil {
			s.Fatal(err)
		}
		s.Cleanup(func() { _ = (*conn).Close() })
	}
	return r
}

// ask sends a packet up to three times and gives back the code of the answer; 0 without one.
func (r *smallRouter) ask(conn net.Conn, wire []byte, wait time.Duration) byte {
	r.Helper()
	buffer := make([]byte, 4096)
	for range 3 {
		_, _ = conn.Write(wire)
		_ = conn.SetReadDeadline(time.Now().Add(wait))
		for {
			n, err := conn.Read(buffer)
			if err != nil {
				break
			}
			if n >= 20 && buffer[1] == wire[1] {
				return buffer[0]
			}
		}
	}
	return 0
}

func (r *smallRouter) logIn(n int) {
	r.Helper()
	mac := stormMAC(n).Dashes()
	r.id++
	if code := r.ask(r.auth, papOctets(r.id, mac, mac, "x"), 3*time.Second); code != 2 {
		r.Errorf("customer %d gets %d", n, code)
	}
}

// report tells a thousand octets more; what is not answered has to be told again.
func (r *smallRouter) report(n int, wanted bool) {
	r.Helper()
	wait := 100 * time.Millisecond
	if wanted {
		wait = 3 * time.Second
	}
	if r.tell(n, r.octets[n]+1000, wait) {
		r.octets[n] += 1000
	} else if wanted {
		r.Errorf("a report about %d gets no answer", n)
	}
}

func (r *smallRouter) tell(n int, octets int64, wait time.Duration) bool {
	r.Helper()
	p := codec.New(codec.CodeAccountingRequest, []byte(gateSecret))
	mac := stormMAC(n).Dashes()
	r.id++
	p.Identifier = r.id
	err := errors.Join(rfc2866.AcctStatusType_Set(p, rfc2866.AcctStatusType_Value_InterimUpdate), rfc2866.AcctSessionID_SetString(p, fmt.Sprintf("81%06x", n)),
		rfc2865.UserName_SetString(p, mac), rfc2865.CallingStationID_SetString(p, mac), rfc2866.AcctSessionTime_Set(p, rfc2866.AcctSessionTime(octets/1000)),
		rfc2866.AcctInputOctets_Set(p, rfc2866.AcctInputOctets(octets)))
	wire, e := p.Encode()
	if err = errors.Join(err, e); err != nil {
		r.Fatal(err)
	}
	return r.ask(r.acct, wire, wait) == 5
}
