package backoffice

import (
	"strconv"
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/report"
	"mtandao/radius/access"
)

// mendPage asks how before something is done with a grant.
func (q *request) mendPage(texts string, s report.Story, back string) *formPage {
	p := q.asking(texts, "sessions", back, "Plan", planName(s, q.lang()))
	p.Crumbs, p.Danger = []crumb{{p.T("office.story.title"), back}}, false
	return p
}

func (b *Backoffice) askMove(q *request) error {
	s, here, err := b.grantFor(q)
	if err != nil {
		return err
	}
	return q.showForm(b.movePage(q, s, here))
}

func (b *Backoffice) movePage(q *request, s report.Story, here string) *formPage {
	p := q.mendPage("office.move.", s, here)
	slots := formField{Name: "slot", As: asRadio, Label: p.T("office.move.slot"), Must: true}
	chosen := q.FormValue("slot")
	for i, slot := range s.Access.Slots {
		name, value := slot.MAC.Colons(), strconv.Itoa(slot.N)
		if slot.MAC == "" {
			name = p.T("office.slot_free")
		}
		slots.Choices = append(slots.Choices, choice{Name: p.T("office.slot", "N", slot.N) + ": " + name, Value: value, Here: chosen == value || chosen == "" && i == 0})
	}
	p.ask(slots, formField{Name: "mac", Label: p.T("office.move.mac"), Hint: p.T("office.move.hint"), Value: q.FormValue("mac"), Most: 24, Must: true})
	return p
}

func (b *Backoffice) move(q *request) error {
	s, here, err := b.grantFor(q)
	if err != nil {
		return err
	}
	mac, err := access.ParseMAC(q.FormValue("mac"))
	if err == nil {
		slot, _ := strconv.Atoi(q.FormValue("slot")) // none is a slot that does not exist
		err = b.Deeds.Move(q.ctx, q.in.Member, q.in.By(q.visit()), s.Access.Grant.ID, slot, mac)
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.Invalid, "grant.no_slot", err)
	}
	if err != nil {
		return q.refuse(err, "form", b.movePage(q, s, here), "mac")
	}
	q.tell("", "office.mended.move", "", "Device", mac.Colons())
	return led(here)
}

func (b *Backoffice) askExtend(q *request) error {
	s, here, err := b.grantFor(q)
	if err != nil {
		return err
	}
	p, err := b.extendPage(q, s, here)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) extendPage(q *request, s report.Story, here string) (*formPage, error) {
	p := q.mendPage("office.extend.", s, here)
	last, err := b.Deeds.LastGift(q.ctx, s.Access.Grant.ID)
	p.Hidden = []fact{{"seen", number(last)}}
	p.ask(formField{Name: "minutes", Label: p.T("office.extend.minutes"), Value: q.FormValue("minutes"), Most: 6, As: asNumber},
		formField{Name: "megabytes", Label: p.T("office.extend.megabytes"), Value: q.FormValue("megabytes"), Most: 7, As: asNumber},
		formField{Name: "reason", Label: p.T("office.extend.reason"), Hint: p.T("office.extend.reason_hint"), Value: q.FormValue("reason"), Most: 200, Must: true})
	return p, err
}

// mostGift bounds what one press gives.
const mostGift = 31 * 24 * 60 // minutes

func (b *Backoffice) extend(q *request) error {
	s, here, err := b.grantFor(q)
	if err != nil {
		return err
	}
	more, field, err := readGift(q)
	reason := strings.TrimSpace(q.FormValue("reason"))
	if err == nil && reason == "" {
		field, err = "reason", fault.New(fault.Invalid, "gift.no_reason")
	}
	var given access.Given
	if err == nil {
		given, err = b.Deeds.Extend(q.ctx, q.in.Member, q.in.By(q.visit()), s.Access.Grant.ID, more, reason, idIn(q.FormValue("seen")))
	}
	if err != nil {
		p, e := b.extendPage(q, s, here)
		if e != nil {
			return e
		}
		return q.refuse(err, "form", p, field)
	}
	if given.GrantID != s.Access.Grant.ID {
		q.tell("good", "office.mended.given_anew", "")
		return led("/office/grants/" + number(given.GrantID))
	}
	q.tell("good", "office.mended.extend", "")
	return led(here)
}

// readGift reads whole minutes and megabytes; field is the one that is wrong.
func readGift(q *request) (g access.Gift, field string, err error) {
	minutes, ok := whole(q.FormValue("minutes"), mostGift)
	if !ok {
		return g, "minutes", fault.New(fault.Invalid, "gift.amount")
	}
	megabytes, ok := whole(q.FormValue("megabytes"), 1_000_000)
	if !ok {
		return g, "megabytes", fault.New(fault.Invalid, "gift.amount")
	}
	return access.Gift{Time: time.Duration(minutes) * time.Minute, Bytes: megabytes * 1_000_000}, "minutes", nil
}

// whole reads a whole number from 0 to most; nothing typed is 0.
func whole(typed string, most int64) (int64, bool) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(typed, 10, 64)
	return n, err == nil && n >= 0 && n <= most
}

func (b *Backoffice) askDisconnect(q *request) error {
	s, here, err := b.grantFor(q)
	if err != nil {
		return err
	}
	p := q.mendPage("office.disconnect.", s, here)
	p.Danger = true
	return q.showForm(p)
}
