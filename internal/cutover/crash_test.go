package cutover

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/incoming"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

// The story of a process that is killed: what it does, on which database, and at which of its writes and commits it dies.
const (
	dieDo   = "MTANDAO_CUTOVER_DO"
	dieURL  = "MTANDAO_CUTOVER_URL"
	dieKeys = "MTANDAO_CUTOVER_KEYS"
	dieAt   = "MTANDAO_CUTOVER_AT"
)

func TestMain(m *testing.M) {
	if os.Getenv(dieDo) != "" {
		if err := mortal(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// mortal imports, or takes back, and is killed with signal 9 before the write or at the commit that it is told; it says how many there were.
func mortal() error {
	at, _ := strconv.Atoi(os.Getenv(dieAt))
	n := 0
	strike := func() {
		if n++; n == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	d, err := db.Open(ctx, os.Getenv(dieURL), db.Options{Hook: func(string) { strike() }})
	if err != nil {
		return err
	}
	keys, err := seal.Load(os.Getenv(dieKeys))
	if err != nil {
		return err
	}
	t := &testing.B{}
	h := wired(t, d, keys)
	h.knows()
	err = d.InTx(ctx, func(tx *db.Tx) error {
		c, die := tx.Gorm().Callback(), func(*gorm.DB) { strike() }
		return errors.Join(c.Create().Before("gorm:create").Register("die", die), c.Raw().Before("gorm:raw").Register("die", die), c.Update().Before("gorm:update").Register("die", die),
			c.Delete().Before("gorm:delete").Register("die", die))
	})
	if err != nil {
		return err
	}
	b, err := fewWithPlans()
	if err != nil {
		return err
	}
	n = 0
	wish := h.wish()
	wish.Make = true
	r, err := h.Import(ctx, b, wish, asha)
	if err == nil && os.Getenv(dieDo) == "undo" {
		_, err = h.Undo(ctx, r.ImportID, asha, nil)
	}
	fmt.Println("writes", n)
	return err
}

// fewWithPlans is a source of a few groups, some of whom owe, with a plan that is not here.
func fewWithPlans() (*incoming.Batch, error) {
	var b strings.Builder
	b.WriteString("name,phone,account,login,password,plan,price,router,expiry,balance\n")
	for n := range together + 4 {
		fmt.Fprintf(&b, "Wanjiru %d,07%08d,OLD-%d,home%d,secret,%s,1500,Kasarani,2026-12-%02d,%d\n", n, n, n, n, []string{"Home 10", "Gold"}[n%2], n%28+1, n*100-900)
	}
	return incoming.ReadCSV(strings.NewReader(b.String()), incoming.CSVOptions{Zone: nairobi})
}

// TestKilledAtItsWrites: a process that imports, or takes back, is killed with signal 9 at one write after another; the next run ends what it began
// with nothing doubled and nothing left, and the books agree. All writes with MTANDAO_LONG, else every so many.
func TestKilledAtItsWrites(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			whole := runMortal(t, dialect, "undo", 0)
			step := max(1, whole/6)
			if os.Getenv("MTANDAO_LONG") != "" {
				step = max(1, whole/400)
			}
			kills := 0
			for at := 1; at <= whole; at += step {
				runMortal(t, dialect, "undo", at)
				kills++
			}
			t.Logf("killed %d times, at every %d of %d writes and commits", kills, step, whole)
		})
	}
}

// runMortal has the process killed at a write, and proves what the next run makes of it; it tells how many writes there were.
func runMortal(t *testing.T, dialect, do string, at int) (writes int) {
	t.Helper()
	url := testdb.URL(t, dialect)
	d := testdb.OpenURL(t, url, db.Options{})
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys")
	if err := keys.Save(path); err != nil {
		t.Fatal(err)
	}
	h := wired(t, d, keys)
	h.furnish()
	plansBefore := h.count("plans")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), dieDo+"="+do, dieURL+"="+url, dieKeys+"="+path, dieAt+"="+strconv.Itoa(at))
	out, err := child.CombinedOutput()
	if at == 0 {
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		_, said, _ := strings.Cut(string(out), "writes ")
		writes, _ = strconv.Atoi(strings.TrimSpace(said))
		return writes
	}
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("killed at %d: %v %s", at, err, out)
	}
	b, err := fewWithPlans()
	if err != nil {
		t.Fatal(err)
	}
	h.knows()
	wish := h.wish()
	wish.Make = true
	if _, err := h.Import(ctx, b, wish, asha); err != nil {
		t.Fatalf("killed at %d: %v", at, err)
	}
	if n := int64(len(b.Customers)); h.count("customers") != n || h.count("subscriptions") != n || h.count("plans") != plansBefore+1 {
		t.Errorf("killed at %d: %d customers, %d lines, %d plans", at, h.count("customers"), h.count("subscriptions"), h.count("plans"))
	}
	h.proves(sumOf(b))
	for _, id := range h.imports() {
		if u, err := h.Undo(ctx, id, asha, nil); err != nil || len(u.Stayed) != 0 {
			t.Errorf("killed at %d, taken back: %+v %v", at, u, err)
		}
	}
	h.proves(0)
	if h.count("customers") != 0 || h.count("import_rows") != 0 || h.count("plans") != plansBefore {
		t.Errorf("killed at %d, %d customers, %d rows and %d plans stay", at, h.count("customers"), h.count("import_rows"), h.count("plans"))
	}
	return 0
}

// imports are all that there are, the newest first: a plan is taken back by who brought it in, and stays while a later import uses it.
func (h *house) imports() (ids []int64) {
	h.Helper()
	h.tx(func(tx *db.Tx) error {
		return tx.Gorm().Raw("SELECT id FROM imports ORDER BY id DESC").Scan(&ids).Error
	})
	return ids
}
