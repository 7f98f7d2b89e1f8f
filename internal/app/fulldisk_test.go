package app

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
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
			disk := smallDisk(t)
			s := &storm{T: t, routers: 1, people: 20, data: disk, url: "sqlite:" + filepath.Join(disk, "small.db")}
			if dialect == db.MySQL {
				s.url = testdb.URL(t, dialect)
			}
			s.furnish()
			r := s.smallRouter()
			for n := range s.people {
				r.logIn(n)
				r.report(n, true)
			}
			fill := r.fill(disk)
			for n := range s.people {
				r.logIn(n)
				r.report(n, false)
			}
			if err := s.main.saveKnown(); err == nil {
				t.Error("a copy was written to a full disk")
			}
			if _, err := s.main.readKnown(); err != nil {
				t.Errorf("the copy of before is lost: %v", err)
			}
			if err := os.Remove(fill); err != nil {
				t.Fatal(err)
			}
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

// smallDisk is a disk of 32 MB in memory.
func smallDisk(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=32m"); err != nil {
		t.Skipf("a disk of its own cannot be mounted here (%v); internal/spool shows how a full one is met", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder
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

// fill takes all room there is, until a report gets no answer, and gives back the file that did.
func (r *smallRouter) fill(disk string) string {
	r.Helper()
	name := filepath.Join(disk, "fill")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		r.Fatal(err)
	}
	defer f.Close()
	for range 1000 {
		for size := 1 << 20; size > 0; size /= 2 {
			for {
				if _, err := f.Write(make([]byte, size)); err != nil {
					break
				}
			}
		}
		if !r.tell(0, r.octets[0]+1000, 100*time.Millisecond) {
			return name
		}
		r.octets[0] += 1000
	}
	r.Fatal("the disk does not become full")
	return ""
}
