package staff

import "slices"

// Permission is a right to see or do one kind of thing, "noun.verb".
type Permission string

// The permissions.
const (
	PaymentsView    Permission = "payments.view"
	PaymentsMatch   Permission = "payments.match"
	PaymentsRefund  Permission = "payments.refund"
	PaymentsApprove Permission = "payments.approve" // as the second person
	PaymentsClose   Permission = "payments.close"   // close a day, explain what does not agree
	BillingRun      Permission = "billing.run"      // look what a bill run would do, start one
	AccessView      Permission = "access.view"
	AccessChange    Permission = "access.change" // put online, move a device, extend, disconnect
	CustomersView   Permission = "customers.view"
	CustomersEdit   Permission = "customers.edit"
	CustomersManage Permission = "customers.manage" // merge, close, take the list along
	IdentitiesView  Permission = "identities.view"  // see the numbers of identity papers
	TicketsView     Permission = "tickets.view"
	TicketsWork     Permission = "tickets.work"   // open, answer, take, hand over
	TicketsManage   Permission = "tickets.manage" // canned answers; erase what was written
	LeadsWork       Permission = "leads.work"     // who asks for service, until they are customers
	VisitsView      Permission = "visits.view"
	VisitsWork      Permission = "visits.work" // begin them, say how they went
	VisitsPlan      Permission = "visits.plan"
	EquipmentManage Permission = "equipment.manage" // take it in
	SitesEdit       Permission = "sites.edit"
	PlansEdit       Permission = "plans.edit"
	TillsEdit       Permission = "tills.edit"
	RoutersEdit     Permission = "routers.edit"
	VouchersView    Permission = "vouchers.view"
	VouchersManage  Permission = "vouchers.manage" // make, sign out, void; see codes
	JobsManage      Permission = "jobs.manage"
	AlertsManage    Permission = "alerts.manage"
	SettingsEdit    Permission = "settings.edit"
	StaffManage     Permission = "staff.manage"
	AuditView       Permission = "audit.view"
	ReportsView     Permission = "reports.view" // what is earned, and the taxes of it
)

// Described is a permission with the key of its text.
type Described struct {
	Permission Permission
	TextKey    string
}

// Permissions is the table of all permissions, in the order in which they are shown.
var Permissions = []Described{
	{PaymentsView, "permission.payments_view"},
	{PaymentsMatch, "permission.payments_match"},
	{PaymentsRefund, "permission.payments_refund"},
	{PaymentsApprove, "permission.payments_approve"},
	{PaymentsClose, "permission.payments_close"},
	{BillingRun, "permission.billing_run"},
	{AccessView, "permission.access_view"},
	{AccessChange, "permission.access_change"},
	{CustomersView, "permission.customers_view"},
	{CustomersEdit, "permission.customers_edit"},
	{CustomersManage, "permission.customers_manage"},
	{IdentitiesView, "permission.identities_view"},
	{TicketsView, "permission.tickets_view"},
	{TicketsWork, "permission.tickets_work"},
	{TicketsManage, "permission.tickets_manage"},
	{LeadsWork, "permission.leads_work"},
	{VisitsView, "permission.visits_view"},
	{VisitsWork, "permission.visits_work"},
	{VisitsPlan, "permission.visits_plan"},
	{EquipmentManage, "permission.equipment_manage"},
	{SitesEdit, "permission.sites_edit"},
	{PlansEdit, "permission.plans_edit"},
	{TillsEdit, "permission.tills_edit"},
	{RoutersEdit, "permission.routers_edit"},
	{VouchersView, "permission.vouchers_view"},
	{VouchersManage, "permission.vouchers_manage"},
	{JobsManage, "permission.jobs_manage"},
	{AlertsManage, "permission.alerts_manage"},
	{SettingsEdit, "permission.settings_edit"},
	{StaffManage, "permission.staff_manage"},
	{AuditView, "permission.audit_view"},
	{ReportsView, "permission.reports_view"},
}

// grave are the permissions that need a second factor.
var grave = []Permission{PaymentsRefund, PaymentsApprove, StaffManage}

func known(p Permission) bool {
	return slices.ContainsFunc(Permissions, func(d Described) bool { return d.Permission == p })
}
