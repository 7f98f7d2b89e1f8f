package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
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
			if code != 0 || dialect == "mysql" && (found["clock"].State != stateOK || found["memory"].State != stateOK) {
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

func TestDoctorSeesADatabaseWithoutMemory(t *testing.T) {
	for _, c := range []struct {
		memory, data int64
		state        string
	}{{128 << 20, 60e6, stateOK}, {128 << 20, 500e6, stateOK}, {128 << 20, 3e9, stateWarning}, {1 << 30, 100e9, stateOK}} {
		var f findings
		f.memory(c.memory, c.data)
		if len(f) != 1 || f[0].State != c.state {
			t.Errorf("%d octets of %d: %+v", c.memory, c.data, f)
		}
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

func TestLookingLeavesNoFile(t *testing.T) {
	folder := inNewHouse(t, "sqlite")
	t.Setenv("MTANDAO_DATA", filepath.Join(folder, "data"))
	t.Setenv("MTANDAO_DB", "")
	if _, found := doctor(t); found["database"].Do != "mtandao migrate" {
		t.Errorf("%+v", found)
	}
	if _, err := os.Stat(filepath.Join(folder, "data")); err == nil {
		t.Error("doctor made the data folder")
	}
	must(t, "migrate")
	for _, command := range []string{"export", "ledger verify"} {
		must(t, strings.Fields(command)...)
	}
	doctor(t)
	if _, err := os.Stat(filepath.Join(folder, "data", "keys.json")); err == nil {
		t.Error("looking made a key file")
	}
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

func TestDoctorLooksAtTheCertificate(t *testing.T) {
	inNewHouse(t, "sqlite")
	must(t, "migrate")
	for name, c := range map[string]struct {
		life  time.Duration
		host  string
		state string
	}{
		"good":         {90 * day, "wifi.example.co.ke", stateOK},
		"ends soon":    {3 * day, "wifi.example.co.ke", stateWarning},
		"over":         {-day, "wifi.example.co.ke", stateFails},
		"another host": {90 * day, "other.example", stateFails},
	} {
		t.Run(name, func(t *testing.T) {
			cert, key := certificate(t, c.host, c.life)
			for setting, value := range map[string]string{"PUBLIC_URL": "https://wifi.example.co.ke", "TLS_CERT_FILE": cert, "TLS_KEY_FILE": key} {
				t.Setenv("MTANDAO_"+setting, value)
			}
			code, found := doctor(t)
			expect(t, found, map[string]string{"config": stateOK, "certificate": c.state})
			if (code != 0) != (c.state == stateFails) {
				t.Errorf("exit %d, %+v", code, found)
			}
		})
	}
}

// certificate makes one that lives so long from now.
func certificate(t *testing.T, host string, life time.Duration) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	draft := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-100 * day), NotAfter: time.Now().Add(life), DNSNames: []string{host}}
	body, err := x509.CreateCertificate(rand.Reader, draft, draft, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: body}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func TestDoctorMPesaNeedsATill(t *testing.T) {
	inNewHouse(t, "sqlite")
	must(t, "migrate")
	if code, _, errOut := runCommand(t, "doctor", "mpesa"); code != exitFailed || !strings.Contains(errOut, "There is no till in use: nobody can pay.") {
		t.Errorf("exit %d, %s", code, errOut)
	}
}

func TestDoctorMPesaTriesTheTillsAndTheWayBack(t *testing.T) {
	s := openStage(t, 1)
	c := s.Main.Config
	for name, value := range map[string]string{"DATA": c.Data, "DB": c.DB, "KEY_FILE": c.KeyFile, "PUBLIC_URL": c.PublicURL, "DEV": "true"} {
		t.Setenv("MTANDAO_"+name, value)
	}
	if err := s.Main.Billing.RegisterURLs(t.Context()); err != nil { // what serve does within a minute
		t.Fatal(err)
	}
	code, found := doctor(t, "mpesa")
	expect(t, found, map[string]string{"demo paybill": stateOK, "demo settings": stateOK, "demo token": stateOK, "demo push password": stateOK, "demo operator": stateOK, "public url": stateOK})
	if code != 0 {
		t.Errorf("exit %d, %+v", code, found)
	}
	if _, found := doctor(t); found["spool callbacks"].Detail != "in use by the running program, 0 % full" {
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
	if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { return s.Main.Pause.Begin(tx, "a test") }); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut = runWith(t, t.Context(), "PUSH\n", "doctor", "mpesa", "--live", "0712345678"); code != exitFailed || !strings.Contains(errOut, "it says nothing to M-Pesa") || len(s.Safaricom.Moves()) != 1 {
		t.Errorf("a restored copy: exit %d, %s", code, errOut)
	}
	if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { _, err := s.Main.Pause.End(tx); return err }); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MTANDAO_PUBLIC_URL", "http://127.0.0.1:1")
	code, found = doctor(t, "mpesa")
	expect(t, found, map[string]string{"public url": stateFails, "demo paybill": stateWarning})
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
	t.Setenv("MTANDAO_PUBLIC_URL", "")
	if _, found = doctor(t, "mpesa"); !strings.Contains(found["demo paybill"].Detail, "is not told to us") {
		t.Errorf("%+v", found)
	}
	t.Setenv("MTANDAO_DEV", "false")
	code, found = doctor(t, "mpesa")
	expect(t, found, map[string]string{"public url": stateWarning, "demo rail": stateFails})
	if code != exitFailed {
		t.Errorf("exit %d", code)
	}
}
