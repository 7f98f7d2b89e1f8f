package app

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"mtandao/radius/access"
)

const fairFile = `sites:
  - {slug: kasarani, name: Kasarani}
  - {slug: ngong, name: Ngong}
plans:
  - key: home
    name: Home
    price: 1500
    valid: 30d
    up: 5Mbit
    down: 10Mbit
    fair_use: {data: 20GB, per: month, up: 512kbit, down: 1Mbit, roll_over: true}
    night: {hours: ["22:00-06:00"], free: true}
    sites: [kasarani]
routers:
  - {name: gate-1, site: ngong, dialect: chilli, addresses: [192.0.2.7], secret: a-secret-of-the-gate-1}
`

func TestFairUseAndNightAreAppliedAndExported(t *testing.T) {
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, fairFile)
		plan, err := m.Plans.All(t.Context())
		if err != nil || len(plan) != 1 || plan[0].Limits.FairUse != (access.FairUse{Bytes: 20_000_000_000, Per: access.PerMonth, UpKbps: 512, DownKbps: 1000, RollOver: true}) ||
			!plan[0].Limits.Night.Free || len(plan[0].Limits.Night.Hours) != 1 {
			t.Fatalf("%+v %v", plan, err)
		}
		out, err := m.export(t.Context(), true)
		if err != nil || !strings.Contains(string(out), "roll_over: true") {
			t.Fatalf("%s %v", out, err)
		}
		if again := applyText(t, m, string(out)); len(again.Changes) != 0 {
			t.Errorf("its own export changes %+v", again.Changes)
		}
	})
}

func TestAPlanIsRefusedWhereARouterCannotServeIt(t *testing.T) {
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, fairFile)
		_, err := tryApply(t, m, strings.Replace(fairFile, "sites: [kasarani]", "sites: [ngong]", 1), false)
		if err == nil || !strings.Contains(sentence(err), "line 13") || !strings.Contains(sentence(err), "The router gate-1 cannot become slower") {
			t.Fatalf("%v", err)
		}
		able := strings.Replace(fairFile, "secret: a-", "coa_address: \"192.0.2.7:3799\", secret: a-", 1)
		applyText(t, m, able)
		applyText(t, m, strings.Replace(able, "sites: [kasarani]", "sites: [ngong]", 1))
	})
}

// A burst cannot be had of CoovaChilli, which the demo has at Ngong: the page says so beside the sites, and in words.
func TestThePageSaysWhatARouterCannotDo(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	fields := url.Values{"name": {"Fast"}, "price": {"100"}, "time": {"1"}, "time_unit": {"h"}, "down": {"2"}, "down_unit": {"Mbit"}, "up": {"1"}, "up_unit": {"Mbit"},
		"burst.down": {"4"}, "burst.down_unit": {"Mbit"}, "burst.up": {"2"}, "burst.up_unit": {"Mbit"}, "burst.over": {"10"}, "burst.over_unit": {"s"}, "devices": {"1"}, "time_kind": {"calendar"}}
	fields.Set("sites", "ngong")
	owner.expect(owner.send("/office/plans/new", fields), http.StatusBadRequest, "ngong-1 cannot give a faster moment")
	fields.Set("sites", "kasarani")
	owner.expect(owner.send("/office/plans/new", fields), http.StatusSeeOther)
	plan, err := s.planByKey(t.Context(), "fast")
	if err != nil {
		t.Fatal(err)
	}
	fields.Set("fair_use.data", "5")
	fields.Set("fair_use.data_unit", "GB")
	fields.Set("fair_use.per", "day")
	at := "/office/plans/" + strconv.FormatInt(plan.ID, 10) + "/edit"
	owner.expect(owner.send(at, fields), http.StatusBadRequest, "Fair use needs an amount", `name="fair_use.data"`)
	for name, value := range map[string]string{"fair_use.down": "512", "fair_use.up": "256"} {
		fields.Set(name, value)
		fields.Set(name+"_unit", "kbit")
	}
	owner.expect(owner.send(at, fields), http.StatusSeeOther)
	if plan, err = s.planByKey(t.Context(), "fast"); err != nil || plan.Limits.FairUse.DownKbps != 512 {
		t.Errorf("%+v %v", plan.Limits.FairUse, err)
	}
}
