package mikrotik

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mtandao/internal/sim/router"
)

// strangers are RouterOS clients that nobody here wrote.
var strangers = []string{"node-routeros@1.6.9", "routeros-client@1.1.2"}

// TestClientsThatWeDidNotWrite drives the simulated router by both. RouterOS 6: neither knows the !empty of 7.18.
func TestClientsThatWeDidNotWrite(t *testing.T) {
	folder := t.TempDir()
	program, err := os.ReadFile("testdata/clients.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"clients.js": program, "package.json": []byte(`{"private": true}`)} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	run := func(name string, args ...string) string {
		c := exec.CommandContext(ctx, name, args...)
		c.Dir = folder
		c.Env = os.Environ()
		c.WaitDelay = 5 * time.Second
		return output(t, c)
	}
	run("npm", append([]string{"install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"}, strangers...)...)

	config := router.BareConfiguration(six)
	mustRun(t, config, `/user group add name=api policy=api,read,write
/user add name=mtandao group=api password="pa=ss word"`)
	r := router.New(router.Options{Name: "MikroTik", API: "127.0.0.1:0", APIUser: "nobody", APIPassword: "no password", Configuration: config})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	host, port, _ := net.SplitHostPort(r.APIAddress())
	before := config.Export()
	said := run("env", "ROUTER_HOST="+host, "ROUTER_PORT="+port, "ROUTER_PASSWORD=pa=ss word", "node", "clients.js")
	for _, want := range []string{"wrong password", "log-in", "print", "add, set, remove", "trap", "long words", "concurrent commands",
		"listen and cancel", "fatal on quit", "the client on top"} {
		if !strings.Contains(said, "ok "+want+"\n") {
			t.Errorf("no word of %q in\n%s", want, said)
		}
	}
	if _, err := config.Run("/ip pool remove long"); err != nil || config.Export() != before {
		t.Errorf("they left something: %v", err)
	}
}

func output(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	said, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", c.Path, err, said)
	}
	return string(said)
}
