// Package plans is what we sell, and the access limits it buys.
//
// It owns plans, their prices and at which sites they are sold. It does not own what a grant does with the limits
// (radius/access) or orders, which freeze a plan's price and limits when they are placed. A plan is never deleted: it is
// retired, for orders and grants name it.
package plans
