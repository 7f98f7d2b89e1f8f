package house

import (
	"slices"
	"strings"
	"testing"
)

// sql is the least that the rule about the books needs.
const sql = "CREATE TABLE ledger_entries (id BIGINT PRIMARY KEY);\n"

// bite is a file, the rule to judge it by, and part of the finding it must cause; "" for none.
type bite struct{ rule, path, text, want string }

// bites lists small trees of one file, each breaking one rule or staying just inside it.
var bites = []bite{
	{"ranks", "internal/db/a.go", "package db\nimport _ \"mtandao/internal/jobs\"", "a.go:2: rank 2 imports internal/jobs"},
	{"ranks", "portal/guest/a.go", "package guest\nimport _ \"mtandao/portal/callbacks\"", "rank 13 imports portal/callbacks"},
	{"ranks", "internal/db/a.go", "package db\nimport _ \"mtandao/internal/other\"", "imports internal/other"},
	{"ranks", "internal/other/a.go", "package other", "has no rank"},
	{"ranks", "internal/db/a.go", "package db\nimport _ \"mtandao/internal/clock\"", ""},
	{"ranks", "internal/db/a_test.go", "package db\nimport _ \"mtandao/internal/testdb\"", ""},
	{"neighbours", "billing/a.go", "package billing\nimport _ \"mtandao/internal/testdb\"", "it is for tests"},
	{"neighbours", "radius/a.go", "package radius\nimport _ \"mtandao/billing/plans\"", "never money"},
	{"neighbours", "radius/access/a.go", "package access\nimport _ \"mtandao/internal/money\"", "never money"},
	{"neighbours", "billing/a.go", "package billing\nimport _ \"mtandao/radius/routers\"", "radius carries out"},
	{"neighbours", "billing/a.go", "package billing\nimport _ \"mtandao/radius/access\"", ""},
	{"neighbours", "portal/guest/a.go", "package guest\nimport _ \"mtandao/internal/db\"", "the face portal/guest imports internal/db"},
	{"neighbours", "portal/guest/a.go", "package guest\nimport _ \"mtandao/billing/ledger\"", "imports billing/ledger"},
	{"neighbours", "portal/guest/a.go", "package guest\nimport _ \"mtandao/portal/callbacks\"", "imports portal/callbacks"},
	{"neighbours", "portal/a.go", "package portal\nimport _ \"mtandao/portal/guest\"", ""},
	{"gorm in stores", "billing/a.go", "package billing\nimport _ \"gorm.io/gorm\"", "gorm.io/gorm belongs"},
	{"gorm in stores", "billing/a.go", "package billing\nimport _ \"database/sql\"", "database/sql belongs"},
	{"gorm in stores", "billing/a.go", "package billing\nvar a = tx.Gorm()", "a.go:2: a database handle"},
	{"gorm in stores", "billing/a.go", "package billing\nvar a = s.db.Read(ctx)", "a database handle"},
	{"gorm in stores", "billing/a.go", "package billing\nvar a = s.db.Read(tx.Context())", "a database handle"},
	{"gorm in stores", "billing/a.go", "package billing\nvar a = s.db.Sums(ctx)", "a database handle"},
	{"gorm in stores", "billing/a.go", "package billing\nvar a = s.db.Read(s.ctx)", "a database handle"},
	{"gorm in stores", "billing/a.go", "package billing\nvar a = conn.Read(buffer)", ""},
	{"gorm in stores", "billing/orderstore.go", "package billing\nimport _ \"gorm.io/gorm\"\nvar a = tx.Gorm()", ""},
	{"time from clock", "radius/a.go", "package radius\nimport \"time\"\nvar a = time.Now()", "a.go:3: time.Now"},
	{"time from clock", "radius/a.go", "package radius\nimport late \"time\"\nvar a = late.Until", "time.Until"},
	{"time from clock", "radius/a.go", "package radius\nimport \"time\"\nvar a = time.Since(b)", "time.Since"},
	{"time from clock", "radius/a_test.go", "package radius\nimport \"time\"\nvar a = time.Now()", ""},
	{"time from clock", "internal/clock/a.go", "package clock\nimport \"time\"\nvar a = time.Now()", ""},
	{"tables by table alone", "billing/a.go", "package billing\nimport \"encoding/csv\"\nvar a = csv.NewWriter(b)", "a.go:3: csv.NewWriter"},
	{"tables by table alone", "billing/a.go", "package billing\nimport \"encoding/csv\"\nvar a = csv.NewReader(b)", ""},
	{"no floats near money", "billing/plans/a.go", "package plans\nvar a float64", "float64 near money"},
	{"no floats near money", "internal/money/a.go", "package money\nvar a = 1.16", "the float 1.16"},
	{"no floats near money", "billing/a.go", "package billing\nvar a, _ = strconv.ParseFloat(s, 64)", "ParseFloat"},
	{"no floats near money", "radius/a.go", "package radius\nvar a float64 = 1.5", ""},
	{"no locks, no AutoMigrate", "billing/astore.go", "package billing\nvar a = d.AutoMigrate(b)", "migrations alone"},
	{"no locks, no AutoMigrate", "billing/astore.go", "package billing\nconst a = \"SELECT get_lock('a', 1)\"", "get_lock is wrong"},
	{"no locks, no AutoMigrate", "migrations/mysql/1.sql", "LOCK TABLES a WRITE;", "LOCK TABLES is wrong"},
	{"no locks, no AutoMigrate", "migrations/mysql/1.sql", "CREATE TABLE locks (id BIGINT);", ""},
	{"fiber stays in portal", "billing/a.go", "package billing\nimport \"github.com/gofiber/fiber/v2\"\nfunc a(*fiber.Ctx) {}", "fiber.Ctx outside"},
	{"fiber stays in portal", "portal/web/a.go", "package web\nimport \"github.com/gofiber/fiber/v2\"\nfunc a(*fiber.Ctx) {}", ""},
	{"no edge tags in domains", "billing/a.go", "package billing\ntype A struct { B int `gorm:\"x\" json:\"b\"` }", "A has a tag"},
	{"no edge tags in domains", "billing/a.go", "package billing\ntype A struct { B struct { C int `form:\"c\"` } }", "A has a tag"},
	{"no edge tags in domains", "billing/a.go", "package billing\ntype A struct { B int `gorm:\"x\"` }\ntype c struct { D int `json:\"d\"` }", ""},
	{"books by ledger alone", "billing/astore.go", "package billing\nconst a = \"SELECT 1 FROM ledger_entries\"", "ledger_entries belongs"},
	{"books by ledger alone", "billing/astore.go", "package billing\nconst a = \"mtandao_ledger_entries_total\"", ""},
	{"books by ledger alone", "billing/ledger/astore.go", "package ledger\nconst a = \"SELECT 1 FROM ledger_entries\"", ""},
	{"books by ledger alone", "migrations/mysql/1.sql", "", "no ledger_ tables"},
	{"models match", "billing/a.go", "package billing\nfunc (orderRow) TableName() string { return \"orders\" }", "compares orderRow"},
	{"models match", "billing/a_test.go", "package billing\nfunc (o *order) TableName() string { return \"\" }\nvar _ = testdb.ModelsMatch(t, d, &order{})", ""},
	{"doc.go", "billing/a.go", "package billing", "no doc.go"},
	{"doc.go", "billing/doc.go", "package billing", "no doc.go"},
	{"doc.go", "billing/doc.go", "// Package billing bills.\npackage billing", ""},
	{"doc comments", "billing/a.go", "package billing\nfunc A() {}", "A has no doc"},
	{"doc comments", "billing/a.go", "package billing\ntype A int", "A has no doc"},
	{"doc comments", "billing/a.go", "package billing\n// All of them.\ntype (\n A int\n)", "A has no doc"},
	{"doc comments", "billing/a.go", "package billing\nconst A = 1", "A has no doc"},
	{"doc comments", "billing/a.go", "package billing\nvar a, B = 1, 2", "a has no doc"},
	{"doc comments", "billing/a.go", "package billing\n// A is.\ntype A[T any] struct{}\nfunc (a *A[T]) B() {}", "B has no doc"},
	{"doc comments", "billing/a.go", "package billing\n// Two.\nconst (\n A = 1\n B = 2\n)\nfunc (e *Fault) Error() string { return \"\" }\nfunc (l *lower) Do() {}", ""},
	{"words exist", "billing/a.go", "package billing\nvar a = fault.New(fault.Invalid, \"phone.odd\")", "no text for phone.odd"},
	{"words exist", "billing/a.go", "package billing\nvar a = fault.Wrap(fault.Invalid, \"odd\", err)", "no text for odd"},
	{"words exist", "billing/a.go", "package billing\nvar a = words.Text(l, \"odd.\"+b)", "no text for odd."},
	{"words exist", "portal/a.go", "package portal\nvar a = p.T(\"odd\")", "no text for odd"},
	{"words exist", "billing/a.go", "package billing\nvar a = []b{{c, \"phone.odd\"}}", "no text for phone.odd"},
	{"words exist", "themes/guest/a.html", "<p>{{$.T \"odd\" \"A\" .A}}", "no text for odd"},
	{"words exist", "billing/a.go", "package billing\nvar a = fault.New(fault.Invalid, \"phone.short\")\nvar b = words.Text(l, \"cause.\"+c)\nvar d = []e{{\"phones.x\"}}", ""},
	{"the trail has words", "billing/a.go", "package billing\nvar a = audit.Event{Action: \"ate\"}", "a.go:2: no text for office.did.ate"},
	{"the trail has words", "billing/a.go", "package billing\nvar a = audit.Event{Object: \"lunch\"}", "no text for office.object.lunch"},
	{"the trail has words", "billing/a.go", "package billing\nimport \"mtandao/internal/audit\"\nfunc a() { action := \"ate\" }", "a.go:3: no text for office.did.ate"},
	{"the trail has words", "billing/a.go", "package billing\nimport \"mtandao/internal/audit\"\nfunc a(b int, action string) {}\nfunc c() { a(1, \"ate\") }", "a.go:4: no text for office.did.ate"},
	{"the trail has words", "portal/a.go", "package portal\nfunc a() { action := \"/pay\" }", ""},
	{"words are used", "billing/a.go", "package billing", "phone.short is not used"},
	{"words are used", "billing/a.go", "package billing", "no code builds keys from cause."},
	{"words are used", "billing/a.go", "package billing\nvar a = []string{\"phone.short\"}", "phone.short.next is not used"},
	{"words are used", "billing/a.go", "package billing\nvar a = []string{\"phone.short\", \".next\", \"" + strings.Join(dynamic, "\", \"") + "\"}", ""},
	{"functions", "billing/a.go", "package billing\nfunc a() {\n" + strings.Repeat("b()\n", 69) + "}", "a has 71 lines"},
	{"functions", "billing/a.go", "package billing\nfunc a() {\n" + strings.Repeat("b()\n", 68) + "}", ""},
	{"files", "billing/a_test.go", "package billing\n" + strings.Repeat("\n", 400), "the file has 401 lines"},
	{"files", "billing/a.go", "package billing\n" + strings.Repeat("\n", 399), ""},
	{"gofmt", "billing/a.go", "package billing\n\nvar a  = 1\n", "not as gofmt"},
	{"gofmt", "billing/a.go", "package billing\n\nvar a = 1\n", ""},
	{"marks", "README.md", "one\n## TO" + "DO write this\n", "README.md:2: TO" + "DO"},
	{"marks", "billing/a.go", "package billing\nvar a = 1 //no" + "lint:all", "a.go:2: no" + "lint"},
	{"marks", "Makefile", "mktemp /tmp/aXX" + "XXXX\n", ""},
	{"machine paths", "Makefile", "cd /ho" + "me/me/mtandao\n", "the path of one machine"},
	{"machine paths", "a.yaml", "key: \"/ro" + "ot/key\"\n", "/ro" + "ot/"},
	{"machine paths", "a.md", "https://example.com/ho" + "me/ and ./wo" + "rk/\n", ""},
	{"exports are used", "billing/a.go", "package billing\n// A is.\nfunc A() {}", "only tests use A"},
	{"exports are used", "billing/a.go", "package billing\n// A is.\nfunc A() {}\nvar b = A", ""},
	{"exports are used", "billing/a.go", "package billing\n// Run implements kong's.\nfunc (T) Run() {}", ""},
	{"exports are used", "radius/mikrotik/a.go", "package mikrotik\n// DialTLS is.\nfunc (T) DialTLS() {}", ""},
	{"exports are used", "radius/mikrotik/a.go", "package mikrotik\n// DialTLS is.\nfunc (T) DialTLS() {}\nvar a = b.DialTLS", "DialTLS has a caller now"},
	{"exports are used", "internal/testdb/a.go", "package testdb\n// A is.\nfunc A() {}", ""},
	{"skips", "billing/a_test.go", "package billing\nfunc a(t *testing.T) { t.Skip(\"no database\") }", "a test runs or fails"},
	{"skips", "billing/a.go", "package billing\nfunc a() { d.Skip() }", ""},
}

// TestRulesBite shows that each rule can fail, and where it stops.
func TestRulesBite(t *testing.T) {
	for _, b := range bites {
		t.Run(b.rule+"/"+b.want, func(t *testing.T) {
			texts := map[string][]byte{b.path: []byte(b.text)}
			if b.path != "migrations/mysql/1.sql" {
				texts["migrations/mysql/1.sql"] = []byte(sql)
			}
			small, err := newTree(texts, []string{"phone.short", "phone.short.next", "cause.ended"})
			if err != nil {
				t.Fatal(err)
			}
			b.judge(t, checkOf(b.rule)(small))
		})
	}
}

func (b bite) judge(t *testing.T, found []finding) {
	t.Helper()
	if b.want == "" && len(found) > 0 {
		t.Errorf("found %v in\n%s", found, b.text)
	}
	said := slices.ContainsFunc(found, func(f finding) bool { return strings.Contains(f.String(), b.want) })
	if b.want != "" && !said {
		t.Errorf("found %v, not %q, in\n%s", found, b.want, b.text)
	}
}

func checkOf(name string) func(*tree) []finding {
	return rules[slices.IndexFunc(rules, func(r rule) bool { return r.name == name })].check
}

// TestEveryRuleHasABite fails for a rule of which no breach is shown.
func TestEveryRuleHasABite(t *testing.T) {
	for _, r := range rules {
		shown := false
		for _, b := range bites {
			shown = shown || b.rule == r.name && b.want != ""
		}
		if !shown {
			t.Errorf("nothing in bites breaks %q", r.name)
		}
	}
}

// TestADeedIsWatchedInEveryFileOfItsPackage: also where it is handed to a function of a file that does not write to the trail itself.
func TestADeedIsWatchedInEveryFileOfItsPackage(t *testing.T) {
	small, err := newTree(map[string][]byte{"migrations/mysql/1.sql": []byte(sql),
		"billing/a.go": []byte("package billing\nimport \"mtandao/internal/audit\"\n"),
		"billing/b.go": []byte("package billing\nfunc b(action string) {}\nfunc c() { b(\"ate\") }")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	bite{text: "billing/b.go", want: "billing/b.go:3: no text for office.did.ate"}.judge(t, untoldTrail(small))
}
