package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/handbook"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/migrations"
)

// runCommand calls the front door and gives back its exit code and words.
func runCommand(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	return runWith(t, t.Context(), "", args...)
}

func runWith(t *testing.T, ctx context.Context, typed string, args ...string) (int, string, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := execute(&console{Context: ctx, stdin: strings.NewReader(typed), stdout: &stdout, stderr: &stderr, Log: slog.New(slog.DiscardHandler)}, args)
	return code, stdout.String(), stderr.String()
}

// must is runCommand for commands that have to work.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errOut := runCommand(t, args...)
	if code != 0 || errOut != "" {
		t.Fatalf("%v: exit %d\n%s%s", args, code, out, errOut)
	}
	return out
}

func fromJSON(t *testing.T, body string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), v); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
}

// inNewHouse works on an empty database in an empty folder, through the environment as a service does.
func inNewHouse(t *testing.T, dialect string) (folder string) {
	folder = t.TempDir()
	t.Setenv("MTANDAO_DATA", folder)
	t.Setenv("MTANDAO_DB", testdb.Empty(t, dialect))
	setExampleSecrets(t)
	return folder
}

// inExampleHouse is a new house that the example file was applied to.
func inExampleHouse(t *testing.T, dialect string) {
	t.Helper()
	file := filepath.Join(inNewHouse(t, dialect), "provider.yaml")
	if err := os.WriteFile(file, []byte(must(t, "export", "--example")), 0o600); err != nil {
		t.Fatal(err)
	}
	setUp(t, file)
}

func TestAProviderIsSetUpByCommandsAlone(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			inExampleHouse(t, dialect)
			var found proofReport
			fromJSON(t, must(t, "ledger", "verify", "--json"), &found)
			if len(found.Problems) != 0 || !strings.Contains(must(t, "ledger", "verify"), "The books agree.") {
				t.Errorf("%+v", found)
			}
			before := must(t, "export", "--secrets")
			must(t, "key", "rotate")
			if after := must(t, "export", "--secrets"); after != before {
				t.Errorf("what was sealed before does not open with the new keys:\n%s", after)
			}
		})
	}
}

// setUp migrates and applies a file, looking at each step.
func setUp(t *testing.T, file string) {
	t.Helper()
	if code, _, errOut := runCommand(t, "apply", file); code != 1 || errOut != "mtandao: The database must be migrated first: run mtandao migrate.\n" {
		t.Fatalf("not migrated: %d %s", code, errOut)
	}
	var status schemaStatus
	fromJSON(t, must(t, "migrate", "--status", "--json"), &status)
	if len(status.Pending) == 0 || len(status.Applied) != 0 {
		t.Fatalf("%+v", status)
	}
	must(t, "migrate")
	if out := must(t, "migrate"); !strings.Contains(out, "nothing is missing") {
		t.Error(out)
	}
	if out := must(t, "apply", file, "--dry-run"); !strings.Contains(out, "+ router ngong-1\n") || !strings.HasSuffix(out, "Dry run: nothing was changed. What the file does not name stays as it is.\n") {
		t.Error(out)
	}
	if out := must(t, "apply", file); !strings.Contains(out, "Captive portal for router ngong-1: http://PORTAL/h/ngong?r=") {
		t.Error(out)
	}
	var again changes
	fromJSON(t, must(t, "apply", file, "--dry-run", "--json"), &again)
	if len(again.Changes) != 0 || again.Unchanged[kindSite] != 2 {
		t.Errorf("%+v", again)
	}
	if err := os.WriteFile(file, []byte(must(t, "export")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, "apply", file); !strings.Contains(out, "= unchanged: 1 provider, 2 brands, 2 sites, 1 till, 2 addons, 8 plans, 1 coupon, 2 routers\nNothing to change.") {
		t.Error(out)
	}
}

func TestFailuresAreOneSentenceAndAnExitCode(t *testing.T) {
	inNewHouse(t, "sqlite")
	t.Setenv("MTANDAO_DB_FILE", "")
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{exitUsage, `unexpected argument fly`, []string{"fly"}},
		{exitUsage, `unknown flag --fly`, []string{"migrate", "--fly"}},
		{exitUsage, `expected "<file>"`, []string{"apply"}},
		{exitUsage, `expected one of`, []string{"vouchers"}},
		{exitUsage, `; see mtandao vouchers issue --help`, []string{"vouchers", "issue"}},
		{exitUsage, "none.yaml cannot be read.", []string{"config", "--config", "none.yaml"}},
		{exitUsage, `--count`, []string{"schedules", "--count=-1"}},
		{exitFailed, "8080 is no address to listen on", []string{"demo", "--http", "8080"}},
		{exitFailed, "cannot be read.", []string{"apply", "none.yaml"}},
		{exitFailed, "The database address must begin with sqlite: or mysql:, not postgres.", []string{"migrate", "--db", "postgres:x"}},
		{exitFailed, "MTANDAO_DB must be like mysql:", []string{"serve", "--trusted-proxies", "127.0.0.1", "--db", "mysql:mtandao:secret@host"}},
		{exitFailed, "There is no key file", []string{"key", "rotate"}},
		{exitFailed, "Nothing encrypts the portal", []string{"serve"}},
		{exitFailed, "Nothing encrypts the portal", []string{"config"}},
	} {
		code, _, errOut := runCommand(t, c.args...)
		if code != c.code || !strings.HasPrefix(errOut, "mtandao: ") || !strings.Contains(errOut, c.want) || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%v: exit %d, %s", c.args, code, errOut)
		}
	}
}

func TestADatabaseThatIsNewerIsToldWithBothSchemas(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			inNewHouse(t, dialect)
			must(t, "migrate")
			d := testdb.OpenURL(t, os.Getenv("MTANDAO_DB"), db.Options{})
			if _, err := d.SQL().Exec("INSERT INTO least_binary (version) VALUES (99999)"); err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("This program is older than the database. Install the newer program. "+
				"(the database needs a newer program: one that knows schema 99999, and this one knows %d)\n", migrations.Latest())
			for _, command := range []string{"migrate", "export", "ledger verify"} {
				if code, _, errOut := runCommand(t, strings.Fields(command)...); code != exitFailed || errOut != "mtandao: "+want {
					t.Errorf("%s: exit %d, %s", command, code, errOut)
				}
			}
			if _, found := doctor(t); found["database"].State != stateFails || found["database"].Do != "install the newer program" {
				t.Errorf("%+v", found["database"])
			}
		})
	}
}

// commandNames are all commands that do something.
func commandNames(t *testing.T) (names []string) {
	t.Helper()
	parser, err := (&console{Context: t.Context(), stdout: io.Discard, stderr: io.Discard}).newParser(func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		names = append(names, leaf.Path())
	}
	return names
}

// TestEveryCommandHasHelpWithAnExample: and tells its own flags before those of all commands.
func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	for _, name := range commandNames(t) {
		code, out, errOut := runCommand(t, append(strings.Fields(name), "--help")...)
		if code != 0 || errOut != "" || !strings.Contains(out, "Usage: mtandao "+name) || !strings.Contains(out, "Example: mtandao ") {
			t.Errorf("%s: exit %d\n%s%s", name, code, out, errOut)
		}
		if own, all, both := strings.Cut(out, "Settings, the same as those of mtandao serve:"); strings.Contains(own, "--public-url=") || both && strings.Contains(all, "--dry-run") {
			t.Errorf("%s tells the settings of all commands before its own flags:\n%s", name, out)
		}
	}
	if code, out, _ := runCommand(t, "--help"); code != 0 || !strings.Contains(out, "serve ") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

var (
	exampleLine = regexp.MustCompile(`(?s)Example: mtandao ([^\n]+(?:\n[^\n]+)*)`)
	readmeLine  = regexp.MustCompile("(?m)^(?:\\| `)?mtandao ([^`\n]*?)(?:  .*|` \\|.*)?$")
	inSentence  = regexp.MustCompile("`mtandao ([^`\n]+)`")
	quoted      = regexp.MustCompile(`'([^']*)'|(\S+)`)
)

// TestExamplesAreUnderstood reads every example of a help, every command of the README, and those within the sentences of the handbook, as the program would.
func TestExamplesAreUnderstood(t *testing.T) {
	folder := inNewHouse(t, "sqlite")
	config := filepath.Join(folder, "mtandao.yaml")
	readme, err := os.ReadFile("../../README.md")
	if err := errors.Join(err, os.WriteFile(config, []byte("http: :8080\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	examples := []string{}
	names := commandNames(t)
	for _, name := range names {
		_, out, _ := runCommand(t, append(strings.Fields(name), "--help")...)
		for _, m := range exampleLine.FindAllStringSubmatch(out, -1) {
			examples = append(examples, m[1])
		}
	}
	inHelp := len(examples)
	for _, m := range readmeLine.FindAllStringSubmatch(string(readme), -1) {
		examples = append(examples, m[1])
	}
	for _, l := range words.Languages {
		for _, name := range handbook.Chapters {
			chapter, _ := handbook.Chapter(l, name)
			for _, m := range inSentence.FindAllStringSubmatch(chapter.Plain, -1) {
				examples = append(examples, m[1])
			}
		}
	}
	if inHelp < len(names) || len(examples) < inHelp+5 {
		t.Fatalf("%d examples, %d of them in helps", len(examples), inHelp)
	}
	for _, line := range examples {
		c := &console{Context: t.Context(), stdout: io.Discard, stderr: io.Discard}
		parser, err := c.newParser(func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ = strings.Cut(line, " > ") // the shell's part
		var args []string
		for _, m := range quoted.FindAllStringSubmatch(strings.ReplaceAll(line, "/etc/mtandao.yaml", config), -1) {
			args = append(args, m[1]+m[2])
		}
		if _, err := parser.Parse(args); err != nil {
			t.Errorf("mtandao %s: %v", line, err)
		}
	}
}

// TestStaffAreInvitedByACommand: the first must be an owner, and the printed link opens.
func TestStaffAreInvitedByACommand(t *testing.T) {
	inNewHouse(t, "sqlite")
	must(t, "migrate")
	code, _, errOut := runCommand(t, "staff", "add", "juma@example.com", "--name", "Juma Odhiambo", "--role", "support")
	if code != exitFailed || !strings.Contains(errOut, "The first person must be an owner.") {
		t.Errorf("exit %d\n%s", code, errOut)
	}
	first := must(t, "staff", "add", "juma@example.com", "--name", "Juma Odhiambo", "--role", "owner")
	again := must(t, "staff", "link", "JUMA@example.com")
	link := regexp.MustCompile(`^http://127\.0\.0\.1:8080/office/welcome/[0-9a-f]{32}\n$`)
	if !link.MatchString(first) || !link.MatchString(again) || first == again {
		t.Errorf("%q, then %q", first, again)
	}
	for _, refused := range [][]string{{"staff", "link", "nobody@example.com"}, {"staff", "add", "x@example.com", "--name", "X", "--role", "boss"},
		{"staff", "add", "y@example.com", "--name", "Y", "--role", "support", "--site", "nowhere"}} {
		if code, out, _ := runCommand(t, refused...); code != exitFailed || out != "" {
			t.Errorf("%v: exit %d %s", refused, code, out)
		}
	}
}

func TestTamperedBooksFailTheirProof(t *testing.T) {
	inNewHouse(t, "sqlite")
	must(t, "migrate")
	d := testdb.OpenURL(t, os.Getenv("MTANDAO_DB"), db.Options{})
	if _, err := d.SQL().Exec("INSERT INTO ledger_postings (entry_id, n, account, party, cents, day) VALUES (7, 1, '1100', '', 5, '2026-11-27')"); err != nil {
		t.Fatal(err)
	}
	code, out, errOut := runCommand(t, "ledger", "verify")
	if code != exitFailed || !strings.Contains(out, "problem  entry 7") || !strings.Contains(errOut, "The books do not agree: ") {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
	var found proofReport
	code, out, _ = runCommand(t, "ledger", "verify", "--json")
	if fromJSON(t, out, &found); code != exitFailed || len(found.Problems) == 0 {
		t.Errorf("exit %d, %+v", code, found)
	}
}
