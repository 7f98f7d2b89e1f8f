package app

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/handbook"
	"mtandao/internal/sim/panels"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
)

// bench is a machine on which the handbook is followed: its folders are below root, systemd and the list of users are stood in by scripts, and the rest is real.
type bench struct {
	*testing.T
	root    string
	public  string            // where the portal answers here
	renamed *strings.Replacer // of addresses and folders that are this machine's own

	said strings.Builder
}

const (
	// asMtandao runs the test's own program with arguments as mtandao is run.
	asMtandao = `#!/bin/sh
MTANDAO_COMMAND_CHILD="$(printf '%s\n' "$@")" exec "$MTANDAO_PROGRAM"
`
	// asSystemd starts and stops what the unit's file says, and waits until it answers.
	asSystemd = `#!/bin/bash
unit=$ROOT/etc/systemd/system/mtandao.service
stop() { [ -e "$ROOT/pid" ] && kill "$(cat "$ROOT/pid")" && while kill -0 "$(cat "$ROOT/pid")" 2>/dev/null; do sleep 0.05; done; rm -f "$ROOT/pid"; return 0; }
start() {
	grep -qx 'User=mtandao' "$unit" || exit 1
	# shellcheck disable=SC2046
	setsid $(sed -n 's/^ExecStart=//p' "$unit") >>"$ROOT/log" 2>&1 </dev/null &
	echo $! >"$ROOT/pid"
	for _ in $(seq 600); do kill -0 $! 2>/dev/null || exit 1; tail -n +"$((from + 1))" "$ROOT/log" | grep -q '"msg":"listening"' && return 0; sleep 0.05; done
	exit 1
}
from=$(wc -l <"$ROOT/log" 2>/dev/null || echo 0)
case "$*" in
daemon-reload) test -s "$unit" ;;
"enable --now mtandao" | "start mtandao") start ;;
"restart mtandao") stop && start ;;
"stop mtandao") stop ;;
*) exit 2 ;;
esac
`
	asUseradd    = "#!/bin/bash\nfor last; do :; done\n[ \"$last\" = mtandao ] && mkdir -p \"$ROOT/var/lib/mtandao\"\n"
	asRunuser    = "#!/bin/bash\n[ \"$1 $2 $3\" = '-u mtandao --' ] || exit 2\nshift 3\nexec \"$@\"\n"
	asInstall    = "#!/bin/bash\nwords=()\nwhile [ $# -gt 0 ]; do case $1 in -o | -g) [ \"$2\" = mtandao ] || exit 2; shift 2 ;; *) words+=(\"$1\"); shift ;; esac; done\nexec /usr/bin/install \"${words[@]}\"\n"
	asJournalctl = "#!/bin/bash\n[ \"$*\" = '--unit mtandao --lines 20' ] && tail -n 20 \"$ROOT/log\"\n"
	asGetent     = "#!/bin/bash\n[ \"$1\" = hosts ] && echo \"198.51.100.7 $2\"\n"
)

func newBench(t *testing.T) *bench {
	b := &bench{T: t, root: t.TempDir()}
	rail, err := safaricom.New(safaricom.Options{Merchants: []safaricom.Merchant{demoMerchant}, Delays: safaricom.Lifelike(), Seed: 1})
	b.must(err)
	served := httptest.NewServer(rail.Handler())
	t.Cleanup(served.Close)
	pairs := []string{"https://sandbox.safaricom.co.ke", served.URL}
	for _, own := range []string{`":80"`, `":443"`, `":51820"`} {
		address, err := freePort("127.0.0.1:0")
		b.must(err)
		pairs = append(pairs, own, `"`+address+`"`)
		if own == `":80"` {
			_, port, _ := strings.Cut(address, ":")
			b.public = "http://localhost:" + port
		}
	}
	for _, folder := range []string{"etc/mtandao", "etc/systemd/system", "usr/local/bin", "var/lib", "srv/mtandao-copies", "media/usb", "here"} {
		b.must(os.MkdirAll(filepath.Join(b.root, folder), 0o755))
	}
	for _, folder := range []string{"/etc/mtandao", "/etc/systemd/system", "/usr/local/bin", "/var/lib/mtandao", "/srv/mtandao-copies", "/media/usb"} {
		pairs = append(pairs, folder, b.root+folder)
	}
	b.renamed = strings.NewReplacer(pairs...)
	for name, script := range map[string]string{"here/mtandao": asMtandao, "usr/local/bin/systemctl": asSystemd, "usr/local/bin/useradd": asUseradd, "usr/local/bin/runuser": asRunuser,
		"usr/local/bin/install": asInstall, "usr/local/bin/journalctl": asJournalctl, "usr/local/bin/getent": asGetent} {
		b.must(os.WriteFile(filepath.Join(b.root, name), []byte(script), 0o755))
	}
	t.Cleanup(func() { _ = b.shell("[ ! -e \"$ROOT/pid\" ] || systemctl stop mtandao") })
	return b
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// files are what the reader has at hand: a certificate, another system's data, a day's statement.
func (b *bench) files() {
	cert, key := certificate(b.T, "localhost", 60*day)
	var dump, export strings.Builder
	panels.WritePHPNuxBill(&dump, 30, 2)
	panels.WriteExport(&export, 20)
	users, _ := panels.FreeRADIUS(20)
	for name, text := range map[string]string{"nux.sql": dump.String(), "export.rsc": export.String(), "radius.sql": users, "people.csv": "name,User,password,plan\nAmina,amina,x,Home 10\n"} {
		b.must(os.WriteFile(filepath.Join(b.root, "here", name), []byte(text), 0o600))
	}
	rail, err := safaricom.New(safaricom.Options{Merchants: []safaricom.Merchant{demoMerchant}, Delays: safaricom.Lifelike(), Seed: 1})
	b.must(err)
	statement, ok := rail.Statement(demoMerchant.ShortCode, clock.System().Now().Add(-day), clock.System().Now())
	if !ok {
		b.Fatal("no statement")
	}
	b.must(os.WriteFile(filepath.Join(b.root, "here/statement.csv"), []byte(statement), 0o600))
	b.must(b.shell("cp " + cert + " $ROOT/etc/mtandao/fullchain.pem; cp " + key + " $ROOT/etc/mtandao/key.pem; gzip nux.sql"))
}

// shell runs a line as root's shell would.
func (b *bench) shell(line string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", line)
	var out bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = filepath.Join(b.root, "here"), &out, &out
	c.Env = append(os.Environ(), "ROOT="+b.root, "PATH="+b.root+"/usr/local/bin:"+os.Getenv("PATH"), "MTANDAO_PROGRAM="+os.Args[0], "MTANDAO_DEV=true", "MTANDAO_RADIUS_AUTH=127.0.0.1:0", "MTANDAO_RADIUS_ACCT=127.0.0.1:0",
		"MPESA_CONSUMER_KEY="+demoMerchant.ConsumerKey, "MPESA_CONSUMER_SECRET="+demoMerchant.ConsumerSecret, "MPESA_PASSKEY="+demoMerchant.Passkey)
	err := c.Run()
	b.said.WriteString("$ " + line + "\n" + out.String())
	if err != nil {
		b.Logf("$ %s\n%s", line, out.String())
	}
	return err
}

var (
	block       = regexp.MustCompile("(?s)```(\\w+) ?([^\n]*)\n(.*?)```")
	printedKey  = regexp.MustCompile(`MTANDAO_BACKUP_KEY=(\S+)`)
	printedPair = regexp.MustCompile(`AGE-SECRET-KEY-\S+`)
)

// follow does what a chapter says, block after block.
func (b *bench) follow(chapter handbook.Text) {
	for _, m := range block.FindAllStringSubmatch(chapter.Plain, -1) {
		kind, file, text := m[1], m[2], b.renamed.Replace(m[3])
		if kind != "sh" {
			if key := printedKey.FindStringSubmatch(b.said.String()); key != nil {
				text = strings.ReplaceAll(text, "THE-KEY-THAT-WAS-PRINTED", key[1])
			}
			if !strings.Contains(text, "acme-email") { // which is for a name that leads here alone
				text = strings.ReplaceAll(text, "https://wifi.example.co.ke", b.public)
			}
			b.must(os.WriteFile(b.renamed.Replace(file), []byte(text), 0o644))
			continue
		}
		for line := range strings.Lines(text) {
			if done := importDone.FindAllStringSubmatch(b.said.String(), -1); done != nil {
				line = strings.ReplaceAll(line, "7401234567890", done[len(done)-1][1])
			}
			if err := b.shell(strings.TrimSpace(line)); err != nil {
				b.Fatalf("%s: %v", chapter.Name, err)
			}
			if pair := printedPair.FindString(b.said.String()); pair != "" {
				b.must(os.WriteFile(filepath.Join(b.root, "media/usb/private.key"), []byte(pair+"\n"), 0o600))
			}
			if strings.Contains(line, "apply provider.yaml --dry-run") {
				continue
			}
			if strings.Contains(line, "provider.yaml") { // the till of the simulated rail, not Safaricom's
				at := filepath.Join(b.root, "here/provider.yaml")
				raw, err := os.ReadFile(at)
				b.must(err)
				b.must(os.WriteFile(at, []byte(b.renamed.Replace(string(raw))), 0o644))
			}
		}
	}
}

// TestTheHandbooksCommands follows the handbook from an empty machine to the worst day: each command in it does what it says, in the order in which it stands.
func TestTheHandbooksCommands(t *testing.T) {
	setExampleSecrets(t)
	b := newBench(t)
	b.files()
	for _, name := range handbook.Chapters {
		chapter, _ := handbook.Chapter(words.English, name)
		b.follow(chapter)
	}
	for _, want := range []string{"nobody works here yet", "database           sqlite:", "M-Pesa took short code and passkey", "The books agree.", "A dry run", "is done", "Taken back: 30 customers", "restored"} {
		if !strings.Contains(b.said.String(), want) {
			t.Errorf("nothing said %q", want)
		}
	}
	if t.Failed() {
		t.Log(b.said.String())
	}
}
