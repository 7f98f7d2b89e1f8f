package sheets

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"mtandao/internal/money"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

const demoLogo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="22" fill="#0b6e4f"/><path d="M11 21c8-7 18-7 26 0M16 27c5-4 11-4 16 0M21 33c2-1.500 4-1.500 6 0" fill="none" stroke="#fff" stroke-width="3.500" stroke-linecap="round"/></svg>`

var printedAt = time.Date(2026, 11, 26, 11, 2, 0, 0, time.UTC)

// baraka is an everyday print; nyota one that wants all the room there is.
func baraka(l words.Lang) Look {
	return Look{Lang: l, Home: "https://wifi.baraka.co.ke", At: printedAt,
		Site:  site.Site{Slug: "kasarani", Name: "Kasarani", Phone: "0712 345 678"},
		Brand: site.Brand{Name: "Baraka Wi-Fi", Accent: "#0b6e4f", AccentInk: "#ffffff", Logo: []byte(demoLogo), LogoType: "image/svg+xml"},
		Batch: vouchers.Batch{ID: 1, Number: 12, NameEN: "1 day", NameSW: "Siku 1", Price: money.Shillings(50), Size: 10_000, Made: 10_000, Style: access.CodeStyle{Random: 9}, Group: 5,
			Limits: access.Limits{Time: 24 * time.Hour, Devices: 2, DownKbps: 5000}}}
}

func nyota(l words.Lang) Look {
	return Look{Lang: l, Home: "https://portal.nyota-internet-solutions.co.ke", At: printedAt,
		Site:  site.Site{Slug: "ngong-road-phase-two", Name: "Ngong Road", Phone: "+254 20 712 345 678"},
		Brand: site.Brand{Name: "Nyota Internet Solutions of Ngong Road", Accent: "#ffd400", AccentInk: "#ffffff"},
		Batch: vouchers.Batch{ID: 2, Number: 123, NameEN: "Family evenings and weekends, unlimited films and music", NameSW: "Jioni na wikendi za familia, filamu na muziki bila kikomo",
			Price: money.KES(125_000_50), Size: 400, Made: 400, Style: access.CodeStyle{Random: 13, Digits: true}, Group: 5, UnsoldUntil: time.Date(2026, 12, 31, 21, 0, 0, 0, time.UTC), UnusedFor: 90 * 24 * time.Hour,
			Limits: access.Limits{Valid: 30 * 24 * time.Hour, DataBytes: 250e9, Devices: 5, DownKbps: 25000, FairUse: access.FairUse{Bytes: 100e9, DownKbps: 2000}}}}
}

// some are the first vouchers of a batch, with codes that follow from their serials.
func some(b vouchers.Batch, n int) []vouchers.Voucher {
	const letters = "0123456789ABCDEFGHJKMNPQRTVWXYZ"
	all := make([]vouchers.Voucher, n)
	for i := range all {
		code := []byte(b.Style.Prefix)
		symbols, at := letters, uint64(i+1)*0x9E3779B97F4A7C15
		if b.Style.Digits {
			symbols = letters[:10]
		}
		for range b.Style.Random + 1 {
			code = append(code, symbols[at%uint64(len(symbols))])
			at = at/uint64(len(symbols)) + uint64(i+3)*0xBF58476D1CE4E5B9
		}
		all[i] = vouchers.Voucher{BatchID: b.ID, Serial: i + 1, Code: access.Code(code), State: vouchers.Printed}
	}
	return all
}

func mustPaper(t testing.TB, look Look, layout string) *Paper {
	t.Helper()
	l, err := LayoutOf(layout)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(look, l)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *Paper) write(t testing.TB, w io.Writer, all []vouchers.Voucher) {
	t.Helper()
	d, err := p.open(w, all[0].Serial, all[len(all)-1].Serial)
	for _, v := range all {
		if err == nil {
			err = d.add(v)
		}
	}
	if err == nil {
		err = d.close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestScreens draws every layout for two brands in both languages, at the size that is printed, into the folder that MTANDAO_SCREENS
// names: paper/{brand}-{layout}-{language}.png. Without a folder it draws one, and lets go of it.
func TestScreens(t *testing.T) {
	folder, all := os.Getenv("MTANDAO_SCREENS"), true
	if folder == "" {
		folder, all = t.TempDir(), false
	}
	folder = filepath.Join(folder, "paper")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]func(words.Lang) Look{"baraka": baraka, "nyota": nyota} {
		for _, l := range []words.Lang{words.English, words.Swahili} {
			for _, layout := range Layouts {
				if layout.form == asPDF && (all || layout.Key == "24" && l == words.Swahili) {
					picture(t, mustPaper(t, of(l), layout.Key), filepath.Join(folder, name+"-"+layout.Key+"-"+string(l)))
				}
			}
		}
	}
}

// picture is the second sheet with one card that was printed before and two that are dead, and the preview of the console.
func picture(t *testing.T, p *Paper, at string) {
	t.Helper()
	all := some(p.Batch, 2*p.Cards())[p.Cards():]
	if p.Cards() > 4 {
		all[1].Prints, all[2].State, all[4].State = 1, vouchers.Used, vouchers.Void
	}
	var file bytes.Buffer
	p.write(t, &file, all)
	cmd := exec.Command("pdftoppm", "-r", "150", "-png", "-singlefile", "-", at)
	cmd.Stdin = &file
	if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
		t.Fatalf("%s: %v %s", at, err, said)
	}
	preview, err := p.Preview()
	if err == nil {
		err = os.WriteFile(at+"-preview.png", preview, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
