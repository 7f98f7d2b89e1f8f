package access

import (
	"strings"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// TestADeviceIsCalledAsItsHolderCallsIt: a name of a device of the grant, changed and taken away; none of another's device, too long or of what cannot be seen.
func TestADeviceIsCalledAsItsHolderCallsIt(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.give(h.offer("1", "hour", hour, phone)).GrantID
		for _, name := range []string{"Mama's phone", "  Simu   ya mama ", ""} {
			if err := h.NameDevice(t.Context(), id, phone, name); err != nil {
				t.Fatal(err)
			}
			names, err := h.DeviceNames(t.Context(), id)
			if want := strings.Join(strings.Fields(name), " "); err != nil || names[phone] != want || len(names) != min(1, len(want)) {
				t.Errorf("%q: %v, %v", name, names, err)
			}
		}
		for name, key := range map[string]string{strings.Repeat("x", 41): "device.name", "a\x00b": "device.name", "a\u202eb": "device.name", "\xff": "device.name"} {
			if err := h.NameDevice(t.Context(), id, phone, name); fault.KeyOf(err) != key {
				t.Errorf("%q: %v", name, err)
			}
		}
		for _, mac := range []MAC{"0a00000000ff", ""} {
			if err := h.NameDevice(t.Context(), id, mac, "TV"); fault.KeyOf(err) != "grant.no_slot" {
				t.Errorf("%q: %v", mac, err)
			}
		}
	})
}

// TestASecretIsReadByItsName: of the grant that has the name, the newest; of no other.
func TestASecretIsReadByItsName(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.give(h.offer("1", "hour", hour, phone)).GrantID
		other := h.give(h.offer("2", "hour", hour, "0a0000000002")).GrantID
		if err := h.db.InTx(t.Context(), func(tx *db.Tx) error { return h.NameLogin(tx, id, "amina", "goats on a hill") }); err != nil {
			t.Fatal(err)
		}
		if secret, err := h.SecretOf(t.Context(), id, " Amina"); err != nil || secret != "goats on a hill" {
			t.Error(secret, err)
		}
		for grant, name := range map[int64]string{id: "otieno", other: "amina"} {
			if secret, err := h.SecretOf(t.Context(), grant, name); fault.KeyOf(err) != "grant.no_code" || secret != "" {
				t.Error(name, secret, err)
			}
		}
	})
}
