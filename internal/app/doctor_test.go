package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mtandao/billing/ledger"
	"mtandao/internal/spool"
)

// doctor runs a doctor and gives its findings by check.
func doctor(t *testing.T, args ...string) (code int, found map[string]finding) {
	t.Helper()
	code, out, errOut := runCommand(t, append(append([]string{"doctor"}, args...), "--json")...)
	var all []finding
	fromJSON(t, out, &all)
	found = map[string]finding{}
	for _, f := range all {
		found[f.Check] = f
		if f.State != stateOK && f.Do == "" {
			t.Errorf("%+v does not say what to do", f)
		}
	}
	if (code == 0) != (errOut == "") {
		t.Errorf("exit %d, %s", code, errOut)
	}
	return code, found
}

func expect(t *testing.T, found map[string]finding, states map[string]string) {
	t.Helper()
	for check, state := range states {
		if found[check].State != state {
			t.Errorf("%s: %+v, want %s", check, found[check], state)
		}
	}
}

func TestDoctorSeesANewHouse(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			folder := inNewHouse(t, dialect)
			t.Setenv("MTANDAO_TRUSTED_PROXIES", "10.0.0.1")
			code, found := doctor(t)
			expect(t, found, map[string]string{"config": stateOK, "keys": stateWarning, "disk": stateOK, "spool callbacks": stateOK, "database": stateFails})
			if code != exitFailed || found["database"].Do != "mtandao migrate" {
				t.Errorf("exit %d, %+v", code, found)
			}
			must(t, "migrate")
			code, found = doctor(t)
			expect(t, found, map[string]string{"database": stateOK, "jobs": stateOK, "routers": stateWarning, "tills": stateWarning})
			if code != 0 || dialect == "mysql" && found["clock"].State != stateOK {
				t.Errorf("exit %d, %+v", code, found)
			}
			setUpExample(t, folder)
			code, found = doctor(t)
			expect(t, found, map[string]string{"keys": stateOK, "router ngong-1": stateWarning, "till main": stateOK})
			if out := must(t, "doctor"); code != 0 || !strings.Contains(out, "warning  router ngong-1     never heard → ") {
				t.Errorf("exit %d\n%s", code, out)
			}
		})
	}
}

func setUpExample(t *testing.T, folder string) {
	t.Helper()
	file := filepath.Join(folder, "provider.yaml")
	if err := os.WriteFile(file, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "apply", file)
}

func TestDoctorSeesWhatIsWrong(t *testing.T) {
	folder := inNewHouse(t, "sqlite")
	must(t, "migrate")
	setUpExample(t, folder)
	s, err := spool.Open(filepath.Join(folder, "spool", "callbacks"), spool.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, found := doctor(t)
	if f := found["spool callbacks"]; f.State != stateOK || !strings.Contains(f.Detail, "in use") {
		t.Errorf("%+v", f)
	}
	if err := s.Append(t.Context(), []byte("a payment")); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	if err := os.Chmod(filepath.Join(folder, "keys.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, found := doctor(t)
	expect(t, found, map[string]string{"config": stateFails, "keys": stateFails, "spool callbacks": stateWarning, "database": stateFails})
	if code != exitFailed || !strings.Contains(found["keys"].Detail, "chmod 600") || !strings.Contains(found["spool callbacks"].Detail, "1 records wait since 20") {
		t.Errorf("exit %d, %+v", code, found)
	}
}

func TestDoctorMPesaNeedsATill(t *testing.T) {
	inNewHouse(t, "sqlite")
	must(t, "migrate")
	if code, _, errOut := runCommand(t, "doctor", "mpesa"); code != exitFailed || !strings.Contains(errOut, "Payment is not set up here yet") {
		t.Errorf("exit %d, %s", code, errOut)
	}
}

func TestDoctorMPesaTriesTheTillsAndTheWayBack(t *testing.T) {
	s := openStage(t, 1)
	c := s.Main.Config
	for name, value := range map[string]string{"DATA": c.Data, "DB": c.DB, "KEY_FILE": c.KeyFile, "PUBLIC_URL": c.PublicURL, "DEV": "true"} {
		t.Setenv("MTANDAO_"+name, value)
	}
	code, found := doctor(t, "mpesa")
	expect(t, found, map[string]string{"demo settings": stateOK, "demo token": stateOK, "demo push password": stateOK, "demo operator": stateOK, "public url": stateOK})
	if code != 0 {
		t.Errorf("exit %d, %+v", code, found)
	}
	if _, found := doctor(t); found["spool callbacks"].Detail != "in use by the running program" {
		t.Errorf("%+v", found)
	}
	code, _, errOut := runWith(t, t.Context(), "yes\n", "doctor", "mpesa", "--live", "0712345678")
	if code != exitFailed || !strings.Contains(errOut, "You did not confirm, so nothing was sent.") || len(s.Safaricom.Prompts()) != 0 {
		t.Errorf("exit %d, %s", code, errOut)
	}
	code, out, errOut := runWith(t, t.Context(), "PUSH\n", "doctor", "mpesa", "--live", "0712 345 678")
	if code != 0 || !strings.Contains(out, "live verdict       paid") || !strings.Contains(errOut, "Type PUSH") || s.Safaricom.Moves()[0].Cents != 100 {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
	if b, err := s.Main.Ledger.Balance(t.Context(), ledger.GuestCredit, ""); !strings.Contains(out, "live callback      it came from 127.0.0.1") || err != nil || b.Cents != -100 {
		t.Errorf("the books hold %v as credit: %v\n%s", b, err, out)
	}
	verifyBooks(t, s.Main)
	t.Setenv("MTANDAO_PUBLIC_URL", "http://127.0.0.1:1")
	code, found = doctor(t, "mpesa")
	expect(t, found, map[string]string{"public url": stateFails})
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	t.Setenv("MTANDAO_PUBLIC_URL", "")
	t.Setenv("MTANDAO_DEV", "false")
	code, found = doctor(t, "mpesa")
	expect(t, found, map[string]string{"public url": stateWarning, "demo rail": stateFails})
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
}
