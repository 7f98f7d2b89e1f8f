package words

import "testing"

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"éèêë", 3, "éèê"}, {"éè", 3, "éè"}, {"abc", 0, ""}, {"\xff\xfe\xfd", 2, "\xff\xfe"}} {
		if got := Cut(c.text, c.most); got != c.want {
			t.Errorf("%d of %q are %q, want %q", c.most, c.text, got, c.want)
		}
	}
}
