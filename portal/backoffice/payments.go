package backoffice

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/report"
	"mtandao/internal/words"
)

// paymentsPage lists payments, the newest first.
type paymentsPage struct {
	frame
	Chips        []paymentChip
	Day          string // 2026-11-25, or empty
	Group        string
	Lines        []orderedLine
	Empty        blank
	Older, First string // addresses of other pages; empty when there are none
}

// paymentChip is one choice of a list's filter, kept in the address.
type paymentChip struct {
	Name, Address string
	Here          bool
}

// orderedLine is a payment with what its order wants.
type orderedLine struct {
	orderLine
	Order stateView
	Look  string // why a person must look
}

const linesOfPage = 50

func (b *Backoffice) payments(q *request) error {
	f, day, err := q.paymentFilter(b.Zone)
	if err != nil {
		return err
	}
	lines, err := b.Desk.Payments(q.ctx, f)
	if err != nil {
		return err
	}
	p := b.paymentsPage(q.page("office.nav.payments", "payments"), f, day, lines)
	return q.send(fiber.StatusOK, "payments", p)
}

// paymentFilter reads the address. What was not made by us is a page that does not exist.
func (q *request) paymentFilter(zone *time.Location) (f report.PaymentFilter, day string, err error) {
	f = report.PaymentFilter{Scope: q.scope(), Group: q.Query("state"), Limit: linesOfPage + 1, Before: q.beforeID()}
	if !slices.Contains(report.PaymentGroups, f.Group) {
		return f, "", notHere()
	}
	if day = q.Query("day"); day != "" {
		from, err := time.ParseInLocation(time.DateOnly, day, zone)
		if err != nil {
			return f, "", notHere()
		}
		f.From, f.To = from, from.AddDate(0, 0, 1)
	}
	return f, day, nil
}

// beforeID is the last id of the page beforeID this one.
func (q *request) beforeID() int64 {
	id, err := strconv.ParseInt(q.Query("before"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// paymentsPage shows a page of the list; one line more than it holds says that there are older ones.
func (b *Backoffice) paymentsPage(f frame, filter report.PaymentFilter, day string, lines []report.PaymentLine) *paymentsPage {
	p := &paymentsPage{frame: f, Day: day, Group: filter.Group}
	for _, g := range report.PaymentGroups {
		name := g
		if g == report.PaymentsAll {
			name = "all"
		}
		p.Chips = append(p.Chips, paymentChip{p.T("office.payments." + name), paymentsAddress(g, day, 0), g == filter.Group})
	}
	p.Empty = blank{Icon: "banknote", Title: p.T("office.payments.none"), Text: p.T("office.payments.none_text")}
	if filter.Before != 0 {
		p.First = paymentsAddress(filter.Group, day, 0)
	}
	if len(lines) > linesOfPage {
		lines = lines[:linesOfPage]
		p.Older = paymentsAddress(filter.Group, day, lines[linesOfPage-1].ID)
	}
	for _, l := range lines {
		p.Lines = append(p.Lines, b.orderedLine(p, l))
	}
	return p
}

func (b *Backoffice) orderedLine(p *paymentsPage, l report.PaymentLine) orderedLine {
	line := orderedLine{orderLine: orderLine{Address: "/office/orders/" + number(l.OrderID), When: b.when(&p.frame, l.CreatedAt), Code: l.Code,
		Payer: l.PhoneMask, Plan: l.PlanNameEN, Amount: l.Amount.String(), Site: b.siteName(l.SiteID), State: paymentState(&p.frame, l.State)}}
	if p.Lang == words.Swahili && l.PlanNameSW != "" {
		line.Plan = l.PlanNameSW
	}
	if l.OrderState == "paid" && l.State != "paid" { // by other money than its prompt's
		line.Order = stateView{"good", p.T("office.payments.served")}
	}
	if l.Attention != "" {
		line.Look = p.T("office.attention." + l.Attention)
	}
	return line
}

func paymentsAddress(group, day string, before int64) string {
	values := url.Values{}
	if group != "" {
		values.Set("state", group)
	}
	if day != "" {
		values.Set("day", day)
	}
	if before != 0 {
		values.Set("before", number(before))
	}
	if len(values) == 0 {
		return "/office/payments"
	}
	return "/office/payments?" + values.Encode()
}
