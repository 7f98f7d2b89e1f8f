package app

import (
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

func TestPoolsAreAppliedAndExported(t *testing.T) {
	body := `pools:
  - {name: homes, prefixes: [100.64.0.0/22]}
  - {name: pd, prefixes: ["2001:db8:1200::/44"], length: 56}
plans:
  - {key: home, name: Home, price: 1500, valid: 30d, pool: homes, delegated_pool: pd, ipv6_pool: of-the-router}
`
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, body)
		all, err := m.Pools.All(t.Context())
		if err != nil || len(all) != 2 || all[0].Length != 32 || all[1].Length != 56 {
			t.Fatalf("%+v %v", all, err)
		}
		out, err := m.export(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		if again := applyText(t, m, string(out)); len(again.Changes) != 0 {
			t.Errorf("its own export changes %+v", again.Changes)
		}
		for want, wrong := range map[string]string{"line 2, pool homes: 10.0.0.1/24 does not fit": "pools:\n  - {name: homes, prefixes: [10.0.0.1/24]}\n",
			"line 2, pool pd: 2001:db8::/44 does not fit": "pools:\n  - {name: pd, prefixes: [\"2001:db8::/44\"]}\n"} {
			if _, err := tryApply(t, m, wrong, false); err == nil || !strings.Contains(sentence(err), want) {
				t.Errorf("want %q, got %v", want, err)
			}
		}
	})
}

func TestASubscriberIsGivenAnAddress(t *testing.T) {
	eachMain(t, func(t *testing.T, m *Main) {
		var given access.Given
		err := m.DB.InTx(t.Context(), func(tx *db.Tx) (err error) {
			given, err = m.Access.Give(tx, access.Offer{Source: access.Source{Kind: "test", Key: "1"}, Plan: "home", Limits: access.Limits{Valid: time.Hour}})
			if err == nil {
				err = m.Access.NameLogin(tx, given.GrantID, "asha@home", "siri")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		cmd := addressCommand{Login: "Asha@home", IPv4: "196.201.1.7", Route: []string{"196.201.8.0/29"}, Delegated: "2001:db8:1:100::/56"}
		if err := cmd.give(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		g, _, _, err := m.Access.View(t.Context(), given.GrantID)
		if at := g.Limits.Address; err != nil || at.IPv4.String() != cmd.IPv4 || len(at.Routes) != 1 || at.Delegated.String() != cmd.Delegated {
			t.Errorf("%+v %v", at, err)
		}
		for _, wrong := range []addressCommand{{Login: "nobody"}, {Login: "asha@home", IPv4: "x"}, {Login: "asha@home", Route: []string{"10.0.0.1/24"}}} {
			if err := wrong.give(t.Context(), m); err == nil {
				t.Errorf("%+v is taken", wrong)
			}
		}
	})
}
