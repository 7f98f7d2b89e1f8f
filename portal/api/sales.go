package api

import (
	"cmp"
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/apikeys"
	"mtandao/internal/fault"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// Orders reads orders. *billing.Service satisfies it.
type Orders interface {
	Orders(ctx context.Context, w billing.WhichOrders, before int64, limit int) ([]billing.Order, error)
	OrderByID(ctx context.Context, orderID int64) (billing.Order, error)
}

// Vouchers reads vouchers, and has them made. *vouchers.Service satisfies it.
type Vouchers interface {
	Newest(ctx context.Context, before int64, limit int) ([]vouchers.Batch, error)
	Batch(ctx context.Context, id int64) (vouchers.Batch, error)
	Stock(ctx context.Context, batchID int64) (vouchers.Stock, error)
	Find(ctx context.Context, typed string) (vouchers.Batch, vouchers.Voucher, error)
	Place(ctx context.Context, w vouchers.Wish, by vouchers.By) (vouchers.Batch, error)
}

// Resellers reads resellers. *resellers.Service satisfies it.
type Resellers interface {
	Newest(ctx context.Context, before int64, limit int) ([]resellers.Reseller, error)
	Get(ctx context.Context, id int64) (resellers.Reseller, error)
}

type orderView struct {
	ID        string     `json:"id"`
	Code      string     `json:"code" doc:"What a payer types as account."`
	SiteID    string     `json:"site_id" doc:"Empty: it raises an account."`
	PlanID    string     `json:"plan_id"`
	PlanKey   string     `json:"plan_key"`
	Segment   string     `json:"segment"`
	State     string     `json:"state"`
	Price     amountView `json:"price"`
	Phone     string     `json:"phone" doc:"With its middle hidden."`
	How       string     `json:"how" doc:"What the plan became: new, stacked or queued; empty before it is paid."`
	CreatedAt string     `json:"created_at" format:"date-time"`
	PaidAt    string     `json:"paid_at" doc:"Empty before it is paid."`
}

type batchView struct {
	ID          string     `json:"id"`
	Number      int64      `json:"number"`
	PlanID      string     `json:"plan_id"`
	PlanKey     string     `json:"plan_key"`
	Price       amountView `json:"price"`
	SiteID      string     `json:"site_id" doc:"Empty: for every site."`
	Size        int64      `json:"size"`
	Made        int64      `json:"made"`
	Live        bool       `json:"live" doc:"Its vouchers may be used without being signed out."`
	UnsoldUntil string     `json:"unsold_until" doc:"Empty: no end."`
	State       string     `json:"state"`
	MadeBy      string     `json:"made_by"`
	CreatedAt   string     `json:"created_at" format:"date-time"`
}

type stockView struct {
	State string `json:"state"`
	Paid  bool   `json:"paid"`
	Count int64  `json:"count"`
}

type batchRecord struct {
	batchView
	Stock []stockView `json:"stock"`
}

type voucherView struct {
	ID        string `json:"id" doc:"Its serial number as it is printed: batch and number. Codes are told nowhere."`
	BatchID   string `json:"batch_id"`
	State     string `json:"state"`
	Paid      bool   `json:"paid" doc:"The provider has its price."`
	Holder    string `json:"holder" doc:"Who sells it; empty: nobody."`
	ExpiresAt string `json:"expires_at" doc:"Empty: it does not."`
	UsedAt    string `json:"used_at" doc:"Empty: it was not."`
}

type resellerView struct {
	ID         string     `json:"id"`
	Account    string     `json:"account" doc:"What they pay to."`
	Name       string     `json:"name"`
	Phone      string     `json:"phone"`
	Language   string     `json:"language"`
	State      string     `json:"state"`
	ParentID   string     `json:"parent_id" doc:"Whose sub-reseller this is; empty: nobody's."`
	Terms      string     `json:"terms" doc:"When they pay for paper."`
	Limit      amountView `json:"limit"`
	Balance    amountView `json:"balance" doc:"Float; below zero, debt."`
	Commission string     `json:"commission"`
	SiteIDs    []string   `json:"site_ids" doc:"Empty: they sell everywhere."`
	PlanIDs    []string   `json:"plan_ids" doc:"Empty: they sell all."`
	CreatedAt  string     `json:"created_at" format:"date-time"`
}

func (a *API) saleReads() []operation {
	return []operation{
		{method: fiber.MethodGet, path: "/orders", id: "listOrders", tag: "orders", scope: apikeys.OrdersRead, answer: list[orderView]{}, handle: a.listOrders,
			summary: "List orders, the newest first", params: with(param{Name: "state", Text: "Only orders of this state.", Kind: "string", Enum: named(billing.OrderPlaced, billing.OrderPaid)})},
		{method: fiber.MethodGet, path: "/orders/{id}", id: "getOrder", tag: "orders", scope: apikeys.OrdersRead, answer: orderView{}, handle: a.getOrder, summary: "Read an order"},
		{method: fiber.MethodGet, path: "/voucher-batches", id: "listVoucherBatches", tag: "vouchers", scope: apikeys.VouchersRead, answer: list[batchView]{}, handle: a.listBatches,
			summary: "List batches of vouchers, the newest first; a page may hold fewer than limit of a key that has sites", params: with()},
		{method: fiber.MethodGet, path: "/voucher-batches/{id}", id: "getVoucherBatch", tag: "vouchers", scope: apikeys.VouchersRead, answer: batchRecord{}, handle: a.getBatch,
			summary: "Read a batch, and how many of its vouchers are in which state"},
		{method: fiber.MethodGet, path: "/vouchers/{id}", id: "getVoucher", tag: "vouchers", scope: apikeys.VouchersRead, answer: voucherView{}, handle: a.getVoucher,
			summary: "Read a voucher by its serial number, without its code"},
		{method: fiber.MethodGet, path: "/resellers", id: "listResellers", tag: "resellers", scope: apikeys.ResellersRead, answer: list[resellerView]{}, handle: a.listResellers,
			summary: "List resellers, the newest first; a page may hold fewer than limit of a key that has sites", params: with()},
		{method: fiber.MethodGet, path: "/resellers/{id}", id: "getReseller", tag: "resellers", scope: apikeys.ResellersRead, answer: resellerView{}, handle: a.getReseller, summary: "Read a reseller"},
	}
}

func viewOrder(o billing.Order) orderView {
	return orderView{ID: text(o.ID), Code: o.Code, SiteID: text(o.SiteID), PlanID: text(o.PlanID), PlanKey: o.PlanKey, Segment: o.Segment, State: string(o.State), Price: viewAmount(o.Price), Phone: o.PhoneMask,
		How: o.How, CreatedAt: stamp(o.CreatedAt), PaidAt: stampOr(o.PaidAt)}
}

func (a *API) listOrders(q *call) (any, error) {
	before, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	state, err := q.oneOf("state")
	if err != nil {
		return nil, err
	}
	all, err := a.Orders.Orders(q.ctx, billing.WhichOrders{Sites: q.key.Sites, State: billing.OrderState(state)}, before, limit+1)
	if err != nil {
		return nil, err
	}
	return page(q, all, limit, func(o billing.Order) int64 { return o.ID }, viewOrder), nil
}

func (a *API) getOrder(q *call) (any, error) {
	id, err := q.idOf()
	if err != nil {
		return nil, err
	}
	o, err := a.Orders.OrderByID(q.ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !q.key.Sees(o.SiteID) {
		return nil, gone()
	}
	return viewOrder(o), err
}

// seen is the page without what the key does not reach.
func seen[T, V any](q *call, all []T, limit int, id func(T) int64, sees func(T) bool, view func(T) V) list[V] {
	out := list[V]{Data: []V{}}
	if len(all) > limit {
		all = all[:limit]
		out.Next = q.cursor(text(id(all[limit-1])))
	}
	for _, one := range all {
		if sees(one) {
			out.Data = append(out.Data, view(one))
		}
	}
	return out
}

func viewBatch(b vouchers.Batch) batchView {
	return batchView{ID: text(b.ID), Number: b.Number, PlanID: text(b.PlanID), PlanKey: b.PlanKey, Price: viewAmount(b.Price), SiteID: text(b.SiteID), Size: int64(b.Size), Made: int64(b.Made), Live: b.Live,
		UnsoldUntil: stampOr(b.UnsoldUntil), State: b.State, MadeBy: b.By, CreatedAt: stamp(b.CreatedAt)}
}

func (a *API) listBatches(q *call) (any, error) {
	before, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	all, err := a.Vouchers.Newest(q.ctx, before, limit+1)
	if err != nil {
		return nil, err
	}
	return seen(q, all, limit, func(b vouchers.Batch) int64 { return b.ID }, func(b vouchers.Batch) bool { return q.key.Sees(b.SiteID) }, viewBatch), nil
}

func (a *API) getBatch(q *call) (any, error) {
	id, err := q.idOf()
	if err != nil {
		return nil, err
	}
	b, err := a.Vouchers.Batch(q.ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !q.key.Sees(b.SiteID) {
		return nil, gone()
	}
	if err != nil {
		return nil, err
	}
	return a.batchRecord(q, b)
}

func (a *API) batchRecord(q *call, b vouchers.Batch) (any, error) {
	stock, err := a.Vouchers.Stock(q.ctx, b.ID)
	out := batchRecord{batchView: viewBatch(b), Stock: []stockView{}}
	for key, n := range stock {
		out.Stock = append(out.Stock, stockView{string(key.State), key.Paid, int64(n)})
	}
	slices.SortFunc(out.Stock, func(a, b stockView) int { return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(b.Count, a.Count)) })
	return out, err
}

func (a *API) getVoucher(q *call) (any, error) {
	serial := q.Params("id")
	if _, _, ok := vouchers.ReadSerial(serial); !ok { // a code finds nothing here
		return nil, gone()
	}
	b, v, err := a.Vouchers.Find(q.ctx, serial)
	if fault.Is(err, fault.NotFound) || err == nil && !q.key.Sees(b.SiteID) {
		return nil, gone()
	}
	return voucherView{ID: vouchers.Serial(b.Number, v.Serial), BatchID: text(b.ID), State: string(v.State), Paid: v.Paid, Holder: v.Holder, ExpiresAt: stampOr(v.ExpiresAt), UsedAt: stampOr(v.UsedAt)}, err
}

// sellsAt says whether a reseller sells where the key reaches, and only there.
func (q *call) sellsAt(r resellers.Reseller) bool {
	if len(r.Sites) == 0 {
		return q.key.Sees(0)
	}
	return !slices.ContainsFunc(r.Sites, func(id int64) bool { return !q.key.Sees(id) })
}

func texts(ids []int64) []string {
	all := []string{}
	for _, id := range ids {
		all = append(all, text(id))
	}
	return all
}

func viewReseller(r resellers.Reseller) resellerView {
	return resellerView{ID: text(r.ID), Account: r.Account(), Name: r.Name, Phone: string(r.Phone), Language: string(r.Lang), State: r.State, ParentID: text(r.ParentID), Terms: r.Terms, Limit: viewAmount(r.Limit),
		Balance: viewAmount(r.Balance), Commission: r.Commission.String(), SiteIDs: texts(r.Sites), PlanIDs: texts(r.Plans), CreatedAt: stamp(r.CreatedAt)}
}

func (a *API) listResellers(q *call) (any, error) {
	before, limit, err := q.before()
	if err != nil {
		return nil, err
	}
	all, err := a.Resellers.Newest(q.ctx, before, limit+1)
	if err != nil {
		return nil, err
	}
	return seen(q, all, limit, func(r resellers.Reseller) int64 { return r.ID }, q.sellsAt, viewReseller), nil
}

func (a *API) getReseller(q *call) (any, error) {
	id, err := q.idOf()
	if err != nil {
		return nil, err
	}
	r, err := a.Resellers.Get(q.ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !q.sellsAt(r) {
		return nil, gone()
	}
	return viewReseller(r), err
}
