package backoffice

import (
	"slices"
	"strings"

	"mtandao/billing/subscriptions"
	"mtandao/portal/web"
)

// lineTyped is what is looked for in the list of lines.
func (q *request) lineTyped() string { return strings.TrimSpace(q.Query("find")) }

// linesFound are those that the filters ask for: what is looked for is a login, or what finds a customer.
func (b *Backoffice) linesFound(q *request) ([]subscriptions.Subscription, error) {
	w := subscriptions.Which{Status: subscriptions.Status(q.Query("state"))}
	if scope := q.scope(); scope != nil {
		w.Sites = slices.Clone([]int64(scope))
	}
	typed := q.lineTyped()
	if typed == "" {
		return b.Lines.List(q.ctx, w, q.before(), mostListed+1)
	}
	who, err := b.Customers.FindNow(q.ctx, typed)
	if err == nil {
		all, err := b.Lines.Of(q.ctx, who.ID)
		return slices.DeleteFunc(all, func(sub subscriptions.Subscription) bool {
			return !q.inView(sub.State.Place.SiteID) || w.Status != "" && sub.State.Status != w.Status
		}), err
	}
	if !web.ForPerson(err) {
		return nil, err
	}
	w.Login = strings.ToLower(typed)
	return b.Lines.List(q.ctx, w, q.before(), mostListed+1)
}
