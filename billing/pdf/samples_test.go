package pdf

import (
	"fmt"
	"time"

	"mtandao/internal/money"
	"mtandao/internal/words"
)

const demoLogo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="22" fill="#0b6e4f"/><path d="M11 21c8-7 18-7 26 0M16 27c5-4 11-4 16 0M21 33c2-1.500 4-1.500 6 0" fill="none" stroke="#fff" stroke-width="3.500" stroke-linecap="round"/></svg>`

var nairobi = time.FixedZone("EAT", 3*60*60)

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, nairobi) }

// in chooses a text by language, as the callers of this package do.
func in(l words.Lang, en, sw string) string {
	if l == words.Swahili {
		return sw
	}
	return en
}

func common(l words.Lang) Common {
	return Common{Lang: l, Zone: nairobi, Account: "4830217", Number: "INV-004217", Day: day(time.November, 26).Add(9 * time.Hour),
		Brand: Brand{Name: "Baraka Wi-Fi", Accent: "#0b6e4f", AccentInk: "#ffffff", Logo: []byte(demoLogo), LogoType: "image/svg+xml"},
		Seller: Party{Name: "Baraka Networks Ltd", PIN: "P051234567X", Address: "Kasarani Business Centre, 2nd floor\nP.O. Box 1204-00618, Nairobi",
			Phone: "0712 345 678", Email: "accounts@baraka.co.ke"},
		Buyer: Party{Name: "Wanjirũ Mũgo", Address: "Sunton, House 14\nKasarani, Nairobi", Phone: "0722 000 111"},
		Pay:   Pay{Paybill: "247365", Link: "https://wifi.baraka.co.ke/pay/4830217"}}
}

// home is a month of one home, with taxes, and a payment since.
func home(l words.Lang) Invoice {
	return Invoice{Common: common(l), Kind: Bill, Due: day(time.December, 5), From: day(time.November, 1), To: day(time.December, 1),
		Lines: []Line{
			{Text: in(l, "Home 10 Mbps, 1–14 November", "Nyumbani 10 Mbps, 1–14 Novemba"), Reason: in(l, "at KES 2,000 a month", "KES 2,000 kwa mwezi"),
				Quantity: in(l, "14 of 30 days", "Siku 14 kati ya 30"), Amount: money.KES(93333)},
			{Text: in(l, "Home 20 Mbps, 15–30 November", "Nyumbani 20 Mbps, 15–30 Novemba"), Reason: in(l, "Faster plan from 15 November, at KES 3,000 a month", "Kifurushi cha kasi zaidi toka 15 Novemba, KES 3,000 kwa mwezi"),
				Quantity: in(l, "16 of 30 days", "Siku 16 kati ya 30"), Amount: money.KES(160000)},
			{Text: in(l, "Outage on 9 November", "Mtandao ulikatika 9 Novemba"), Reason: in(l, "6 h 20 min without service", "Saa 6 dakika 20 bila huduma"), Amount: money.KES(-2222)},
		},
		Net: money.KES(251111), Taxes: []Tax{{in(l, "Excise duty", "Ushuru wa bidhaa"), 1500, money.KES(251111), money.KES(37667)}, {"VAT", 1600, money.KES(288778), money.KES(46204)}},
		Total: money.KES(334982),
		Usage: []Usage{{in(l, "Data, 1–30 November", "Data, 1–30 Novemba"), "312.4 GB", in(l, "Unlimited", "Bila kikomo")}},
		// one half of the month before was still owed
		Balanced: true, Previous: money.KES(100000), Payments: []Payment{{day(time.November, 10), "M-Pesa", "UKA7Q2X9LM", money.KES(100000)}}, Owed: money.KES(334982),
		Terms: in(l, "Service goes on while the account is paid. It stops five days after the last day to pay, and returns within seconds of the payment.",
			"Huduma inaendelea akaunti ikiwa imelipwa. Husimama siku tano baada ya siku ya mwisho ya kulipa, na hurudi sekunde chache baada ya malipo.")}
}

// business is a long invoice of many branches, with a purchase order and the tax authority's word.
func business(l words.Lang, branches int) Invoice {
	i := Invoice{Common: common(l), Kind: Bill, Due: day(time.December, 26), From: day(time.November, 1), To: day(time.December, 1), Order: "PO-2026/11-8842",
		Control: Control{Number: "KRACU0100012345/218", Link: "https://etims.kra.go.ke/common/link/etims/receipt/indexEtimsReceiptData?Data=P051234567X00ABCDEFGHJKLMNPQR"}}
	i.Buyer = Party{Name: "Sokoni Supermarkets (Kenya) Limited", PIN: "P059876543K", Address: "Accounts payable\nMombasa Road, Nairobi", Email: "payables@sokoni.co.ke"}
	i.Pay.Bank = "Equity Bank, Baraka Networks Ltd, 0180 2900 12345\nKasarani branch"
	for n := range branches {
		amount := money.Shillings(int64(8000 + n%7*1500))
		i.Lines = append(i.Lines, Line{Text: fmt.Sprintf(in(l, "Branch %02d, Business 50 Mbps", "Tawi %02d, Biashara 50 Mbps"), n+1),
			Reason: in(l, "1–30 November, static address", "1–30 Novemba, anwani maalum") + fmt.Sprintf(" 102.210.4.%d", n+10), Quantity: "1", Unit: amount, Amount: amount})
		i.Net, _ = i.Net.Add(amount)
	}
	excise := money.KES(i.Net.Cents * 15 / 100)
	vat := money.KES((i.Net.Cents + excise.Cents) * 16 / 100)
	i.Taxes = []Tax{{in(l, "Excise duty", "Ushuru wa bidhaa"), 1500, i.Net, excise}, {"VAT", 1600, money.KES(i.Net.Cents + excise.Cents), vat}}
	i.Total = money.KES(i.Net.Cents + excise.Cents + vat.Cents)
	i.Notes = in(l, "Withholding certificates to accounts@baraka.co.ke, please.", "Tafadhali tuma vyeti vya kodi ya zuio kwa accounts@baraka.co.ke.")
	return i
}

func credit(l words.Lang) Invoice {
	i := Invoice{Common: common(l), Kind: Credit, Of: "INV-004107", Reason: in(l, "Outage 3–5 November", "Mtandao ulikatika 3–5 Novemba"), Inclusive: true,
		Lines: []Line{{Text: in(l, "Home 20 Mbps, 3 of 30 days", "Nyumbani 20 Mbps, siku 3 kati ya 30"), Reason: in(l, "Cable cut at Mwiki", "Kebo ilikatwa Mwiki"), Amount: money.KES(30000)}},
		Net:   money.KES(22489), Taxes: []Tax{{in(l, "Excise duty", "Ushuru wa bidhaa"), 1500, money.KES(22489), money.KES(3373)}, {"VAT", 1600, money.KES(25862), money.KES(4138)}}, Total: money.KES(30000),
		Balanced: true, Previous: money.KES(10000), Owed: money.KES(-20000)}
	i.Number = "CN-000031"
	return i
}

func statement(l words.Lang, entries int) Statement {
	st := Statement{Common: common(l), From: day(time.September, 1), To: day(time.November, 26), Opening: money.KES(150000), Closing: money.KES(150000)}
	st.Number = ""
	for n := range entries {
		e := Entry{Day: st.From.AddDate(0, 0, n*80/max(entries, 1)), Text: in(l, "Invoice", "Ankara"), Reference: fmt.Sprintf("INV-%06d", 3900+n), Charge: money.KES(299900)}
		if n%2 == 1 {
			e = Entry{Day: e.Day, Text: in(l, "M-Pesa payment", "Malipo ya M-Pesa"), Reference: fmt.Sprintf("UJ%08d", 48210+n*7919), Paid: money.KES(289950)}
		}
		e.Balance = money.KES(st.Closing.Cents + e.Charge.Cents - e.Paid.Cents)
		st.Closing, st.Entries = e.Balance, append(st.Entries, e)
	}
	late := money.KES(st.Closing.Cents / 3)
	st.Ageing = []Age{{0, 0, money.KES(st.Closing.Cents - late.Cents)}, {1, 30, late}, {31, 60, money.KES(0)}, {61, 90, money.KES(0)}, {91, 0, money.KES(0)}}
	return st
}

func receipt(l words.Lang) Receipt {
	r := Receipt{Common: common(l), How: "M-Pesa", Reference: "UKQ8P1Z7RT", By: "Joseph Mũgo, 0733 *** 456", Amount: money.KES(350000),
		Parts:    []Part{{in(l, "Invoice INV-004217", "Ankara INV-004217"), money.KES(334982)}, {in(l, "Kept as credit", "Imewekwa kama salio"), money.KES(15018)}},
		Balanced: true, Balance: money.KES(-15018)}
	r.Number = "RC-009114"
	return r
}

// paperOf is every kind of paper, by name.
func papersOf(l words.Lang) map[string]interface{ PDF() ([]byte, error) } {
	offer := home(l)
	offer.Kind, offer.Balanced, offer.Number = ProForma, false, ""
	return map[string]interface{ PDF() ([]byte, error) }{"invoice": home(l), "business": business(l, 45), "proforma": offer, "credit": credit(l),
		"statement": statement(l, 12), "receipt": receipt(l), "report": report(l, 92)}
}
