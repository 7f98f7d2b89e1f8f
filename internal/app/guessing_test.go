package app

import (
	"context"
	"html"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// A guesser has an address of its own, and a page of codes that it sends again and again.
type guesser struct {
	client *http.Client
	target string
	fields url.Values
}

// newGuesser opens the page of codes from an address of this machine, as a device of a router's.
func newGuesser(t *testing.T, from netip.Addr, address string) *guesser {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
	g := &guesser{client: &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}, Timeout: 20 * time.Second}, fields: url.Values{}}
	t.Cleanup(g.client.CloseIdleConnections)
	page, err := g.client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	body, err := io.ReadAll(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range hiddenInput.FindAllStringSubmatch(string(body), -1) {
		g.fields.Set(m[1], html.UnescapeString(m[2]))
	}
	target := *page.Request.URL
	target.RawQuery = ""
	g.target = target.String()
	g.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return g
}

// try sends a code; found says that it led somewhere.
func (g *guesser) try(ctx context.Context, code string) (found bool, err error) {
	fields := url.Values{"code": {code}}
	for name, values := range g.fields {
		if name != "code" {
			fields[name] = values
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.target, strings.NewReader(fields.Encode()))
	if err != nil {
		return false, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := g.client.Do(r)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode == http.StatusSeeOther, err
}

// TestAGuessingAttack is "must be shown" 3 of issue 5: fifty addresses try 200 codes a second that look right, of the usual style and of the weakest
// that a batch may have. None is found, who
// has a right code comes in meanwhile from elsewhere and at the same site, and the attack is on the record.
func TestAGuessingAttack(t *testing.T) {
	s := openStage(t, 1)
	s.voided(t)
	b, err := s.Main.Vouchers.ByNumber(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	by := vouchers.By{Actor: "test"}
	if _, err := s.Main.Vouchers.Do(t.Context(), vouchers.Deed{Kind: vouchers.DeedSignOut, BatchID: b.ID, First: 6, Last: 20, Money: true, Holder: "kiosk"}, by); err != nil {
		t.Fatal(err)
	}
	codes := map[int]access.Code{}
	if err := s.Main.Vouchers.Export(t.Context(), vouchers.Copying{BatchID: b.ID}, by, func(_ vouchers.Batch, v vouchers.Voucher) error { codes[v.Serial] = v.Code; return nil }); err != nil {
		t.Fatal(err)
	}
	weakest := access.CodeStyle{Digits: true, Random: 10}
	weak, err := s.Main.Vouchers.Place(t.Context(), vouchers.Wish{PlanID: b.PlanID, SiteID: b.SiteID, Size: 1000, Style: weakest}, by)
	if err == nil {
		_, err = s.Main.Vouchers.Make(t.Context(), weak.ID)
	}
	if err == nil {
		_, err = s.Main.Vouchers.Do(t.Context(), vouchers.Deed{Kind: vouchers.DeedSignOut, BatchID: weak.ID, First: 1, Last: 1000, Holder: "kiosk"}, by)
	}
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + s.Main.HTTPAddress() + "/h/kasarani/code?l=en"
	const addresses, length = 50, 8 * time.Second
	var tries, found, slowed atomic.Int64
	attack, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	var all sync.WaitGroup
	for n := range addresses {
		g := newGuesser(t, netip.AddrFrom4([4]byte{127, 0, 1, byte(n + 1)}), address)
		all.Go(func() {
			style := access.CodeStyle{Random: b.Style.Random}
			if n%2 == 0 {
				style = weakest
			}
			pause := time.NewTicker(addresses * time.Second / 200)
			defer pause.Stop()
			for {
				select {
				case <-attack.Done():
					return
				case <-pause.C:
				}
				tries.Add(1)
				all.Go(func() {
					switch ok, err := g.try(t.Context(), string(style.New())); {
					case err != nil:
						slowed.Add(1)
					case ok:
						found.Add(1)
					}
				})
			}
		})
	}
	time.Sleep(2 * time.Second)
	var longest time.Duration
	for serial := 6; serial < 11; serial++ {
		guest := newGuesser(t, netip.AddrFrom4([4]byte{127, 0, 2, byte(serial)}), address)
		watch := clock.Stopwatch()
		if ok, err := guest.try(t.Context(), string(codes[serial])); !ok || err != nil {
			t.Errorf("a right code is refused during the attack: %v", err)
		}
		longest = max(longest, watch())
	}
	all.Wait()
	t.Logf("%d codes tried in %v, %d without an answer; a right code took %v at most", tries.Load(), length, slowed.Load(), longest.Round(time.Millisecond))
	if tries.Load() < 800 {
		t.Errorf("the attack was of %d tries", tries.Load())
	}
	if found.Load() > 0 {
		t.Errorf("%d codes were guessed", found.Load())
	}
	if longest > 6*time.Second {
		t.Errorf("a right code took %v", longest)
	}
	if err := s.Main.Vouchers.WriteDown(t.Context()); err != nil {
		t.Fatal(err)
	}
	wrong, err := s.Main.Vouchers.WrongTries(t.Context())
	if err != nil || len(wrong) != 1 || wrong[0].Tries < 100 {
		t.Errorf("on record: %+v, %v", wrong, err)
	}
}
