package app

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// knocker comes to serve's sockets over and over, and counts who finds a door shut.
type knocker struct {
	stop    chan struct{}
	all     sync.WaitGroup
	lock    sync.Mutex
	knocks  map[string]int
	refused map[string]int
}

func knock(t *testing.T, tcp string, udp ...string) *knocker {
	t.Helper()
	k := &knocker{stop: make(chan struct{}), knocks: map[string]int{}, refused: map[string]int{}}
	k.every("http "+tcp, func() error {
		conn, err := net.DialTimeout("tcp", tcp, 5*time.Second)
		if err != nil {
			return err
		}
		return conn.Close()
	})
	for _, address := range udp {
		conn, err := net.Dial("udp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		k.every("udp "+address, func() error { // no packet of RADIUS: nobody answers it, but the machine does when there is no socket
			_, err := conn.Write([]byte("?"))
			return err
		})
	}
	t.Cleanup(k.halt)
	return k
}

func (k *knocker) every(at string, do func() error) {
	k.all.Go(func() {
		for {
			select {
			case <-k.stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
			err := do()
			k.lock.Lock()
			k.knocks[at]++
			if errors.Is(err, syscall.ECONNREFUSED) {
				k.refused[at]++
			}
			k.lock.Unlock()
		}
	})
}

// least is how often it knocked at the door where it did so least.
func (k *knocker) least(doors int) int {
	k.lock.Lock()
	defer k.lock.Unlock()
	if len(k.knocks) < doors {
		return 0
	}
	return slices.Min(slices.Collect(maps.Values(k.knocks)))
}

func (k *knocker) halt() {
	select {
	case <-k.stop:
	default:
		close(k.stop)
	}
	k.all.Wait()
}

// TestNobodyIsRefusedWhileServeChanges: serve starts without its database, which comes back. From the first moment on the sockets are open, also while it goes from
// standing on the copy on disk to the database.
func TestNobodyIsRefusedWhileServeChanges(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			devHouse(t, dialect)
			for _, name := range []string{"HTTP", "RADIUS_AUTH", "RADIUS_ACCT"} {
				address, err := freePort("127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				t.Setenv("MTANDAO_"+name, address)
			}
			must(t, "migrate")
			o := &outage{T: t, url: os.Getenv("MTANDAO_DB")}
			fail := o.locked
			if dialect == db.MySQL {
				line, url := testdb.Through(t, o.url)
				t.Setenv("MTANDAO_DB", url)
				fail = func() func() { line.Break(); return line.Mend }
			}
			first := &lines{}
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the first run said:\n%s", first)
				}
			})
			stop := serve(t, first)
			until(t, 20*time.Second, "the copy is on disk", func() bool { return hasCopy(Config{Data: os.Getenv("MTANDAO_DATA")}) })
			if code := stop(); code != 0 {
				t.Fatal("the first run ends with", code)
			}
			mend := fail()
			log := &lines{}
			stop = serve(t, log)
			if log.find("THE DATABASE IS NOT THERE") == nil {
				t.Fatalf("the start found a database:\n%s", log)
			}
			k := knock(t, os.Getenv("MTANDAO_HTTP"), os.Getenv("MTANDAO_RADIUS_AUTH"), os.Getenv("MTANDAO_RADIUS_ACCT"))
			mend()
			until(t, 30*time.Second, "it has the database", func() bool { return log.find("the database is there again") != nil && ready(os.Getenv("MTANDAO_HTTP")) })
			until(t, 10*time.Second, "knocks at each door", func() bool { return k.least(3) >= 20 }) // SQLite's database is there again within a few
			k.halt()
			for at, n := range k.knocks {
				if t.Log(at, n, "knocks"); n < 20 || k.refused[at] > 0 {
					t.Errorf("%s: of %d knocks %d were refused", at, n, k.refused[at])
				}
			}
			if code := stop(); code != 0 {
				t.Error("it ends with", code)
			}
			if conn, err := net.DialTimeout("tcp", os.Getenv("MTANDAO_HTTP"), time.Second); err == nil {
				_ = conn.Close()
				t.Error("serve is over, and its door is open")
			}
		})
	}
}

func ready(address string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	return errors.Join(answer.Body.Close()) == nil && answer.StatusCode == http.StatusOK
}
