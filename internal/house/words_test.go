package house

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// dynamic lists the prefixes from which code builds keys; a key with one of them counts as used.
var dynamic = []string{
	"my.done.", "why.is.", "status.kind_", "office.status.", "why.tell.", "why.then.", "why.step.", "why.item.", "statement.becomes.", "office.money_statement.state_", "office.money_statement.lead_", "office.money_statement.reversals_", "office.money_statement.kind_", "office.money_statement.fees_", "office.money_statement_new.", "office.money_statement_confirm.", "office.money_statement_drop.", "paper.say.", "paper.how.", "paper.entry.", "office.paper_send.", "dayclose.cause.", "office.money_day.", "office.money_day.part_", "office.money_close.", "office.difference.state_", "office.difference.why_", "office.billrun.of_", "office.billrun.drafts_", "office.billrun.fate_", "office.billrun.left_", "office.billrun.state_", "office.billrun.lead_", "office.billrun_new.", "office.billrun_start.", "office.billrun_stop.",
	"customer.like_", "office.customer.address_", "office.customer.kind_", "office.customer.paper_", "office.customer.segment_", "office.customer.state_", "office.customer.tab_",
	"office.customer_close.", "office.customer_edit.", "office.customer_field.", "office.customer_merge.", "office.customer_merge_sure.", "office.customer_new.", "office.consent.from_",
	"part.", "office.router_repair.", "office.router_logins_off.", "office.router_logins_on.", "office.tunnel_leave.", "office.tunnel_rotate.", "cause.", "finding.", "reason.", "guest.fail.", "guest.help.", "guest.device.", "office.nav.", "office.order.", "office.payment.",
	"office.placed.", "office.grant.", "office.enforcement.", "office.typed.", "office.wanted.", "office.method.", "office.outcome.", "office.queue.",
	"office.queue_waits.", "office.signin.", "office.code.", "office.enrol.", "office.passkey.", "office.owner.", "alert.say.", "alert.over.",
	"office.field.", "office.hint.", "office.pick.", "office.unit.", "office.day.", "office.site.", "office.brand.", "office.plan.", "office.till.", "office.pool.", "office.pool_free.",
	"office.router.", "office.settings.", "office.settings_text.", "office.setup.step_", "office.setup.title_", "office.setup.lead_",
	"office.setup.there_", "office.setup.miss_", "office.field.brand.", "office.pick.dialect_", "office.pick.auth_", "office.pick.type_", "office.ability.", "office.ability_missing.",
	"office.prove.", "office.welcome.", "office.reset.", "office.forgot.", "office.staff.disable_ask.", "office.staff.lock_ask.", "office.staff.link_ask.",
	"office.object.", "office.did.", "office.fact.", "office.unsent.", "office.because.", "office.refused.", "office.job.", "office.callback.", "office.message.", "office.channel.", "office.purpose.",
	"office.mailbox.", "office.mailbox.safety_", "office.mailbox.why_", "office.mail.",
	"office.carriers.", "office.carriers.address_", "office.driver.", "office.consent.", "office.alarm.", "office.alert_setting.",
	"office.payments.", "office.attention.", "clue.",
	"office.mend.", "office.asked.", "office.move.", "office.extend.", "office.disconnect.",
	"till.part.", "office.codes_ask.", "office.job_drop.", "office.message_retry.", "office.session_end.", "office.refund.", "office.refund.told_", "office.refund_ask.", "office.refund_cancel.", "office.refund_decide.", "office.refund_pay.", "office.refund_send.", "office.refund_stays.", "office.refund_code.", "office.send_back.", "office.send_back.way_",
	"office.batch.", "office.batch_new.", "office.batch_cancel.", "office.voucher.", "office.deed.", "office.deed_", "office.deed_field.", "office.reseller.terms_", "office.reseller.state_", "office.reseller_", "office.reseller_field.", "reseller.event.", "sell.in.", "sell.code.", "sell.pin.", "share.event.", "share.paid_", "office.partner.state_", "office.partner_field.", "office.partner_new.", "office.partner_edit.", "office.partner_pay.", "paper.layout.", "office.print.", "office.prints.", "office.prints.lead_", "office.return_take.", "sell.return.state_",
	"interval.", "charge.", "charge.each_", "office.addon.", "office.coupon.", "office.line.state_", "office.line.event_", "office.line.equipment_", "office.line_do.", "office.line_lead.", "office.line_field.", "office.line_hint.", "office.simulate.", "office.reprice.", "office.outage_ask.", "office.bill_day.", "office.bill_day_sure.", "office.exemption.", "office.line_end.", "office.pick.mode_", "office.pick.kind_", "office.pick.segment_", "invoice.line.", "invoice.line.", "office.invoice.state_", "office.invoice.kind_", "office.invoice_", "office.invoice_field.", "office.tax.kind_", "office.tax.on_", "office.tax_new.", "office.tax_edit.", "office.tax_remove.", "office.dunning.", "dunning.sms.", "office.arrears.level_", "office.arrears.log_", "office.arrears.did_", "office.arrears.held_", "office.dunning.do_", "office.dunning.segment_", "office.dunning_usual.", "office.dunning_usual.means_", "office.dunning_usual.now_",
	"office.imports.state_", "office.imports.kind_", "office.imports.hint_", "office.imports.lead_", "office.imports.do_", "office.imports.rows_", "office.imports.what_", "office.import_new.", "office.import_edit.", "office.import_start.", "office.import_back.", "office.import_drop.",
	"office.how.", "office.taking.", "office.taking_field.", "office.taking_return.", "office.payback_ask.", "office.payback_cancel.", "office.payback_decide.", "office.payback_pay.", "office.owed_send.", "office.owed_went.", "office.account.kind_", "office.statement.kind_", "office.promise.", "office.treat.", "office.renewals.", "office.family_bills.", "office.write.", "office.write.done_", "office.write_field.", "office.cash_field.", "office.cash.kind_", "office.prompts.cause_", "office.prompts_on.", "office.prompts_stop.", "office.ask_money.", "office.outage.state_", "office.outage.verdict_", "office.outage.boot_", "office.outage.why_", "office.outage.strip_", "office.payout.", "office.payout.told_", "office.payout_decide.", "office.payout_cancel.", "office.payout_pay.", "office.approval.kind_", "office.approval.state_", "office.approval.told_", "office.approval_decide.",
	"office.tickets.show_", "office.ticket.", "office.ticket.queue_", "office.ticket.priority_", "office.ticket.state_", "office.ticket.category_", "office.ticket.how_", "office.ticket.link_", "office.ticket.see_", "office.ticket.event_",
	"office.ticket_do.", "books.kind.", "books.means.", "books.for.", "books.entry.", "books.cause.", "office.ledger.means_", "office.ticket_act.", "office.ticket_new.", "office.ticket_erase.", "office.canned.", "office.canned_new.", "office.canned_edit.", "office.apikey.scope_", "office.apikey_new.", "office.apikey_revoke.", "my.status.", "office.range.", "office.lines_report.", "my.ticket.state.", "my.ticket.about.", "my.messages.by.", "office.schedule.", "office.schedule.every_", "office.schedule.is_", "office.schedule.span_", "office.schedule.format_", "office.schedule.state_", "office.schedule.gets_", "office.schedule_new.", "office.schedule_edit.", "office.schedule_remove.",
	"office.leads.show_", "office.lead.", "office.lead.stage_", "office.lead.source_", "office.lead.why_", "office.lead_new.", "office.lead_edit.", "office.lead_do.", "office.lead_stage.", "office.lead_win.", "office.visit.", "office.visit.kind_", "office.visit.state_", "office.visit.check_", "office.visit_new.", "office.visit_move.", "office.visit_end.", "office.visit_end.told_",
	"office.equipment.", "office.equipment.place_", "office.equipment.kind_", "office.equipment_new.", "office.equipment_move.", "office.equipment_install.", "office.file.kind_", "office.file.of_", "office.mail_take.", "office.mail.not_", "office.file.type_", "office.file.why_", "office.file_new.", "office.file_remove.",
	"office.hook.kind_", "office.hook.is_", "office.hook.why_", "office.hook_new.", "office.hook_edit.", "office.hook_secret.", "office.hook_again.", "office.hook_delete.",
	"office.bulk_", "office.bulk.do_", "office.bulk.state_", "office.bulk.title_", "office.bulk.undo_", "office.bulk.lead_", "office.bulk.yes_", "office.bulk.then_", "office.bulk.button_", "office.bulk.money_", "office.bulk.fate_"}

// next ends the key of the sentence that goes with another: what to do about it.
const next = ".next"

// keyCalls says which argument of a call is a key: qualified functions, and the T of a page.
var keyCalls = map[string]int{"fault.New": 1, "fault.Wrap": 1, "words.Text": 1, "words.Has": 0, "T": 0}

var (
	templateKey  = regexp.MustCompile(`\.T\s+"([^"]+)"`)
	templateText = regexp.MustCompile(`"([a-z_0-9.]+)"`)
	keyShape     = regexp.MustCompile(`^[a-z_]+(\.[a-z_0-9]+)+$`)
)

// missingWords finds keys without a text: in the calls that take one, in templates, and in tables of strings that look
// like a key and begin like one.
func missingWords(t *tree) (found []finding) {
	for _, s := range t.built() {
		for call := range nodes[*ast.CallExpr](s.file) {
			if key, missing := t.missing(call); missing {
				found = append(found, t.at(call.Pos(), "no text for %s", key))
			}
		}
		found = append(found, t.missingInTables(s)...)
	}
	for file, text := range t.templates() {
		for _, m := range templateKey.FindAllSubmatch(text, -1) {
			if !slices.Contains(t.keys, string(m[1])) {
				found = append(found, finding{path: file, what: "no text for " + string(m[1])})
			}
		}
	}
	return found
}

func keyArgument(call *ast.CallExpr) (ast.Expr, bool) {
	index, ok := keyCalls[name(call.Fun)]
	if e, method := call.Fun.(*ast.SelectorExpr); !ok && method && e.Sel.Name == "T" {
		index, ok = keyCalls["T"], true
	}
	if !ok || index >= len(call.Args) {
		return nil, false
	}
	return call.Args[index], true
}

// name is "package.Function" or "Function", as written.
func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name + "." + e.Sel.Name
		}
		return e.Sel.Name
	}
	return ""
}

// missing judges literals, and literals with something added; a variable is judged where its value is written.
func (t *tree) missing(call *ast.CallExpr) (string, bool) {
	arg, ok := keyArgument(call)
	if !ok {
		return "", false
	}
	if sum, ok := arg.(*ast.BinaryExpr); ok {
		prefix, ok := literal(sum.X)
		return prefix, ok && !slices.Contains(dynamic, prefix)
	}
	key, ok := literal(arg)
	return key, ok && !slices.Contains(t.keys, key)
}

// missingInTables looks at string elements of composite literals, where keys are given to a loop.
func (t *tree) missingInTables(s *source) (found []finding) {
	for table := range nodes[*ast.CompositeLit](s.file) {
		for _, element := range table.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				element = pair.Value
			}
			text, ok := literal(element)
			if ok && keyShape.MatchString(text) && t.family(text) && !slices.Contains(t.keys, text) {
				found = append(found, t.at(element.Pos(), "no text for %s", text))
			}
		}
	}
	return found
}

// family says whether some key begins with the same word.
func (t *tree) family(text string) bool {
	first, _, _ := strings.Cut(text, ".")
	return slices.ContainsFunc(t.keys, func(key string) bool { return strings.HasPrefix(key, first+".") })
}

func (t *tree) templates() map[string][]byte {
	found := map[string][]byte{}
	for file, text := range t.texts {
		if path.Ext(file) == ".html" {
			found[file] = text
		}
	}
	return found
}

// unusedWords finds texts that nothing asks for, and prefixes from which nothing is built any more.
func unusedWords(t *tree) (found []finding) {
	said := t.said()
	for _, prefix := range dynamic {
		if !said[prefix] {
			found = append(found, finding{path: "internal/house/words_test.go", what: "no code builds keys from " + prefix})
		}
	}
	for _, key := range t.keys {
		built := slices.ContainsFunc(dynamic, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
		if !built && !said[key] && !(said[next] && said[strings.TrimSuffix(key, next)]) {
			found = append(found, finding{path: "internal/words/en.toml", what: key + " is not used"})
		}
	}
	return found
}

// said is every string that code or a template says.
func (t *tree) said() map[string]bool {
	said := map[string]bool{}
	for _, s := range t.built() {
		for l := range nodes[*ast.BasicLit](s.file) {
			if text, ok := literal(l); ok && l.Kind == token.STRING {
				said[text] = true
			}
		}
	}
	for _, text := range t.templates() {
		for _, m := range templateText.FindAllSubmatch(text, -1) {
			said[string(m[1])] = true
		}
	}
	return said
}
