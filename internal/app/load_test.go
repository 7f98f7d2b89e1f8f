package app

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
)

// FuzzParsePeople reads lists of people as somebody's spreadsheet may write them: all of it, or a sentence.
func FuzzParsePeople(f *testing.F) {
	f.Add("asha,siri,AA:BB:CC:DD:EE:FF\n")
	f.Add("a,b,c\r\nd,\"e\"\"f\",g")
	f.Add("a,b\n")
	f.Add("\xef\xbb\xbfa,b,c\n\n")
	f.Add("\"a,b,c")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parsePeople(strings.NewReader(text))
		if err != nil {
			return
		}
		var again bytes.Buffer
		out := csv.NewWriter(&again)
		for _, one := range all {
			if err := out.Write([]string{one.Name, one.Password, one.MAC}); err != nil {
				t.Fatal(err)
			}
		}
		out.Flush()
		same, err := parsePeople(&again)
		if err != nil || len(same) != len(all) {
			t.Fatalf("%d people, then %d: %v", len(all), len(same), err)
		}
		for i := range all {
			if strings.ReplaceAll(all[i].Name, "\r\n", "\n") != strings.ReplaceAll(same[i].Name, "\r\n", "\n") || all[i].MAC == "" != (same[i].MAC == "") {
				t.Fatalf("%v, then %v", all[i], same[i])
			}
		}
	})
}
