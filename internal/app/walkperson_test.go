package app

import (
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// What a person's acts take, by the keystroke-level model of Card, Moran and Newell: a key by an average non-secretary typist,
// pointing and clicking, the hand between keyboard and mouse, and the thought before each act. Reading is at 238 words a minute (Brysbaert 2019):
// every line that a page's main part shows, once: the row of steps that stands on each page is not read again, nor what is folded away.
const (
	perKey    = 280 * time.Millisecond
	perClick  = 1300 * time.Millisecond
	perHand   = 400 * time.Millisecond
	perAct    = 1350 * time.Millisecond
	perPaste  = 6 * time.Second // find it in another window, mark, copy, come back, paste
	perWord   = time.Minute / 238
	perLookUp = 10 * time.Second // take the other device, open its app
)

// person acts in a browser, and keeps count.
type person struct {
	*browser
	name                            string
	clicks, keys, pastes, looks     int
	acts, words, fields, pagesShown int
	known                           map[string]bool // lines that were read
}

// takes is how long somebody needs for what was counted.
func (p *person) takes() time.Duration {
	return time.Duration(p.keys)*perKey + time.Duration(p.clicks)*perClick + time.Duration(p.fields)*perHand*2 + time.Duration(p.acts)*perAct +
		time.Duration(p.pastes)*perPaste + time.Duration(p.looks)*perLookUp + time.Duration(p.words)*perWord
}

func (p *person) report() {
	p.t.Logf("%s: %d pages with %d words, %d fields, %d keys, %d clicks, %d pasted, %d looked up elsewhere: %v, of which %v to act and the rest to read every line", p.name, p.pagesShown, p.words,
		p.fields, p.keys, p.clicks, p.pastes, p.looks, p.takes().Round(time.Second), (p.takes() - time.Duration(p.words)*perWord).Round(time.Second))
}

// reads waits for a page by what it says, and reads it.
func (p *person) reads(picture, words string) {
	p.t.Helper()
	p.see(15*time.Second, words)
	p.picture(picture)
	shown, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`(document.querySelector("main") || document.body).innerText`))
	p.do(err)
	p.pagesShown++
	codes, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("main .code")].map(e => e.innerText).join("\n")`))
	p.do(err)
	if p.known == nil {
		p.known = map[string]bool{}
	}
	for line := range strings.Lines(codes + "\n") { // nobody reads a key
		p.known[line] = true
	}
	for line := range strings.Lines(shown + "\n") {
		if !p.known[line] {
			p.words += len(strings.Fields(line))
		}
		p.known[line] = true
	}
}

// types goes to a field and fills it, key by key.
func (p *person) types(field, text string) {
	p.t.Helper()
	p.enters(field, text)
	p.keys += len(text)
}

// pastes what lies ready elsewhere.
func (p *person) paste(field, text string) {
	p.t.Helper()
	p.enters(field, text)
	p.pastes++
}

func (p *person) enters(field, text string) {
	p.t.Helper()
	p.do(chromedp.Do(p.ctx, chromedp.Clear(`[name="`+field+`"]`), chromedp.SendKeys(`[name="`+field+`"]`, text)))
	p.fields++
	p.clicks++
	p.acts++
}

// presses what a selector names.
func (p *person) presses(selector string) {
	p.t.Helper()
	p.do(chromedp.Do(p.ctx, chromedp.Click(selector)))
	p.clicks++
	p.acts++
}
