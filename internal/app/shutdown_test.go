package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/db"
)

// serveChild makes of this test binary the command serve, so that a real signal can stop it.
const serveChild = "MTANDAO_SERVE_CHILD"

// busyNode is serve in a process of its own, while M-Pesa and a router talk to it.
type busyNode struct {
	process  *exec.Cmd
	log      *lines
	secret   string // of the till's callback address
	receipts atomic.Int64
	sessions atomic.Int64
	talking  sync.WaitGroup
	ended    chan struct{} // closed when the process is gone
}

// TestAStopUnderLoadLosesNothing sends SIGTERM to serve while it answers: what it has answered is in the database once the
// next start has drained the spools, and it ends by itself and says that all is well.
func TestAStopUnderLoadLosesNothing(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			n := startBusyNode(t, dialect)
			until(t, 30*time.Second, "it is busy", func() bool { return n.receipts.Load() > 300 && n.sessions.Load() > 300 })
			if err := n.process.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := n.process.Wait(); err != nil {
				t.Errorf("it ended by %v\n%s", err, n.log)
			}
			close(n.ended)
			n.talking.Wait()
			receipts, sessions := drained(t)
			if receipts < n.receipts.Load() || sessions < n.sessions.Load() {
				t.Errorf("answered %d payments and %d sessions, kept %d and %d", n.receipts.Load(), n.sessions.Load(), receipts, sessions)
			}
			t.Logf("answered %d payments and %d sessions, kept %d and %d", n.receipts.Load(), n.sessions.Load(), receipts, sessions)
		})
	}
}

func startBusyNode(t *testing.T, dialect string) *busyNode {
	t.Helper()
	devHouse(t, dialect)
	must(t, "migrate")
	n := &busyNode{log: &lines{}, secret: furnishBusyNode(t), ended: make(chan struct{})}
	n.process = exec.Command(os.Args[0])
	n.process.Env = append(os.Environ(), serveChild+"=1")
	n.process.Stderr = n.log
	if err := n.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.process.Process.Kill() })
	until(t, 20*time.Second, "it listens", func() bool { return n.log.find("listening") != nil })
	told := n.log.find("listening")
	for worker := range 4 {
		n.talking.Go(func() { n.pay(worker, told["portal"].(string)) })
		n.talking.Go(func() { n.account(t, worker, told["radius_acct"].(string)) })
	}
	return n
}

// furnishBusyNode stores a till and a router of this machine, and gives back the secret of the till's callback address.
func furnishBusyNode(t *testing.T) string {
	t.Helper()
	m := openEnvironment(t)
	defer m.Close()
	if err := m.prepareStart(t.Context()); err != nil {
		t.Fatal(err)
	}
	applyText(t, m, "sites:\n  - {slug: a, name: A}\nrouters:\n  - {name: r, site: a, dialect: mikrotik, addresses: [127.0.0.1], secret: "+benchSecret+"}\n")
	tills, err := m.Billing.Tills(t.Context())
	if err != nil || len(tills) != 1 {
		t.Fatal(tills, err)
	}
	return tills[0].CallbackSecret
}

// pay confirms payments by paybill, each once, until nobody answers any more.
func (n *busyNode) pay(worker int, portal string) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for i := 0; ; i++ {
		body := fmt.Sprintf(`{"TransactionType":"Pay Bill","TransID":"S%dA%07d","TransTime":"20261124120103","TransAmount":"5.00",`+
			`"BusinessShortCode":"174379","BillRefNumber":"nobody"}`, worker, i)
		answer, err := client.Post("http://"+portal+"/in/c/"+n.secret, "application/json", strings.NewReader(body))
		if err != nil {
			return
		}
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			n.receipts.Add(1)
		}
	}
}

// account begins sessions, each once, until nobody answers any more.
func (n *busyNode) account(t *testing.T, worker int, address string) {
	conn, err := net.Dial("udp", address)
	if err != nil {
		t.Error(err)
		return
	}
	n.talking.Go(func() { // an answer that will not come need not be waited for
		<-n.ended
		_ = conn.Close()
	})
	client := &benchClient{conn: conn.(*net.UDPConn)}
	for i := 0; ; i++ {
		p := codec.New(codec.CodeAccountingRequest, []byte(benchSecret))
		err := errors.Join(rfc2866.AcctStatusType_Set(p, rfc2866.AcctStatusType_Value_Start), rfc2866.AcctSessionID_SetString(p, fmt.Sprintf("%d%07d", worker, i)),
			rfc2865.UserName_SetString(p, "nobody"), rfc2865.CallingStationID_SetString(p, "02-AA-00-00-00-01"))
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := client.ask(p, codec.CodeAccountingResponse); err != nil {
			return
		}
		n.sessions.Add(1)
	}
}

// drained starts the program once more, until its spools are empty, and counts what the database holds.
func drained(t *testing.T) (receipts, sessions int64) {
	t.Helper()
	c := openEnvironment(t)
	config := c.Config
	_ = c.Close()
	config.HTTP, config.RadiusAuth, config.RadiusAcct = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	m, err := New(t.Context(), config, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	until(t, 60*time.Second, "the spools are empty", func() bool { return m.callbacks.Stats().Pending+m.accounting.Stats().Pending == 0 })
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	ask := "SELECT (SELECT COUNT(*) FROM receipts), (SELECT COUNT(*) FROM sessions_open) + (SELECT COUNT(*) FROM sessions_closed)"
	if err := m.DB.SQL().QueryRow(ask).Scan(&receipts, &sessions); err != nil {
		t.Error(err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	return receipts, sessions
}
