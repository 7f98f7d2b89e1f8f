package access

import (
	"testing"

	"mtandao/internal/fault"
)

func TestParseMACAsRoutersWriteIt(t *testing.T) {
	// Every radius-mac-format of RouterOS in both cases, CoovaChilli's dashes, Cisco's dots.
	forms := []string{
		"0A:1B:2C:3D:4E:5F", "0a:1b:2c:3d:4e:5f", "0A-1B-2C-3D-4E-5F", "0A1B:2C3D:4E5F", "0A1B2C:3D4E5F", "0A1B2C-3D4E5F",
		"0a1b-2c3d-4e5f", "0A1B2C3D4E5F", "0a1b2c3d4e5f", "0a1b.2c3d.4e5f", " 0A:1B:2C:3D:4E:5F ", "0A 1B 2C 3D 4E 5F",
	}
	for _, s := range forms {
		if m, err := ParseMAC(s); err != nil || m != "0a1b2c3d4e5f" {
			t.Errorf("ParseMAC(%q) = %q, %v", s, m, err)
		}
	}
}

func TestParseMACRefuses(t *testing.T) {
	bad := []string{
		"", "0A", "0A:1B:2C:3D:4E", "0A:1B:2C:3D:4E:5F:60", "0A:1B:2C:3D:4E:5G", "0A:1B-2C:3D-4E:5F", "0:A1:B2:C3:D4:E5",
		"0A1:B2C:3D4:E5F", ":0A1B2C3D4E5F", "0A1B2C3D4E5F:", "00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF", "0A:1B:2C:3D:4E:5F:cafe",
	}
	for _, s := range bad {
		if m, err := ParseMAC(s); err == nil || m != "" || fault.KeyOf(err) != "mac.invalid" {
			t.Errorf("ParseMAC(%q) = %q, %v, want mac.invalid", s, m, err)
		}
	}
}

func TestMACForms(t *testing.T) {
	m := MAC("0a1b2c3d4e5f")
	if m.Colons() != "0A:1B:2C:3D:4E:5F" || m.Dashes() != "0A-1B-2C-3D-4E-5F" || MAC("").Colons() != "" {
		t.Errorf("forms are %q, %q, %q", m.Colons(), m.Dashes(), MAC("").Colons())
	}
}

func FuzzParseMAC(f *testing.F) {
	for _, s := range []string{"0A:1B:2C:3D:4E:5F", "0a1b.2c3d.4e5f", "", "::::::", "-", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMAC(s)
		if err != nil {
			return
		}
		for _, form := range []string{m.Colons(), m.Dashes(), string(m)} {
			if again, err := ParseMAC(form); err != nil || again != m {
				t.Fatalf("%q gave %q, whose form %q gives %q, %v", s, m, form, again, err)
			}
		}
	})
}
