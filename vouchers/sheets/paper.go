package sheets

import (
	"image"
	"strings"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/paper"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/themes"
	"mtandao/vouchers"
)

// Look is what the vouchers of one print have in common.
type Look struct {
	Batch vouchers.Batch
	Site  site.Site // whose portal the picture leads to
	Brand site.Brand
	Lang  words.Lang
	Home  string    // where the portal is reached, as "https://wifi.example"
	At    time.Time // when it is printed
}

// Paper is a look on a layout, ready to be printed.
type Paper struct {
	Look
	Layout
	tokens       themes.Tokens
	mark         image.Image // the logo, or nil
	brand, plan  string
	price, gives string
	steps        [3]string
	brief        string // the steps in a line
	valid        string // until when it may be used, if that ends
	help, batch  string
	footer       string
	sample       printedCard
	pictures     *paper.Sums // nil: each is drawn for itself
}

// New lays it out; fault.Invalid "paper.script" or "paper.sign" when a name cannot be printed.
func New(look Look, layout Layout) (*Paper, error) {
	p := &Paper{Look: look, Layout: layout, tokens: themes.Pour(look.Brand.Accent, look.Brand.AccentInk, white.String(), black.String()), mark: paper.Logo(look.Brand.Logo, look.Brand.LogoType)}
	say := func(key string, args ...any) string { return words.Text(look.Lang, key, args...) }
	b := look.Batch
	p.brand, p.plan, p.price = paper.Plain(look.Brand.Name), paper.Plain(b.PlanName(look.Lang)), b.Price.String()
	p.gives = plans.Sentence(look.Lang, plans.Plan{Limits: b.Limits})
	p.steps = [3]string{say("paper.join", "Brand", p.brand), say("paper.scan"), say("paper.type")}
	p.brief = say("paper.brief")
	p.valid = p.validity()
	if phone := paper.Plain(look.Site.Phone); phone != "" {
		p.help = say("paper.help", "Phone", phone)
	}
	p.batch = say("paper.batch", "Number", b.Number)
	p.footer = strings.Join([]string{p.brand, p.batch, p.plan, p.price, say("paper.printed", "When", look.At.In(look.Site.Location()).Format("2.1.2006 15:04"))}, " · ")
	for _, s := range append(p.texts(), b.NameEN) {
		if err := paper.Printable(paper.Plain(s)); err != nil && !layout.Table() {
			return nil, err
		}
	}
	var err error
	p.sample, err = p.card(vouchers.Voucher{Serial: 1, Code: access.Code(sampleOf(b))})
	return p, err
}

// texts are all that is written on paper, but for codes and numbers.
func (p *Paper) texts() []string {
	all := append([]string{p.brand, p.plan, p.price, p.gives, p.brief, p.valid, p.help, p.batch, p.footer}, p.steps[:]...)
	for _, state := range []vouchers.State{vouchers.Used, vouchers.Void, vouchers.Expired} {
		all = append(all, p.dead(state))
	}
	return append(all, words.Text(p.Lang, "paper.copy", "N", 2), p.sheetOf(1, 1))
}

func (p *Paper) sheetOf(n, all int) string {
	return words.Text(p.Lang, "paper.sheet", "N", n, "All", all)
}

// validity says by when one must be bought, and how soon used.
func (p *Paper) validity() string {
	var parts []string
	if until := p.Batch.UnsoldUntil; !until.IsZero() {
		last := until.Add(-time.Millisecond).In(p.Site.Location())
		parts = append(parts, words.Text(p.Lang, "paper.by", "Day", last.Format("2.1.2006")))
	}
	if p.Batch.UnusedFor > 0 {
		parts = append(parts, words.Text(p.Lang, "paper.within", "Time", plans.Duration(p.Lang, p.Batch.UnusedFor)))
	}
	return strings.Join(parts, " · ")
}

// sampleOf is a code that looks like those of a batch and is none: its check symbol is wrong.
func sampleOf(b vouchers.Batch) string {
	symbols := "K7M4P2QXTAR9WDHE3CBF"
	if b.Style.Digits {
		symbols = "48205917360482059173"
	}
	return b.Style.Prefix + symbols[:min(max(b.Style.Random, 1)+1, len(symbols))]
}

// printedCard is what stands on one card alone.
type printedCard struct {
	serial, code, copy string
	groups             []string
	link               string
	dead               string // why it is not printed again
	matrix             *paper.Matrix
}

// Link is where a voucher's picture leads: in capitals, which make a smaller picture; no part of it cares.
func (p *Paper) Link(code access.Code) string {
	return strings.ToUpper(strings.TrimSuffix(p.Home, "/") + "/v/" + p.Site.Slug + "/" + string(code))
}

func (p *Paper) dead(state vouchers.State) string {
	switch state {
	case vouchers.Used, vouchers.Void, vouchers.Expired:
		return words.Text(p.Lang, "office.voucher."+string(state))
	}
	return ""
}

func (p *Paper) card(v vouchers.Voucher) (c printedCard, err error) {
	c = printedCard{serial: vouchers.Serial(p.Batch.Number, v.Serial), dead: p.dead(v.State)}
	if c.dead != "" {
		return c, nil
	}
	c.code, c.link = v.Code.Grouped(p.Batch.Group), p.Link(v.Code)
	c.groups = strings.Split(c.code, "-")
	if v.Prints > 0 {
		c.copy = words.Text(p.Lang, "paper.copy", "N", v.Prints+1)
	}
	c.matrix, err = p.pictures.Of(c.link)
	return c, err
}

// named is a card's serial with what marks it as printed again.
func (c printedCard) named() string { return strings.TrimSpace(c.serial + "  " + c.copy) }
