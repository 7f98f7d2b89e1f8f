package backoffice

import (
	"slices"

	"mtandao/billing/plans"
	"mtandao/internal/site"
	"mtandao/internal/staff"
	"mtandao/radius/routers"
)

// setupRoutes are the addresses of all that is set up. What is fixed comes before what has an id in it.
func (b *Backoffice) setupRoutes() []route {
	sites, brands, sold, tills, boxes := b.siteEditor(), b.brandEditor(), b.planEditor(), b.tillEditor(), b.routerEditor()
	addons, coupons := b.addonEditor(), b.couponEditor()
	return slices.Concat([]route{
		{get, "/office/settings", full, "", b.settings},
		{get, "/office/settings/provider", everywhere, staff.SettingsEdit, b.askProvider}, {post, "/office/settings/provider", everywhere, staff.SettingsEdit, b.saveProvider},
		{get, wizard, everywhere, staff.SitesEdit, b.startSetup}, {get, wizard + "/done", everywhere, staff.SitesEdit, b.endSetup},
		{get, wizard + "/:step", everywhere, staff.SitesEdit, b.askStep}, {post, wizard + "/:step", everywhere, staff.SitesEdit, b.takeStep},
		{get, sites.list, full, staff.SitesEdit, b.siteList},
		{get, brands.list, everywhere, staff.SitesEdit, b.brandList},
		{get, "/office/brands/preview", everywhere, staff.SitesEdit, b.preview}, {post, "/office/brands/preview", everywhere, staff.SitesEdit, b.previewTyped},
		{get, "/office/brands/:id/preview", everywhere, staff.SitesEdit, b.preview}, {post, "/office/brands/:id/preview", everywhere, staff.SitesEdit, b.previewTyped},
		{get, sold.list, full, staff.AccessView, b.planList},
		{post, "/office/plans/look", full, staff.PlansEdit, b.lookAtPlan}, {post, "/office/plans/:id/look", full, staff.PlansEdit, b.lookAtPlan},
		{get, "/office/plans/:id/simulate", full, staff.PlansEdit, b.simulate},
		{get, "/office/plans/:id/reprice", everywhere, staff.PlansEdit, b.askRepriceAll}, {post, "/office/plans/:id/reprice", everywhere, staff.PlansEdit, b.repriceAll},
		{get, addons.list, full, staff.AccessView, b.addonList}, {get, coupons.list, everywhere, staff.PlansEdit, b.couponList},
		{get, tills.list, everywhere, staff.TillsEdit, b.tillList}, {post, "/office/tills/:id/check", everywhere, staff.TillsEdit, b.checkTill},
		{get, boxes.list, full, staff.AccessView, b.routerList},
		boxes.before("secret", "office.router.rotate_ask."), {post, "/office/routers/:id/secret", full, staff.RoutersEdit, b.rotateSecret},
		sites.before("close", "office.site.close_ask."), sites.turn("close", site.Closed, "office.site.is_closed", "open"),
		sites.turn("open", site.Open, "office.site.is_open", ""),
		sold.turn("archive", plans.Retired, "office.plan.is_archived", "restore"), sold.turn("restore", plans.Live, "office.plan.is_restored", ""),
		tills.before("retire", "office.till.retire_ask."), tills.turn("retire", stateRetired, "office.till.is_retired", "revive"),
		tills.turn("revive", stateLive, "office.till.is_live", ""),
		boxes.before("retire", "office.router.retire_ask."), boxes.turn("retire", routers.StateRetired, "office.router.is_retired", ""),
		boxes.before("revive", "office.router.revive_ask."), boxes.turn("revive", routers.StateActive, "office.router.is_active", ""),
	}, sites.routes(b), brands.routes(b), sold.routes(b), addons.routes(b), coupons.routes(b), tills.routes(b), boxes.routes(b),
		[]route{{get, "/office/routers/:id", full, staff.AccessView, b.router}})
}
