package resellers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// Commission is what stays with a reseller of each voucher: a share of its price by what was sold this month, or so much each.
type Commission struct {
	Each  money.Amount // of every voucher, whatever its price; zero: by Tiers
	Tiers []Tier       // by From, the first from nothing
}

// Tier is a share of prices, in hundredths of a per cent, from so much sold in a month.
type Tier struct {
	From  money.Amount
	Share int64
}

const (
	mostTiers = 8
	mostMonth = 10_000_000_000 // cents that a tier may begin at
	whole     = 10_000         // hundredths of a per cent
)

// ReadCommission reads what Commission.String or In wrote, or somebody typed: "10%", "KES 2.50" of each, or "5%, 8% from 20,000, 10% from
// 50,000" by what is sold in a month. fault.Invalid "reseller.commission".
func ReadCommission(typed string) (c Commission, err error) {
	typed = strings.TrimSpace(strings.ToLower(typed))
	for _, l := range words.Languages {
		typed = strings.ReplaceAll(typed, words.Text(l, "reseller.commission_from"), "from")
	}
	wrong := fault.New(fault.Invalid, "reseller.commission", "Typed", typed)
	if typed == "" {
		return c, nil
	}
	if !strings.Contains(typed, "%") {
		c.Each, err = money.Parse(strings.TrimSpace(strings.TrimPrefix(typed, "kes")), money.Shilling)
		if err != nil || c.Each.Cents < 0 || c.Each.Cents > mostOwed {
			return Commission{}, wrong
		}
		return c, nil
	}
	for part := range strings.SplitSeq(typed, ", ") {
		share, from, later := strings.Cut(part, "from")
		tier := Tier{From: money.KES(0)}
		if tier.Share, err = readShare(share); err != nil {
			return Commission{}, wrong
		}
		if later {
			if tier.From, err = money.Parse(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(from), "kes")), money.Shilling); err != nil {
				return Commission{}, wrong
			}
		}
		if later == (len(c.Tiers) == 0) || len(c.Tiers) > 0 && tier.From.Cents <= c.Tiers[len(c.Tiers)-1].From.Cents {
			return Commission{}, wrong
		}
		c.Tiers = append(c.Tiers, tier)
	}
	if len(c.Tiers) > mostTiers || c.Tiers[len(c.Tiers)-1].From.Cents > mostMonth {
		return Commission{}, wrong
	}
	return c, nil
}

// readShare reads "7.5%" as 750.
func readShare(typed string) (int64, error) {
	digits, ok := strings.CutSuffix(strings.TrimSpace(typed), "%")
	before, after, _ := strings.Cut(strings.TrimSpace(digits), ".")
	if after = (after + "00")[:max(2, len(after))]; !ok || before == "" || len(after) > 2 || len(before) > 3 {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseUint(before+after, 10, 32)
	if err != nil || n > whole {
		return 0, strconv.ErrSyntax
	}
	return int64(n), nil
}

func (t Tier) percent() string {
	text := strconv.FormatInt(t.Share/100, 10)
	if rest := t.Share % 100; rest != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%02d", rest), "0")
	}
	return text + "%"
}

// String spells it so that ReadCommission reads it.
func (c Commission) String() string {
	if len(c.Tiers) == 0 {
		if c.Each.IsZero() {
			return "0%"
		}
		return c.Each.String()
	}
	var parts []string
	for i, t := range c.Tiers {
		part := t.percent()
		if i > 0 {
			part += " from " + t.From.String()
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// In spells it for people; ReadCommission reads that, too.
func (c Commission) In(l words.Lang) string {
	return strings.ReplaceAll(c.String(), " from ", " "+words.Text(l, "reseller.commission_from")+" ")
}

// Of is what stays of one price in cents after so much was sold in the month; a part of a cent falls to the provider.
func (c Commission) Of(price, sold int64) int64 {
	if len(c.Tiers) == 0 {
		return min(c.Each.Cents, price)
	}
	at := c.Tiers[0]
	for _, t := range slices.Backward(c.Tiers) {
		if sold >= t.From.Cents {
			at = t
			break
		}
	}
	return price/whole*at.Share + price%whole*at.Share/whole
}
