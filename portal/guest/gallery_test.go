package guest

import (
	"bytes"
	"compress/gzip"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"mtandao/internal/words"
	"mtandao/themes"
)

func galleryOf(t *testing.T, l words.Lang) map[string]string {
	t.Helper()
	pages, err := everyPage(l, galleryBrand())
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for name, body := range pages {
		texts[name] = string(body)
	}
	return texts
}

// eachPage runs a check on every page in both languages.
func eachPage(t *testing.T, check func(t *testing.T, l words.Lang, html string)) {
	t.Helper()
	for _, l := range words.Languages {
		for name, html := range galleryOf(t, l) {
			t.Run(name+" "+string(l), func(t *testing.T) { check(t, l, html) })
		}
	}
}

var (
	missing  = regexp.MustCompile(`![a-z_.]+!|&lt;no value|<no value|ZgotmplZ|%!`)
	address  = regexp.MustCompile(`(?i)\s(?:href|src|action|formaction|poster|srcset|background|data)="([^"]*)"`)
	refresh  = regexp.MustCompile(`http-equiv="refresh" content="([^"]*)"`)
	scripted = regexp.MustCompile(`(?i)<script|<iframe|<object|<embed|\son[a-z]+=|\sstyle=|@import|url\(`)
	ids      = regexp.MustCompile(`\sid="([^"]+)"`)
	labels   = regexp.MustCompile(`\sfor="([^"]+)"`)
	inputs   = regexp.MustCompile(`<input [^>]*>`)
	forms    = regexp.MustCompile(`(?s)<form .*?</form>`)
	headings = regexp.MustCompile(`<h1[ >]`)
)

func TestEveryPageHasItsWords(t *testing.T) {
	eachPage(t, func(t *testing.T, l words.Lang, html string) {
		if found := missing.FindString(html); found != "" {
			t.Errorf("a word is missing: %s", found)
		}
		if !strings.Contains(html, `<html lang="`+string(l)+`">`) {
			t.Error("the page does not tell its language")
		}
		if n := len(headings.FindAllString(html, -1)); n != 1 {
			t.Errorf("%d main headings, want 1", n)
		}
	})
}

func TestNoPageAsksAnotherHost(t *testing.T) {
	eachPage(t, func(t *testing.T, _ words.Lang, html string) {
		for _, found := range address.FindAllStringSubmatch(html, -1) {
			ours := strings.HasPrefix(found[1], "/") && !strings.HasPrefix(found[1], "//")
			if !ours && !strings.HasPrefix(found[1], "data:") && !strings.HasPrefix(found[1], "tel:") && !strings.HasPrefix(found[1], "#") {
				t.Errorf("address %q", found[1])
			}
		}
		if found := scripted.FindString(html); found != "" {
			t.Errorf("the page holds %q", found)
		}
		for _, found := range refresh.FindAllStringSubmatch(html, -1) {
			if !regexp.MustCompile(`^\d+;url=/[os]/[0-9a-f]{32}\?l=`).MatchString(found[1]) {
				t.Errorf("refresh to %q", found[1])
			}
		}
	})
}

func TestEveryFieldIsLabelledAndEveryFormStamped(t *testing.T) {
	eachPage(t, func(t *testing.T, _ words.Lang, html string) {
		seen := map[string]bool{}
		for _, id := range ids.FindAllStringSubmatch(html, -1) {
			if seen[id[1]] {
				t.Errorf("id %q twice", id[1])
			}
			seen[id[1]] = true
		}
		labelled := map[string]bool{}
		for _, label := range labels.FindAllStringSubmatch(html, -1) {
			labelled[label[1]] = true
		}
		for _, input := range inputs.FindAllString(html, -1) {
			id := ids.FindStringSubmatch(input)
			if !strings.Contains(input, `type="hidden"`) && (id == nil || !labelled[id[1]]) {
				t.Errorf("no label: %s", input)
			}
		}
		for _, form := range forms.FindAllString(html, -1) {
			if !regexp.MustCompile(`name="k" value="[0-9a-f]{64,}"`).MatchString(form) {
				t.Errorf("no stamp: %s", form)
			}
		}
	})
}

func TestAPageThatIsTypedIntoNeverReloads(t *testing.T) {
	eachPage(t, func(t *testing.T, _ words.Lang, html string) {
		typed := regexp.MustCompile(`<input class="code"|type="tel"`)
		if refresh.MatchString(html) && typed.MatchString(html) && !strings.Contains(html, "<details") {
			t.Error("what somebody types would be lost")
		}
	})
}

// packed is the size of what the first view costs: everything is in the page.
func packed(t *testing.T, html string) int {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(html)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

func TestTheFirstViewIsSmall(t *testing.T) {
	for _, l := range words.Languages {
		if n := packed(t, galleryOf(t, l)["landing"]); n > 6<<10 {
			t.Errorf("%s: landing with 8 plans and a logo: %d bytes, want 6 KB at most", l, n)
		}
	}
	brand := galleryBrand()
	brand.LogoType, brand.Logo, brand.Picture = "image/png", make([]byte, 3<<10), make([]byte, 6200-3<<10) // what site lets through
	noise := rand.NewChaCha8([32]byte{1})
	for _, random := range [][]byte{brand.Logo, brand.Picture} {
		if _, err := noise.Read(random); err != nil {
			t.Fatal(err)
		}
	}
	for _, brand.Theme = range themes.Names {
		pages, err := everyPage(words.Swahili, brand)
		if err != nil {
			t.Fatal(err)
		}
		if n := packed(t, string(pages["landing"])); n > 14<<10 {
			t.Errorf("%s: landing with the largest logo and picture: %d bytes, want 14 KB at most", brand.Theme, n)
		} else {
			t.Logf("%s: %d bytes", brand.Theme, n)
		}
	}
}

func TestEachFailureHasItsOwnSentences(t *testing.T) {
	for _, l := range words.Languages {
		said := map[string]string{}
		for _, reason := range galleryReasons {
			for _, key := range []string{"guest.fail." + string(reason), "guest.fail." + string(reason) + ".next"} {
				if !words.Has(key) {
					t.Errorf("no sentence %q", key)
				}
			}
			sentence := words.Text(l, "guest.fail."+string(reason))
			if other, twice := said[sentence]; twice {
				t.Errorf("%s and %s say the same in %s", reason, other, l)
			}
			said[sentence] = string(reason)
		}
	}
}

// TestTheProvidersNumberStandsInForTheSites: whoever needs help is not left without a number to call.
func TestTheProvidersNumberStandsInForTheSites(t *testing.T) {
	show, err := newGallery(words.English, galleryBrand())
	if err != nil {
		t.Fatal(err)
	}
	show.guest.Phone = func() string { return "0700 123 456" }
	for own, want := range map[string]string{"": "0700 123 456", "0712 345 678": "0712 345 678"} {
		show.who.site.Phone = own
		body, _, err := show.guest.theme.HTML("words", show.guest.helpPage(show.who))
		if err != nil || !strings.Contains(string(body), "tel:"+strings.ReplaceAll(want, " ", "")) {
			t.Errorf("a site with %q: no call to %s, %v", own, want, err)
		}
	}
}
