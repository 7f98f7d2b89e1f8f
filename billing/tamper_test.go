package billing_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// book is a table of the books: what names one of its rows in a problem, which of its rows count, and which of its columns
// do not matter, each with the reason.
type book struct {
	names  string // an expression
	which  string
	insert string // the key of a made-up row, as a copy of another; "" when a row more claims nothing
	exempt map[string]string
}

const (
	touched  = "when the row was last written; nothing reads it"
	inStock  = "a book: TestWhateverIsTamperedWithInStockIsNamed"
	railWord = "the rail's word about a prompt, read only while its payment is open"
)

var booksOfAccount = map[string]book{
	"ledger_entries":  {names: "id", insert: "id"},
	"ledger_postings": {names: "entry_id", insert: "n"},
	"ledger_links":    {names: "entry_id", insert: "entry_id"},
	"receipts":        {names: "id", insert: "id", exempt: map[string]string{"updated_at": touched}},
	"credits":         {names: "SUBSTR(phone_hash, 1, 8)", insert: "phone_hash", exempt: map[string]string{"updated_at": touched}},
	"orders": {names: "id", which: "state = 'paid'", insert: "id", // an order that nobody paid is a wish
		exempt: map[string]string{"updated_at": touched}},
	"payments": {names: "id", which: "id IN (SELECT payment_id FROM receipts)", // without a receipt it claims no money
		exempt: map[string]string{"updated_at": touched, "reason": railWord, "result_code": railWord, "result_text": railWord, "attention": railWord,
			"asks": railWord, "merchant_request_id": railWord, "checkout_request_id": railWord, "pushed_at": railWord,
			"site_id":    "where the payment is listed; the order itself names its site",
			"settled_at": "bounds which confirmation may number a receipt; the number itself is in the books",
			"secret":     "sealed; one that was changed builds no callback address, and the hash that admits callbacks is proven"}},
	"grant_sources": {names: "source_key", insert: "source_key", exempt: map[string]string{
		"created_at": "tells when; nothing reads it",
		"input_hash": "compared only when a source is used again, and a paid order's never is"}},
}

// notBooks are the other tables, each with why a changed row changes no book.
var notBooks = map[string]string{
	"least_binary": "program", "nodes": "program", "leases": "program", "jobs": "work to do", "settings": "choices", "goose_db_version": "program", "goose_lock": "program",
	"audit_events": "the trail of staff's acts", "brands": "looks", "brand_mails": "looks", "sites": "places", "plans": "what is sold next; an order keeps its own",
	"plan_sites": "what is sold next", "plan_prices": "what is sold next; an invoice keeps its own", "plan_addons": "what is sold next", "coupons": "what is sold next",
	"subscriptions": "a book: TestALineFromTheConsole has what is held changed", "subscription_events": "what is due; what was paid for it is entries", "subscription_ends_told": "what was told", "outage_credits": "days given without money", "outage_work": "work to do", "outage_pieces": "work to do", "router_outages": "network", "outage_witnesses": "network", "router_boots": "network", "watches": "program",
	"grants": "service as it is used: the sources say what was bought", "grant_slots": "service as it is used",
	"grant_devices": "service as it is used", "grant_moves": "service as it is used", "own_addresses": "network", "logins": "service as it is used", "routers": "network", "router_addresses": "network",
	"tills": "where the next money goes", "till_sites": "where the next money goes", "rail_tokens": "the rail's keys", "known_phones": "recognises payers", "phone_codes": "recognises payers",
	"receipt_claims": "questions to the rail; its answers are receipts", "rail_inbox": "messages; what they brought is receipts",
	"send_backs":           "how a refund is brought back by its rail; that it was paid is an entry",
	"sessions_open":        "network",
	"sessions_closed":      "network",
	"usage_hours":          "network",
	"usage_days":           "network",
	"usage_late":           "network",
	"usage_sums":           "network",
	"line_moves":           "what lines' events say, told apart by plan",
	"accounting_set_aside": "network",
	"enforcements":         "network",
	"enforcement_attempts": "network",
	"overruns":             "network",
	"refusals":             "network",
	"address_pools":        "network",
	"address_leases":       "network",
	"imports":              "what was brought in; its money is customers' events",
	"import_rows":          "what was brought in; its money is customers' events",
	"import_sources":       "files to bring in",
	"import_pieces":        "files to bring in",
	"local_secrets":        "network",
	"import_runs":          "what was brought in",
	"paper_returns":        "what is to be told",
	"import_told":          "what was said of files",
	"pauses":               "whether a copy acts", "backup_pieces": "copies", "acme_items": "the certificate", "acme_locks": "the certificate",
	"audit_links": "the chain of the trail, proved by its own", "audit_proofs": "what proofs of the trail found", "book_proofs": "what proofs of the books found", "router_tunnels": "network", "tunnel_keys": "network", "router_links": "network", "router_health": "network",
	"staff_setup": "who works here", "staff_roles": "who works here", "staff_members": "who works here", "staff_member_roles": "who works here",
	"staff_recovery_codes": "who works here", "staff_sign_ins": "who works here", "staff_passkeys": "who works here", "staff_challenges": "who works here", "staff_links": "who works here",
	"messages": "what was told", "message_reports": "what was told", "message_consents": "what was told", "message_slots": "what was told", "message_carriers": "what was told",
	"alerts": "what was told", "papers": "what was told; what stands on them is read from the documents", "paper_brands": "looks",
	"voucher_batches":     "a book: vouchers' TestATamperedVoucherIsNamed changes its columns",
	"vouchers":            "a book: vouchers' TestATamperedVoucherIsNamed changes its columns",
	"voucher_deeds":       "who did what with vouchers; the money of it is entries",
	"reseller_events":     "a book: resellers' TestATamperedRowIsNamed changes its columns",
	"resellers":           "a book: resellers' TestATamperedRowIsNamed changes its money",
	"partner_events":      "a book: TestALandlordsShare changes its columns",
	"partners":            "a book: TestALandlordsShare changes its money",
	"approvals":           "a book: approval's TestATamperedApprovalIsNamed changes its columns",
	"approval_sites":      "by which sites what waits is counted; who may decide stands in approvals",
	"partner_payouts":     "a book: TestAPayoutThatIsNotPaid changes its columns",
	"graces":              inStock,
	"row_proofs":          inStock,
	"daybook":             "sums of the entries, for reports: the daybook's TestTheProofFindsWhatTheDaybookHides changes them",
	"daybook_heads":       "how far the entries are summed",
	"daybook_months":      "sums of the entries, for reports: proved with the daybook",
	"customers":           "who they are",
	"customer_numbers":    "who they are",
	"customer_contacts":   "who they are",
	"customer_accounts":   "a book: accounts' TestATamperedRowIsNamed changes its money",
	"customer_events":     "a book: accounts' TestATamperedRowIsNamed changes its columns",
	"voucher_uses":        inStock,
	"voucher_styles":      "keeps two batches from being placed at once",
	"pin_accounts":        "who signs in",
	"device_names":        "what devices are called",
	"pin_sign_ins":        "who signs in",
	"invoices":            "a book: invoices' TestATamperedInvoiceIsNamed changes its columns",
	"invoice_lines":       "a book: invoices' TestATamperedInvoiceIsNamed changes its columns",
	"invoice_allocations": "a book: invoices' TestATamperedInvoiceIsNamed changes its columns",
	"owing":               "who owes, for a list: invoices' TestTheProofFindsWhoIsListedOtherwise changes it; what is told of them is read from invoices",
	"invoice_series":      "a book: invoices' TestATamperedInvoiceIsNamed changes its columns",
	"tax_rates":           "choices; a document keeps its own",
	"tax_books":           "locks",
	"invoice_terms":       "choices; a document keeps its own",
	"dunning_steps":       "choices",
	"billing_positions":   "what is billed next; what was is invoices",
	"dunning_done":        "what was told and done",
	"dunning_promises":    "what was told",
	"dunning_log":         "what was told and done",
	"payment_promises":    "what was told",
	"prompt_consents":     "choices",
	"prompt_asks":         "what was asked for; its money is receipts",
	"family_agreements":   "choices",
	"family_months":       "how much of a choice is used; the money is customers' events",
	"family_bills":        "choices",
	"invoice_parts":       "which documents are on one bill: the bill's proof holds them, and billrun's TestATamperedPartIsNamed changes its columns",
	"prompt_dues":         "what was asked for; its money is receipts",
	"paybacks":            "a book: counter's TestATamperedPaybackIsNamed changes its columns",
	"cash_counts":         "what was counted; it moves no money",
	"voucher_tries":       "attacks",
	"tickets":             "what people told us; it moves no money",
	"leads":               "who asks for service; it moves no money",
	"visits":              "who goes where; it moves no money",
	"equipment":           "where a thing is; its deposit is in the books",
	"equipment_moves":     "where a thing was",
	"files":               "photographs and papers of people; they move no money",
	"file_pieces":         "photographs and papers of people; they move no money",
	"ticket_events":       "what people told us; it moves no money",
	"ticket_texts":        "what people told us; it moves no money",
	"mails":               "which e-mails became tickets; it moves no money",
	"mailboxes":           "where they are read; it moves no money",
	"canned_answers":      "texts",
	"api_keys":            "what opens the API",
	"api_calls":           "what the API answered",
	"webhook_endpoints":   "who is told what happens",
	"webhook_deliveries":  "who was told what",
	"webhook_attempts":    "how that went",
	"report_schedules":    "what is sent, and when",
	"report_recipients":   "who gets it",
	"report_sendings":     "what was told",
	"status_notices":      "texts",
	"refunds":             "a book: TestATamperedRefundIsNamed changes its columns",
	"reversals":           "a book: TestATamperedReversalIsNamed changes its columns",
	"customer_slips":      "keeps a cheque from being taken twice; what it brought is an event",
	"statement_lines":     "a book: railbook's TestATamperedChargeIsNamed changes its charges; what else a rail told is reversals",
	"payout_lines":        "a book: railbook's TestATamperedChargeIsNamed changes its charges",
	"statement_files":     "files to read",
	"money_days":          "what was seen of a day; its money is receipts, entries and what a rail told",
	"money_differences":   "what did not agree on a day, and why; it moves no money",
	"bill_runs":           "what somebody asked for; what was billed is invoices",
	"bulk_runs":           "what somebody did to many at once; each of them tells it itself",
	"bulk_prices":         "what a preview said that each would cost",
	"bulk_items":          "what became of each; what was done to it is an event of its own",
	"bill_run_documents":  "what a run would make",
	"bill_run_parts":      "what a run would make",
	"statement_pieces":    "files to read",
	"receipt_matches":     "recognises payers; what was matched is a receipt",
	"reseller_returns":    "wishes; what was done is an event",
	"voucher_prints":      "files; who has them is a deed",
	"customer_words":      "who they are", "customer_sounds": "who they are",
	"customer_addresses":  "who they are",
	"customer_tags":       "who they are",
	"customer_notes":      "who they are",
	"customer_identities": "who they are",
}

// fullBooks lives through every way that money comes and goes, so that each table has each kind of row.
func (s *shop) fullBooks() {
	s.order(phoneMAC)
	s.hear(s.success(0, "SJ80000001", 10), s.confirmation("SJ80000002", "KIOSK", "2547 ***** 001", 30))
	second := s.orderFrom("0799000111", "aabbccddee02")
	s.hear(s.failure(1, billing.ReasonCancelled), s.confirmation("SJ80000003", second.Code, "254799000111", 45)) // 35 too much
	s.enter(s.orderFrom("0799000222", "aabbccddee03"), "SJ80000003")                                             // 10 of it spent
	s.enter(s.orderFrom("0799000333", "aabbccddee04"), "SJ80000002")
	s.order("aabbccddee05")
	s.hear(s.confirmation("SJ80000004", "", "", 10), s.confirmation("SJ80000005", "NOBODY", "2547 ***** 001", 5))
	s.saysPaid() // the query's success, for the order before
	s.hear(s.success(4, "SJ80000004", 10))
	s.order("aabbccddee06")
	s.clock.Advance(20 * time.Second)
	s.idle()
	s.hear(s.success(5, "SJ80000006", 10))
	s.clock.Advance(31 * 24 * time.Hour)
	if err := s.grants.Sweep(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	s.rail.verdict = billing.Verdict{}
	s.idle()
	served := s.order("aabbccddee07")
	s.hear(s.success(6, "SJ80000007", 10))
	asked := s.order("aabbccddee08")
	s.typed(served, "SJ80000008", payerOfAll)
	s.queried(asked) // whose money that is
	s.hear(s.confirmation("SJ80000009", "0712345678", "x", 3))
	s.later(5 * time.Minute)
}

// TestWhateverIsTamperedWithIsFoundAndNamed is "must be shown" 6: each column of each row of the books is changed, each row
// taken out, and one of each table made up; ledger verify's proofs name the row each time.
func TestWhateverIsTamperedWithIsFoundAndNamed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.fullBooks()
		s.prove()
		kinds := s.strings("SELECT DISTINCT kind FROM ledger_entries ORDER BY kind")
		places := s.strings("SELECT DISTINCT placed FROM receipts ORDER BY placed")
		if len(kinds) != 6 || len(places) != 4 {
			t.Fatalf("the story has entries of %q and receipts in %q only", kinds, places)
		}
		for _, table := range s.tables() {
			b, isBook := booksOfAccount[table]
			if _, other := notBooks[table]; isBook == other {
				t.Fatalf("say of the table %s whether it is one of the books", table)
			}
			if isBook {
				s.tamperWith(table, b)
			}
		}
		s.prove()
	})
}

func (s *shop) strings(query string, args ...any) (all []string) {
	s.t.Helper()
	if err := s.db.Read(context.Background()).Raw(query, args...).Scan(&all).Error; err != nil {
		s.t.Fatal(query, err)
	}
	return all
}

func (s *shop) exec(query string, args ...any) {
	s.t.Helper()
	if _, err := s.db.SQL().Exec(query, args...); err != nil {
		s.t.Fatal(err, query)
	}
}

func (s *shop) tables() []string {
	query := "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
	if s.db.Dialect() == db.SQLite {
		query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	}
	return s.strings(query)
}

// row is how one row is found and named.
type row struct{ where, name string }

func (s *shop) rows(table string, b book) (all []row) {
	keys := map[string][]string{"ledger_postings": {"entry_id", "n"}, "ledger_links": {"seq"}, "credits": {"phone_hash"}, "grant_sources": {"source_key"}, "row_proofs": {"of_table", "row_id"}}[table]
	if keys == nil {
		keys = []string{"id"}
	}
	if b.which == "" {
		b.which = "1 = 1"
	}
	concat := "CONCAT(" + strings.Join(keys, ", '|', ") + ", '|', " + b.names + ")"
	for _, line := range s.strings("SELECT " + concat + " FROM " + table + " WHERE " + b.which) {
		parts := strings.Split(line, "|")
		var where []string
		for i, k := range keys {
			where = append(where, fmt.Sprintf("%s = '%s'", k, parts[i]))
		}
		all = append(all, row{where: strings.Join(where, " AND "), name: parts[len(keys)]})
	}
	if len(all) == 0 {
		s.t.Fatalf("the story has no row in %s", table)
	}
	return all
}

func (s *shop) tamperWith(table string, b book) {
	s.t.Helper()
	s.exec("CREATE TABLE saved AS SELECT * FROM " + table)
	defer s.exec("DROP TABLE saved")
	restore := func() {
		s.exec("DELETE FROM " + table)
		s.exec("INSERT INTO " + table + " SELECT * FROM saved")
	}
	for column := range b.exempt {
		if !slices.Contains(testdb.Columns(s.t, s.db, table), column) {
			s.t.Errorf("%s has no column %s to exempt", table, column)
		}
	}
	for _, r := range s.rows(table, b) {
		for _, column := range testdb.Columns(s.t, s.db, table) {
			if _, exempt := b.exempt[column]; exempt {
				continue
			}
			s.exec("UPDATE " + table + " SET " + column + " = " + s.changed(table, column) + " WHERE " + r.where)
			s.found(r.name, "%s.%s of %s was changed", table, column, r.where)
			restore()
		}
		s.exec("DELETE FROM " + table + " WHERE " + r.where)
		s.found(r.name, "%s of %s was taken out", table, r.where)
		restore()
	}
	if b.insert != "" {
		s.makeUp(table, b)
		restore()
	}
}

// changed is an expression for another value of a column.
func (s *shop) changed(table, column string) string {
	kind := "SELECT LOWER(data_type) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?"
	if s.db.Dialect() == db.SQLite {
		kind = "SELECT LOWER(type) FROM pragma_table_info(?) WHERE name = ?"
	}
	switch kind := s.strings(kind, table, column)[0]; {
	case kind == "bigint" || kind == "int":
		return column + " + 1000000"
	case kind == "datetime" && s.db.Dialect() == db.MySQL:
		return "COALESCE(" + column + ", '2027-01-01 00:00:00') + INTERVAL 1 SECOND"
	case kind == "datetime":
		return "strftime('%Y-%m-%d %H:%M:%f+00:00', COALESCE(" + column + ", '2027-01-01 00:00:00'), '+1 second')"
	case strings.Contains(kind, "blob") || strings.Contains(kind, "binary"):
		return "X'0102'"
	case s.db.Dialect() == db.MySQL:
		return "CASE WHEN COALESCE(" + column + ", '') = '' THEN 'x' ELSE CONCAT(SUBSTR(" + column + ", 1, CHAR_LENGTH(" + column + ") - 1), '#') END"
	}
	return "CASE WHEN COALESCE(" + column + ", '') = '' THEN 'x' ELSE SUBSTR(" + column + ", 1, LENGTH(" + column + ") - 1) || '#' END"
}

// makeUp copies a row under another key.
func (s *shop) makeUp(table string, b book) {
	s.t.Helper()
	r := s.rows(table, b)[0]
	made, key := []string{}, ""
	columns := testdb.Columns(s.t, s.db, table)
	for _, c := range columns {
		switch { // what is unique must differ
		case c == b.insert && strings.Contains("id n entry_id", c):
			c, key = c+" + 1000000", c+" + 1000000"
		case c == b.insert:
			c, key = "CONCAT('#', SUBSTR("+c+", 2))", "CONCAT('#', SUBSTR("+c+", 2))"
		case c == "seq":
			c = "(SELECT MAX(seq) + 1 FROM saved)"
		case c == "number":
			c += " + 1000000"
		case slices.Contains([]string{"phone_hash", "code", "token_hash", "once_hash", "receipt", "source"}, c):
			c = "CONCAT('#', SUBSTR(" + c + ", 2))"
		}
		made = append(made, c)
	}
	if b.names != b.insert {
		key = b.names
		if b.insert == "phone_hash" {
			key = "CONCAT('#', SUBSTR(phone_hash, 2, 7))"
		}
	}
	name := s.strings("SELECT " + key + " FROM " + table + " WHERE " + r.where)[0]
	s.exec("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(made, ", ") + " FROM saved WHERE " + r.where)
	s.found(name, "%s like that of %s was made up", table, r.where)
}

// found wants a problem that names the row.
func (s *shop) found(name, format string, args ...any) {
	s.t.Helper()
	ctx := context.Background()
	problems, err := s.proofs().Prove(ctx)
	if err != nil {
		s.t.Errorf("%s: the proof cannot be made: %v", fmt.Sprintf(format, args...), err)
	}
	books, err := s.ledger.Verify(ctx)
	if err != nil {
		s.t.Errorf("%s: the books cannot be read: %v", fmt.Sprintf(format, args...), err)
	}
	var told []string
	for _, p := range problems {
		told = append(told, p.What)
	}
	for _, p := range books.Problems {
		told = append(told, p.String())
	}
	if !slices.ContainsFunc(told, func(what string) bool { return strings.Contains(what, name) }) {
		s.t.Errorf("%s, and %q is not named: %q", fmt.Sprintf(format, args...), name, told)
	}
}
