package seal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mtandao/internal/fault"
)

func fresh(t *testing.T) *Keys {
	t.Helper()
	k, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealedOpensForItsPurposeOnly(t *testing.T) {
	k := fresh(t)
	sealed, err := k.Seal("till", []byte("passkey"))
	if err != nil || bytes.Contains(sealed, []byte("passkey")) {
		t.Fatal("not sealed", err)
	}
	if plain, err := k.Open("till", sealed); err != nil || string(plain) != "passkey" {
		t.Fatalf("%q %v", plain, err)
	}
	if _, err := k.Open("login", sealed); fault.KeyOf(err) != "seal.not_ours" {
		t.Fatal(err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := k.Open("till", sealed); err == nil || strings.Contains(err.Error(), "passkey") {
		t.Fatal(err)
	}
}

func TestRotationKeepsOldValuesReadableAndFindable(t *testing.T) {
	k := fresh(t)
	sealed, _ := k.Seal("p", []byte("x"))
	old, mac := k.Lookup("p", "x"), k.Sign("p", []byte("m"))
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	if plain, err := k.Open("p", sealed); err != nil || string(plain) != "x" {
		t.Fatal(err)
	}
	if now := k.Lookup("p", "x"); now == old || len(k.Lookups("p", "x")) != 2 || k.Lookups("p", "x")[0] != now || k.Lookups("p", "x")[1] != old {
		t.Fatal("look-ups after a rotation")
	}
	if !k.Verify("p", []byte("m"), mac) || k.Verify("p", []byte("n"), mac) || k.Verify("q", []byte("m"), mac) {
		t.Fatal("a MAC of before the rotation")
	}
	if !k.Verify("p", []byte("m"), mac[:16]) || k.Verify("p", []byte("m"), mac[:15]) || k.Verify("p", []byte("m"), nil) {
		t.Fatal("a shortened MAC")
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "keys.json")
	if _, err := Load(path); fault.KeyOf(err) != "seal.no_key_file" {
		t.Fatal(err)
	}
	k := fresh(t)
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	sealed, _ := k.Seal("p", []byte("x"))
	if err := k.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := Load(path)
	if err != nil || again.Lookup("p", "x") != k.Lookup("p", "x") {
		t.Fatal(err)
	}
	if plain, err := again.Open("p", sealed); err != nil || string(plain) != "x" {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); fault.KeyOf(err) != "seal.key_file_open" {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = os.Chmod(path, 0o600)
	if _, err := Load(path); fault.KeyOf(err) != "seal.key_file" {
		t.Fatal(err)
	}
}
