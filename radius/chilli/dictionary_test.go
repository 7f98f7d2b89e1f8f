package chilli

import "testing"

// TestDictionary compares with the numbers of reference/other-nas.md §1.
func TestDictionary(t *testing.T) {
	if vendor.Number != 14559 {
		t.Errorf("vendor %d", vendor.Number)
	}
	for name, c := range map[string][2]byte{
		"total octets": {maxTotalOctets.Type, 3}, "total gigawords": {maxTotalGigawords.Type, 23}, "up": {bandwidthMaxUp.Type, 4},
		"down": {bandwidthMaxDown.Type, 5}, "session state": {sessionState.Type, 15}, "authorised": {byte(stateAuthorized), 1},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %d, want %d", name, c[0], c[1])
		}
	}
}

func TestUnknownNamesStopTheProgram(t *testing.T) {
	for name, use := range map[string]func(){
		"attribute":   func() { mustFind("ChilliSpot-Nothing") },
		"not integer": func() { mustFind("ChilliSpot-Config") },
		"value":       func() { mustValue("CoovaChilli-Session-State", "Perhaps") },
		"dictionary":  func() { mustParse("nonsense") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			use()
		}()
	}
}
