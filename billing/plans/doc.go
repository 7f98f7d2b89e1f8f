// Package plans is what we sell, and the access limits it buys.
//
// It owns plans, their prices and at which sites they are sold; add-ons and coupons; and what a price comes to for a use (Charges), a pure
// function for invoices and the simulator alike. It does not own what a grant does with the limits (radius/access), who has a plan since when
// (billing/subscriptions), parts of periods and taxes (billing/invoices, billing/taxes), or orders, which freeze a plan's price and limits when
// they are placed. A plan that anybody has or had is never deleted: it is retired, for orders, subscriptions and grants name it.
//
// A plan of the segment hotspot is a package: bought once, by anybody, for a time or data. Every other is subscribed to, and has Terms. Each
// time that its price, terms or limits change, a new version begins (Price); who subscribed keeps the version they have until they are moved.
//
// Rounding: each line of metered use and each discount in percent of a thing is rounded to the cent, halves up; nothing else is divided here.
// Invariants: a version never changes; a coupon is used at most as often as it says, by one row that all who use it write.
package plans
