package app

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"mtandao/internal/db"
	"mtandao/radius"
	"mtandao/vouchers"
)

var examplesIn = regexp.MustCompile(`(?s)<section id="(\w+)">.*?<pre>(.*?)</pre>`)

// Each command of the API's reference does, with curl and a shell, what the page says.
func TestEachExampleOfTheReferenceRuns(t *testing.T) {
	s := stageOn(t, db.SQLite, 1)
	p, env := s.documented(t)
	res, err := http.Get(p.base + "/api/v1/docs")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, document := p.get("/openapi.json")
	all := examplesIn.FindAllStringSubmatch(string(read), -1)
	addresses, _, _ := strings.Cut(document, `"webhooks":{`)                                  // what is sent has none
	if want := strings.Count(addresses, `"operationId"`) - 1; len(all) != want || want < 30 { // the document's own has none
		t.Fatalf("%d examples of %d addresses", len(all), want)
	}
	for _, one := range all {
		command := html.UnescapeString(one[2])
		c := exec.CommandContext(t.Context(), "bash", "-uc", strings.Replace(command, "curl ", `curl -w '\n%{http_code}' `, 1))
		for name, value := range env {
			c.Env = append(c.Env, name+"="+value)
		}
		c.Env = append(c.Env, "PATH="+os.Getenv("PATH"))
		out, err := c.CombinedOutput()
		at := strings.LastIndex(string(out), "\n")
		if err != nil || at < 0 || string(out[at+1:at+2]) != "2" {
			t.Errorf("%s: %v\n%s", command, err, out)
			continue
		}
		var told struct{ Version string }
		if json.Unmarshal(out[:at], &told) == nil && told.Version != "" {
			switch one[1] {
			case "getCustomer":
				env["CUSTOMER_VERSION"] = told.Version
			case "quoteSubscriptionPlan":
				env["QUOTE_VERSION"] = told.Version
			}
		}
	}
}

// documented has one of each thing that the examples name.
func (s *Stage) documented(t *testing.T) (program, map[string]string) {
	t.Helper()
	order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	p, line := s.withShop(t)
	open, err := s.Main.Radius.OpenSessions(t.Context(), radius.Which{Limit: 1})
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	batch := strings.TrimPrefix(s.voided(t)[1], "/vouchers/")
	b, err := s.Main.Vouchers.Batch(t.Context(), idOf(t, batch))
	if err != nil {
		t.Fatal(err)
	}
	invoice, _ := s.invoiced(t)
	ticket, _ := s.ticketed(t, line.CustomerID)
	return p, map[string]string{"API": p.base + "/api/v1", "KEY": p.key, "CUSTOMER": number(line.CustomerID), "SUBSCRIPTION": number(line.ID), "PLAN": s.idOf(t, kindPlan, "hour"), "ORDER": order, "INVOICE": number(invoice),
		"BATCH": batch, "VOUCHER": vouchers.Serial(b.Number, 1), "SITE": number(s.seeded.sites["kasarani"].ID), "RESELLER": number(s.seller(t)), "SESSION": number(open[0].ID), "ROUTER": s.idOf(t, kindRouter, "kasarani-1"),
		"TICKET": number(ticket)}
}
