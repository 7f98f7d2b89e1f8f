package app

import (
	"compress/gzip"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/sim/panels"
	"mtandao/internal/testdb"
)

// asMany says how much is brought in: all of "must be shown" 8 with MTANDAO_LONG.
func asMany(all, some int) int {
	if os.Getenv("MTANDAO_LONG") != "" {
		return all
	}
	return some
}

func inFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// agrees wants the books to be right.
func agrees(t *testing.T) {
	t.Helper()
	var books proofReport
	fromJSON(t, must(t, "ledger", "verify", "--json"), &books)
	if len(books.Problems) != 0 {
		t.Errorf("%+v", books)
	}
}

// tells runs a command that may say on the error stream how far it is, and gives its answer.
func tells(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errOut := runCommand(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit %d\n%s", args, code, errOut)
	}
	return out
}

// bringIn is a dry run, the import, the import again, and taking it back; it tells what the dry run said.
func bringIn(t *testing.T, args ...string) (dry importReport) {
	t.Helper()
	args = append([]string{"import"}, args...)
	watch := clock.Stopwatch()
	fromJSON(t, tells(t, append(args, "--dry-run", "--json")...), &dry)
	dryTook := watch()
	watch = clock.Stopwatch()
	var done, again importReport
	fromJSON(t, tells(t, append(args, "--json")...), &done)
	took := watch()
	for what, of := range dry.Tally {
		for do, n := range of {
			if done.Tally[what][do] != n {
				t.Errorf("%d %s %s were told, and %d done", n, do, what, done.Tally[what][do])
			}
		}
	}
	for _, g := range dry.Groups {
		if !g.Holds {
			t.Errorf("%+v", g)
		}
	}
	for _, r := range dry.Rows {
		if r.At == "" || r.Do == "refused" && r.Why == "" {
			t.Errorf("%+v", r)
		}
	}
	agrees(t)
	fromJSON(t, tells(t, append(args, "--json")...), &again)
	if again.Tally["customer"]["new"]+again.Tally["line"]["new"] != 0 || again.Tally["customer"]["there"] != dry.Tally["customer"]["new"] || again.Opened != "KES 0" {
		t.Errorf("again: %+v %q", again.Tally, again.Opened)
	}
	var back struct {
		Customers, Lines int
		Stayed           []importLine
	}
	watch = clock.Stopwatch()
	fromJSON(t, tells(t, "import", "undo", strconv.FormatInt(done.Import, 10), "--json"), &back)
	if back.Customers != dry.Tally["customer"]["new"] || back.Lines != dry.Tally["line"]["new"] || len(back.Stayed) != 0 {
		t.Errorf("taken back: %+v", back)
	}
	t.Logf("%s: %d customers and %d lines: told of in %v, brought in within %v, gone within %v; %d MB of memory at most", args[1], dry.Tally["customer"]["new"], dry.Tally["line"]["new"],
		dryTook.Round(time.Millisecond), took.Round(time.Millisecond), watch().Round(time.Millisecond), mostMemory(t)>>20)
	agrees(t)
	return dry
}

// mostMemory is the most that this process has had in memory, in octets.
func mostMemory(t *testing.T) int64 {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return used.Maxrss << 10
}

// TestComingInByCommandsAlone is "must be shown" 8 of issue 6.
func TestComingInByCommandsAlone(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			inExampleHouse(t, dialect)
			var dump strings.Builder
			customers := asMany(20_000, 300)
			facts := panels.WritePHPNuxBill(&dump, customers, 7)
			dry := bringIn(t, "phpnuxbill", inFile(t, "nux.sql", dump.String()), "--plan", "Home 10=home-10", "--plan", "Day 2GB=home-10", "--router", "Kasarani=kasarani-1")
			if dry.Tally["customer"]["new"] != facts.Customers || dry.Tally["line"]["new"] != facts.Recharges-facts.Refused || dry.Opened != money.KES(facts.Balance).String() || dry.Groups[0].Held != dry.Opened {
				t.Errorf("%+v %s, not %+v", dry.Tally, dry.Opened, facts)
			}
			var export strings.Builder
			secrets := asMany(5000, 200)
			refused := panels.WriteExport(&export, secrets)
			dry = bringIn(t, "routeros", "kasarani-1", inFile(t, "export.rsc", export.String()), "--plan", "home-10=home-10", "--plan", "office 50=home-10", "--plan", "daily=home-10")
			if came := secrets + 2 - (refused - 1); dry.Tally["customer"]["new"] != came || dry.Tally["customer"]["refused"] != refused || dry.Tally["line"]["later"] == 0 {
				t.Errorf("%+v of %d, %d refused", dry.Tally, secrets, refused)
			}
			users, outside := panels.FreeRADIUS(asMany(5000, 200))
			dry = bringIn(t, "freeradius", inFile(t, "radius.sql", users), "--plan", "gold=home-10", "--plan", "4M/2M=home-10", "--plan", "No limit=home-10")
			if dry.Tally["customer"]["refused"] != outside || dry.Tally["line"]["new"] != dry.Tally["customer"]["new"] {
				t.Errorf("%+v, %d outside", dry.Tally, outside)
			}
			table := "Jina,Simu,Akaunti,User,Secret,Kifurushi,Salio\nAmina,0712345678,A-1,amina,s3cret,Home 10,-250\nBen,,A-2,ben,s3cret,Gold,\n,,,,,,\nCleo,1,A-3,cleo,,Home 10,5\n"
			said := must(t, "import", "csv", inFile(t, "people.csv", table), "--column", "login=User", "--column", "password=Secret", "--plan", "Home 10=home-10", "--dry-run")
			for _, want := range []string{"new      customer line 2                       Amina", "later    line     line 3                       ben: Its plan is not here yet", "refused  customer line 5                       Cleo: It has no password",
				"balances of rows: -KES 245 = credits KES 0 - debts KES 250 + refused KES 5: holds", "A dry run: nothing was changed. New balances would come to -KES 250."} {
				if !strings.Contains(said, want) {
					t.Errorf("no %q in\n%s", want, said)
				}
			}
			for want, args := range map[string][]string{"There is no column": {"csv", inFile(t, "x.csv", "a,b\n1,2\n")}, "Name the file of a dump": {"phpnuxbill"}, "is no time zone": {"freeradius", "x", "--zone", "Here"},
				"There is no such import": {"undo", "12"}, "does not answer": {"phpnuxbill", "--dsn", "u:p@tcp(127.0.0.1:1)/x"}, "cannot be read. Write user": {"freeradius", "--dsn", "nonsense"}} {
				if code, _, errOut := runCommand(t, append([]string{"import"}, args...)...); code != 1 || !strings.Contains(errOut, want) {
					t.Errorf("%v: exit %d, %s", args, code, errOut)
				}
			}
		})
	}
}

// TestWhatIsMissingForAnImportIsNamed: a site that is not here, and a site at all, with how to have one.
func TestWhatIsMissingForAnImportIsNamed(t *testing.T) {
	inNewHouse(t, "sqlite")
	must(t, "migrate")
	people := inFile(t, "people.csv", "name,login,plan\nAmina,amina,Home 10\n")
	for want, args := range map[string][]string{"There is no site yet": nil, "No site here has the short name nowhere: say which it is with --site.": {"--site", "nowhere"}} {
		if code, _, errOut := runCommand(t, append([]string{"import", "csv", people, "--dry-run"}, args...)...); code != 1 || !strings.Contains(errOut, want) {
			t.Errorf("%v: exit %d, %s", args, code, errOut)
		}
	}
}

// TestAnotherProgramsDatabaseIsRead: by its DSN it says what its dump says.
func TestAnotherProgramsDatabaseIsRead(t *testing.T) {
	inExampleHouse(t, "sqlite")
	dsn := strings.TrimPrefix(testdb.Empty(t, db.MySQL), "mysql:")
	there, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	load := func(text string) {
		for statement := range strings.SplitSeq(text, ";\n") {
			if statement = strings.TrimSpace(statement); statement == "" || strings.HasPrefix(statement, "-- MariaDB dump") && !strings.Contains(statement, "DROP") {
				continue
			}
			if _, err := there.Exec(statement); err != nil {
				t.Fatalf("%v: %.200s", err, statement)
			}
		}
	}
	var dump strings.Builder
	panels.WritePHPNuxBill(&dump, 150, 3)
	load(dump.String())
	users, _ := panels.FreeRADIUS(60)
	load(users)
	for source, file := range map[string]string{"phpnuxbill": inFile(t, "nux.sql", dump.String()), "freeradius": inFile(t, "radius.sql", users)} {
		var fromDump, fromDatabase importReport
		fromJSON(t, must(t, "import", source, file, "--dry-run", "--json"), &fromDump)
		fromJSON(t, must(t, "import", source, "--dsn", dsn, "--dry-run", "--json"), &fromDatabase)
		if len(fromDump.Rows) != len(fromDatabase.Rows) || fromDump.Opened != fromDatabase.Opened || fromDump.Tally["line"]["later"] != fromDatabase.Tally["line"]["later"] {
			t.Errorf("%s: %+v %s from the dump, %+v %s from the database", source, fromDump.Tally, fromDump.Opened, fromDatabase.Tally, fromDatabase.Opened)
		}
		for n, row := range fromDump.Rows {
			if got := fromDatabase.Rows[n]; got.Name != row.Name || got.Do != row.Do || got.Why != row.Why {
				t.Errorf("%+v is %+v", row, got)
			}
		}
	}
}

// TestTheWayInThatTheReadmeShows runs the commands of README.md's chapter on moving, in their order, on files of each system.
func TestTheWayInThatTheReadmeShows(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(readme), "### Moving from PHPNuxBill")
	chapter, _, _ = strings.Cut(chapter, "\n### ")
	inExampleHouse(t, "sqlite")
	t.Chdir(t.TempDir())
	var dump, export, packed strings.Builder
	panels.WritePHPNuxBill(&dump, 60, 2)
	z := gzip.NewWriter(&packed)
	if _, err := io.WriteString(z, dump.String()); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	panels.WriteExport(&export, 40)
	users, _ := panels.FreeRADIUS(40)
	for name, text := range map[string]string{"nux.sql.gz": packed.String(), "export.rsc": export.String(), "radius.sql": users, "people.csv": "name,User,password,plan\nAmina,amina,x,Home 10\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	brought, said := "", map[string]string{}
	for _, m := range readmeLine.FindAllStringSubmatch(chapter, -1) {
		if !strings.HasPrefix(m[1], "import ") {
			continue
		}
		var args []string
		for _, word := range quoted.FindAllStringSubmatch(strings.ReplaceAll(m[1], "7401234567890", brought), -1) {
			args = append(args, word[1]+word[2])
		}
		out := tells(t, args...)
		said[args[1]] += out
		if done := importDone.FindStringSubmatch(out); done != nil {
			brought = done[1]
		}
	}
	for of, want := range map[string]string{"phpnuxbill": "Import " + brought + " is done", "routeros": "A dry run", "freeradius": "A dry run", "csv": "new      line     line 2", "rest": "House: B4", "undo": "Taken back: 60 customers, 58 lines and"} {
		if !strings.Contains(said[of], want) {
			t.Errorf("%s says nothing of %q:\n%.2000s", of, want, said[of])
		}
	}
	agrees(t)
}

var importDone = regexp.MustCompile(`Import (\d+) is done`)
