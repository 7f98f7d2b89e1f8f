package app

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/db"
)

// TestTheDiskIsFull: known customers go on logging in, accounting gets no answer, and what routers send again when there is room
// is counted to the octet. On SQLite the database is on that disk too.
func TestTheDiskIsFull(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			const people = 20
			o := openOutage(t, dialect)
			r := o.smallRouter()
			for n := outageEnding; n < outageEnding+people; n++ {
				r.logIn(n)
				r.report(n, true)
			}
			free := o.fillDisk()
			for n := outageEnding; n < outageEnding+people; n++ {
				r.logIn(n)
				if before := r.octets[n]; n < outageEnding+3 {
					if r.report(n, false); r.octets[n] != before {
						t.Error("a report is answered that no disk holds")
					}
				}
			}
			free()
			want := int64(0)
			for n := outageEnding; n < outageEnding+people; n++ {
				r.report(n, true)
				want += r.octets[n]
			}
			m := openEnvironment(t)
			defer m.Close()
			until(t, 30*time.Second, "all is counted", func() bool {
				var used int64
				err := m.DB.SQL().QueryRow("SELECT SUM(used_bytes) FROM grants").Scan(&used)
				return err == nil && used == want
			})
		})
	}
}

// fillDisk makes every write to a file fail in serve, as on a full disk, until it is freed: this needs no disk of its own, which
// only root may mount.
func (o *outage) fillDisk() (free func()) {
	o.Helper()
	var before unix.Rlimit
	full := unix.Rlimit{}
	if err := unix.Prlimit(o.node.Process.Pid, unix.RLIMIT_FSIZE, nil, &before); err != nil {
		o.Fatal(err)
	}
	full.Max = before.Max
	set := func(l unix.Rlimit) {
		if err := unix.Prlimit(o.node.Process.Pid, unix.RLIMIT_FSIZE, &l, nil); err != nil {
			o.Error(err)
		}
	}
	set(full)
	return func() { set(before) }
}

// smallRouter asks for each of its customers once at a time.
type smallRouter struct {
	*outage
	authConn, acctConn net.Conn
	octets             map[int]int64
	id                 byte
}

func (o *outage) smallRouter() *smallRouter {
	o.Helper()
	r := &smallRouter{outage: o, octets: map[int]int64{}}
	for conn, to := range map[*net.Conn]string{&r.authConn: o.auth, &r.acctConn: o.acct} {
		var err error
		if *conn, err = net.Dial("udp", to); err != nil {
			o.Fatal(err)
		}
		o.Cleanup(func() { _ = (*conn).Close() })
	}
	return r
}

// askOnce sends a packet up to three times and gives back the code of the answer; 0 without one.
func (r *smallRouter) askOnce(conn net.Conn, wire []byte, wait time.Duration) byte {
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
	mac := outageMAC(n).Dashes()
	r.id++
	if code := r.askOnce(r.authConn, papOctets(r.id, mac, mac, "x"), 3*time.Second); code != 2 {
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
	mac := outageMAC(n).Dashes()
	r.id++
	p.Identifier = r.id
	err := errors.Join(rfc2866.AcctStatusType_Set(p, rfc2866.AcctStatusType_Value_InterimUpdate), rfc2866.AcctSessionID_SetString(p, fmt.Sprintf("81%06x", n)),
		rfc2865.UserName_SetString(p, mac), rfc2865.CallingStationID_SetString(p, mac), rfc2866.AcctSessionTime_Set(p, rfc2866.AcctSessionTime(octets/1000)),
		rfc2866.AcctInputOctets_Set(p, rfc2866.AcctInputOctets(octets)))
	wire, e := p.Encode()
	if err = errors.Join(err, e); err != nil {
		r.Fatal(err)
	}
	return r.askOnce(r.acctConn, wire, wait) == 5
}
