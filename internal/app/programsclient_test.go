package app

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAGeneratedClientReadsTheProvider: a public generator makes a client of the document that the program serves, and with it a program reads customers and plans, pages, opens a ticket once, and is told what it was refused and why.
func TestAGeneratedClientReadsTheProvider(t *testing.T) {
	s := openStage(t, 1)
	s.customer(t)
	owner := s.hire(t, "keys@demo.example", nil, "owner")
	made := owner.send("/office/apikeys/new", url.Values{"name": {"Generated"}, "scopes": {"customers.read", "plans.read", "tickets.read", "tickets.write"}})
	p := program{t, owner.base, madeKey.FindString(made.body)}
	status, document := p.get("/openapi.json")
	if status != http.StatusOK || p.key == "" {
		t.Fatal(status, made.status)
	}
	folder := t.TempDir()
	write := func(name string, body []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "generated"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("openapi.json", []byte(document))
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		body, err := os.ReadFile(filepath.Join("testdata", "apiclient", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		write(name, body)
	}
	run := func(args ...string) string {
		c := exec.CommandContext(t.Context(), "go", args...)
		c.Dir = folder
		said, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v: %s", args[0], err, said)
		}
		return string(said)
	}
	run("tool", "oapi-codegen", "-package", "generated", "-generate", "types,client", "-o", "generated/client.go", "openapi.json")
	if said := run("run", ".", owner.base+"/api/v1", p.key); !strings.Contains(said, "plans, and then: api.gone") || !strings.Contains(said, "one ticket, then: api.once_other, subject") {
		t.Error(said)
	}
}
