package safaricom

import (
	"errors"
	"net/http"
)

const topUp = 1_000_00

// phoneAnswer takes what was pressed on a phone.
func (s *Server) phoneAnswer(w http.ResponseWriter, r *http.Request) {
	phone := s.owner(w, r)
	if phone == "" {
		return
	}
	said := s.press(phone, r.FormValue("act"), r.FormValue("checkout"), r.FormValue("pin"))
	http.Redirect(w, r, "/phone/"+phone+"?said="+said, http.StatusSeeOther)
}

func (s *Server) press(phone, act, checkoutID, pin string) (said string) {
	switch act {
	case "unlock":
		s.Unlock(phone)
		return "unlock"
	case "top_up":
		s.SetBalance(phone, s.Balance(phone)+topUp)
		return "balance"
	case "empty":
		s.SetBalance(phone, 0)
		return "balance"
	}
	answer, said := pressed(act, pin)
	if err := s.Answer(checkoutID, answer); err != nil {
		return "gone"
	}
	return said
}

func pressed(act, pin string) (Answer, string) {
	switch {
	case act == "cancel":
		return Answer{Act: Cancel}, "cancel"
	case act == "no_money":
		return Answer{Act: NoMoney}, "none"
	case act == "ignore":
		return Answer{Act: Ignore}, "ignore"
	case act == "wrong_pin", pin != PIN:
		return Answer{Act: WrongPIN}, "wrong"
	}
	return Answer{Act: Approve}, "sent"
}

type payeeLine struct{ Name, Kind, Code string }

type payPage struct {
	head
	phoneLine
	Balance, Code, Account, Amount string
	Payees                         []payeeLine
}

func (s *Server) payPage(phone string) payPage {
	page := payPage{head: head{Title: "Lipa na M-PESA"}, phoneLine: phoneLine{Phone: phone, Local: local(phone)}, Balance: grouped(s.Balance(phone))}
	for _, m := range s.opt.Merchants {
		kind := "PayBill"
		if m.Type == BuyGoods {
			kind = "Till"
		}
		page.Payees = append(page.Payees, payeeLine{m.Name, kind, m.payee()})
	}
	return page
}

func (s *Server) payForm(w http.ResponseWriter, r *http.Request) {
	if phone := s.owner(w, r); phone != "" {
		show(w, "pay.html", s.payPage(phone))
	}
}

func (s *Server) payByHand(w http.ResponseWriter, r *http.Request) {
	phone := s.owner(w, r)
	if phone == "" {
		return
	}
	page := s.payPage(phone)
	page.Code, page.Account, page.Amount = r.FormValue("code"), r.FormValue("account"), r.FormValue("amount")
	cents, ok := parseCents(page.Amount)
	if !ok {
		page.Notice = "The amount must be a number of shillings, like 50."
		show(w, "pay.html", page)
		return
	}
	var err error
	if _, till := s.payee(KindTill, page.Code); till {
		_, err = s.BuyGoods(r.Context(), phone, page.Code, cents)
	} else {
		_, err = s.PayBill(r.Context(), phone, page.Code, page.Account, cents)
	}
	if rejected := (*Rejected)(nil); errors.As(err, &rejected) {
		page.Notice = "Not paid. " + rejected.Text
		show(w, "pay.html", page)
		return
	}
	http.Redirect(w, r, "/phone/"+phone+"?said=paid", http.StatusSeeOther)
}
