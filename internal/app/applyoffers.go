package app

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/plans"
	"mtandao/internal/fault"
)

func (p addonPart) addon(r *reading) (plans.AddOn, error) {
	a := plans.AddOn{Key: string(p.Key), NameEN: string(p.Name), NameSW: string(p.NameSW), Price: field(r, "price", p.Price, parsePrice), Once: bool(p.Once), Plans: slices.Clone(p.Plans),
		DownKbps: field(r, "down", p.Down, parseRate), UpKbps: field(r, "up", p.Up, parseRate), Bytes: field(r, "data", p.Data, parseData), State: orElse(p.State, plans.Live)}
	if r.err != nil {
		return a, r.err
	}
	return a, offerFault(a.Validate(), "addon.speed", "down")
}

// offerFault says at which field a fault shows whose key names something else.
func offerFault(err error, key, field string) error {
	if fault.KeyOf(err) == key {
		return fieldFault{field, err}
	}
	return err
}

func addonPartOf(a plans.AddOn) addonPart {
	return addonPart{Key: text(a.Key), Name: text(a.NameEN), NameSW: text(a.NameSW), Price: priceText(a.Price), Once: yesNo(a.Once), Down: unitText(a.DownKbps, rateUnits),
		Up: unitText(a.UpKbps, rateUnits), Data: unitText(a.Bytes, dataUnits), Plans: a.Plans, State: text(a.State)}
}

func (a *applying) addon(key string, p addonPart) error {
	wanted, err := p.addon(a.reading())
	if err != nil {
		return err
	}
	old, known := a.stored.addons[key]
	return a.settle(kindAddOn, key, onlyIf(known, addonPartOf(old)), addonPartOf(wanted), func() error {
		_, err := a.Plans.SaveAddOn(a.tx, wanted)
		return err
	})
}

func (p couponPart) coupon(r *reading) (plans.Coupon, error) {
	c := plans.Coupon{Code: plans.SpellCoupon(string(p.Code)), Most: int64(p.Most), From: field(r, "from", p.From, parseUntil), Until: field(r, "until", p.Until, parseUntil), State: orElse(p.State, plans.Live),
		Discount: plans.Discount{Percent: field(r, "percent", p.Percent, parsePercent), Amount: field(r, "amount", p.Amount, parseFee), Periods: int(p.Periods)}}
	if r.err != nil {
		return c, r.err
	}
	return c, offerFault(offerFault(c.Validate(), "discount.invalid", "percent"), "coupon.dates", "until")
}

// parsePercent reads "12.5" or "12.5 %" into hundredths; fault.Invalid "discount.invalid".
func parsePercent(s string) (int64, error) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	if s == "" {
		return 0, nil
	}
	n, ok := scaled(s, 100)
	if !ok {
		return 0, fault.New(fault.Invalid, "discount.invalid")
	}
	return n, nil
}

func percentText(hundredths int64) text {
	decimals := strings.TrimRight(strconv.FormatInt(100+hundredths%100, 10)[1:], "0")
	return text(strings.TrimSuffix(strconv.FormatInt(hundredths/100, 10)+"."+decimals, "."))
}

func couponPartOf(c plans.Coupon) couponPart {
	part := couponPart{Code: text(c.Code), Amount: feeText(c.Discount.Amount), Periods: whole(c.Discount.Periods), Most: whole(c.Most), From: untilText(c.From), Until: untilText(c.Until), State: text(c.State)}
	if c.Discount.Percent > 0 {
		part.Percent = percentText(c.Discount.Percent)
	}
	return part
}

func (a *applying) coupon(key string, p couponPart) error {
	wanted, err := p.coupon(a.reading())
	if err != nil {
		return err
	}
	old, known := a.stored.coupons[wanted.Code]
	return a.settle(kindCoupon, key, onlyIf(known, couponPartOf(old)), couponPartOf(wanted), func() error {
		_, err := a.Plans.SaveCoupon(a.tx, wanted)
		return err
	})
}
