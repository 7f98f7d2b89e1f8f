package backoffice

import (
	"bytes"
	"testing"

	"mtandao/internal/words"
)

func TestEveryPageOfTheGalleryIsWhole(t *testing.T) {
	for _, lang := range []words.Lang{words.English, words.Swahili} {
		pages, err := Gallery(lang, lang == words.Swahili)
		if err != nil {
			t.Fatal(err)
		}
		for name, body := range pages {
			for _, bad := range []string{"!office.", "!clue.", "<no value>", "ZgotmplZ"} {
				if bytes.Contains(body, []byte(bad)) {
					t.Errorf("%s in %s says %s", name, lang, bad)
				}
			}
		}
	}
}
