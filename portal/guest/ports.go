package guest

import (
	"context"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Sites finds sites and their brands.
type Sites interface {
	BySlug(slug string) (site.Site, site.Brand, error)
	Get(id int64) (site.Site, site.Brand, error)
}

// Routers finds routers.
type Routers interface {
	ByToken(token string) (routers.Router, bool)
	Get(id int64) (routers.Router, bool)
}

// Plans lists what a site sells.
type Plans interface {
	Listed(ctx context.Context, siteID int64) ([]plans.Plan, error)
}

// Orders is what the pages ask of billing.
type Orders interface {
	PlaceOrder(ctx context.Context, r billing.OrderRequest) (billing.Order, error)
	ByToken(ctx context.Context, token string) (billing.OrderView, error)
	// TakeGrace lets the device of an order that nobody could be prompted for online for a while, and gives the grant.
	TakeGrace(ctx context.Context, token string) (grantID int64, err error)
	// PendingFor is the newest unpaid order of a device that may still be paid.
	PendingFor(ctx context.Context, siteID int64, mac access.MAC) (billing.OrderView, bool, error)
	// EnterReceipt has a typed receipt looked up for an order, which it serves by the end of the number that paid; FindByReceipt
	// leads from a receipt alone to its order, which a receipt alone does not open.
	EnterReceipt(ctx context.Context, token, typed, end string) (billing.Claimed, error)
	FindByReceipt(ctx context.Context, typed string) (billing.Claimed, error)
	// SendPhoneCode sends a phone that has a plan here a code, which UsePhoneCode takes once for the plans.
	SendPhoneCode(ctx context.Context, siteID int64, phone customers.Phone, l words.Lang) error
	UsePhoneCode(ctx context.Context, siteID int64, phone customers.Phone, typed string) ([]billing.Bought, error)
	// TokenOfGrant is the token of the newest order that fed a grant; fault.NotFound when none did.
	TokenOfGrant(ctx context.Context, grantID int64) (token string, err error)
}

// Grants is what the pages ask of access.
type Grants interface {
	View(ctx context.Context, grantID int64) (access.Grant, []access.Slot, access.Left, error)
	LiveFor(ctx context.Context, siteID int64, mac access.MAC) ([]access.Grant, error)
	CodeOf(ctx context.Context, grantID int64) (string, error)
	// ByCode finds the live grant behind a log-in code; fault.NotFound when there is none.
	ByCode(ctx context.Context, siteID int64, code access.Code) (grantID int64, err error)
	// OnceLogin makes a log-in that works once: for the device that is named, for any when none is.
	OnceLogin(ctx context.Context, grantID int64, only access.MAC, life time.Duration) (name, secret string, err error)
	BindDevice(ctx context.Context, grantID int64, mac access.MAC) error
	// Move gives a device's slot to another device, or to none when to is empty; so many times a day.
	Move(ctx context.Context, grantID int64, n int, to access.MAC) error
}

// Sessions is what the pages ask of the routers' sessions.
type Sessions interface {
	// Online says whether the grant has an open session of this device; of any device when mac is empty.
	Online(ctx context.Context, grantID int64, mac access.MAC) (bool, error)
	// LogOut has the device's sessions on this grant ended; all of them when mac is empty. The grant keeps what is left.
	LogOut(ctx context.Context, grantID int64, mac access.MAC) error
}
