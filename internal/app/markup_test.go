package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
)

// markup is what somebody might call a thing, or a router or a rail say, to have a page of ours do as they like.
const markup = `"><xss y='{{7*7}}' onload=alert(1)>`

// hostileWords are the columns of words that people choose or that come from outside, and pages show.
var hostileWords = map[string][]string{"sites": {"name", "phone"}, "brands": {"name", "welcome_en", "welcome_sw", "terms_en", "terms_sw", "hours_en", "whatsapp", "email", "facebook", "instagram", "tiktok", "x", "sender"}, "brand_mails": {"from_name", "from_address"},
	"plans": {"name_en", "name_sw"}, "routers": {"name", "identifier", "login_hosts", "api_user"}, "staff_members": {"name", "last_address"}, "staff_roles": {"name"},
	"orders": {"plan_name_en", "plan_name_sw", "phone_mask"}, "payments": {"result_text", "result_code", "attention", "reason"}, "receipts": {"reference"},
	"voucher_batches": {"name_en", "name_sw", "created_by"}, "voucher_deeds": {"holder", "reason", "done_by"}, "vouchers": {"holder"},
	"sessions_open": {"session_id", "user_name"}, "sessions_closed": {"session_id", "user_name", "cause"}, "messages": {"reason", "provider_id"}, "enforcements": {"cause", "outcome"},
	"alerts": {"subject"}, "jobs": {"subscriber", "job_key", "last_error"}, "rail_inbox": {"note", "came_from", "kind"}, "refunds": {"how", "reference"},
	"staff_sign_ins": {"browser", "address"}, "staff_passkeys": {"name"}, "resellers": {"name", "created_by"}, "reseller_events": {"note", "done_by"}, "reseller_returns": {"note", "decided_by"},
	"partners": {"name"}, "partner_events": {"note", "how", "done_by"}, "partner_payouts": {"note", "reference"}, "approvals": {"was", "wanted", "reason", "asker", "decider", "verdict"}, "voucher_prints": {"done_by"},
	"customers": {"name", "pin", "purchase_order", "exempt_certificate"}, "customer_notes": {"body", "written_by"}, "customer_contacts": {"person"}, "customer_tags": {"tag"}, "customer_events": {"reference", "note", "done_by"},
	"invoices": {"po_number", "note", "control_number", "control_qr", "done_by"}, "invoice_lines": {"name"}, "subscriptions": {"login_name"}, "subscription_events": {"done_by"}, "paybacks": {"reason", "reference"},
	"payment_promises": {"who", "note", "done_by"}, "outage_credits": {"done_by", "note"}, "imports": {"actor"}, "import_sources": {"file_name", "actor"}, "statement_files": {"file_name", "actor"},
	"status_notices": {"english", "swahili", "done_by"}, "api_keys": {"name", "made_by"}, "webhook_endpoints": {"name", "made_by"}, "tickets": {"subject", "opened_by"}, "canned_answers": {"name", "english", "swahili"}, "cash_counts": {"note"}, "dunning_log": {"note"},
	"prompt_consents": {"who"}, "equipment": {"model"}, "visits": {"address", "note", "outcome", "technician"}, "leads": {"name", "area", "next_step", "note", "owner"}, "send_backs": {"says"}, "reversals": {"code"}}

// TestNoWordBecomesMarkup calls everything by a name that is markup, and looks at every page of staff and guests, by itself and with a browser.
func TestNoWordBecomesMarkup(t *testing.T) {
	s := openStage(t, 1)
	paths, _ := s.screens(t)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	order := s.newestOrder(t, "02a1b2c3d4aa")
	s.nameAll(t)
	shown, pages := 0, map[string]string{}
	look := func(path string, got officeAnswer) {
		before := shown
		if noMarkup(t, path, got, &shown); shown > before {
			pages[path] = got.body
		}
	}
	for _, path := range paths {
		look(path, owner.ask(http.MethodGet, path, nil))
		if !strings.Contains(path, "?") {
			look(path, owner.ask(http.MethodGet, path+"?"+url.Values{"q": {markup}, "order": {markup}, "mac": {markup}, "actor": {markup}, "back": {markup}, "to": {markup}, "l": {"sw"}}.Encode(), nil))
		}
	}
	if shown < 40 {
		t.Errorf("the names are on %d pages only", shown)
	}
	stranger, shown := &colleague{t: t, base: owner.base}, 0
	router, _ := s.Main.Routers.Get(s.seeded.routers["kasarani-1"].ID)
	visit := "?" + url.Values{"r": {router.Token}, "mac": {markup}, "ip": {markup}, "login": {markup}, "error": {markup}, "receipt": {markup}, "code": {markup}, "v": {markup}, "onto": {markup}}.Encode()
	for _, path := range []string{"/h/kasarani", "/h/kasarani/paid", "/h/kasarani/code", "/h/kasarani/phone", "/h/kasarani/help", "/h/kasarani/terms", "/o/" + order.Token, "/o/" + order.Token + "/receipt", "/s/" + order.Token, "/h/nowhere"} {
		for _, query := range []string{"", visit} {
			look(path, stranger.ask(http.MethodGet, path+query, nil))
		}
		look(path, stranger.ask(http.MethodPost, path, url.Values{"phone": {markup}, "receipt": {markup}, "digits": {markup}, "code": {markup}, "onto": {markup}, "mac": {markup}, "plan": {markup}}))
	}
	if shown < 10 {
		t.Errorf("the names are on %d of the guests' pages only", shown)
	}
	runsNothing(t, pages)
}

// noMarkup fails when an answer has the markup as such, and counts those that show it as text.
func noMarkup(t *testing.T, path string, got officeAnswer, shown *int) {
	t.Helper()
	if got.status >= http.StatusInternalServerError {
		t.Errorf("%s answered %d", path, got.status)
	}
	if at := max(strings.Index(got.body, "<xss"), strings.Index(got.body, "y='49'")); at >= 0 {
		t.Errorf("%s: %s", path, got.body[max(0, at-200):min(len(got.body), at+100)])
	}
	if found := harm(got.body); len(found) > 0 {
		t.Errorf("%s: %s", path, found)
	}
	if strings.Contains(got.body, "&lt;xss") || strings.Contains(got.body, "pwn") {
		*shown++
	}
}

// nameAll writes the markup into every column of words, past all checks.
func (s *Stage) nameAll(t *testing.T) {
	t.Helper()
	for table, columns := range hostileWords {
		for _, column := range columns {
			if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
				return tx.Gorm().Exec("UPDATE "+table+" SET "+column+" = "+column+" || ? WHERE true", markup+" "+allPayloads).Error
			}); err != nil {
				t.Errorf("%s.%s: %v", table, column, err)
			}
		}
	}
	for _, table := range []string{"sites", "brands", "routers"} {
		if _, err := s.Main.DB.SQL().Exec("UPDATE " + table + " SET version = version + 1 WHERE true"); err != nil {
			t.Fatal(err)
		}
	}
	until(t, 20*time.Second, "memory has the names", func() bool {
		return s.Main.Sites.Refresh(t.Context()) == nil && s.Main.Routers.Refresh(t.Context()) == nil && strings.Contains(s.Main.Sites.Sites()[0].Name, "xss")
	})
}
