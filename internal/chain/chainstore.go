package chain

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

// unchained lists items without a link that are old enough, in order of their ids.
func (c *Chain) unchained(ctx context.Context, before time.Time) (ids []int64, err error) {
	err = c.DB.Read(ctx).Table(c.Items).Where("at <= ? AND id > (SELECT COALESCE(MIN(newest), 0) FROM (SELECT "+c.column()+
		" - ? AS newest FROM "+c.Links+" ORDER BY seq DESC LIMIT 1) AS h) AND "+c.noLink(), before, lookBack).
		Order("id").Limit(batch).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

func (c *Chain) noLink() string {
	return "NOT EXISTS (SELECT 1 FROM " + c.Links + " WHERE " + c.Links + "." + c.column() + " = " + c.Items + ".id)"
}

func (c *Chain) headTx(tx *db.Tx) (link, error) { return c.newest(tx.Gorm()) }

func (c *Chain) head(ctx context.Context) (link, error) { return c.newest(c.DB.Read(ctx)) }

func (c *Chain) newest(g *gorm.DB) (link, error) {
	var links []link
	err := g.Table(c.Links).Select(c.columns()).Order("seq DESC").Limit(1).Scan(&links).Error
	if err != nil || len(links) == 0 {
		return link{}, db.Fault(err)
	}
	return links[0], nil
}

// column of the links that names the item.
func (c *Chain) column() string { return c.Item + "_id" }

func (c *Chain) columns() string { return "seq, " + c.column() + " AS item, previous, hash" }

func (c *Chain) insert(tx *db.Tx, k link) error {
	return db.Fault(tx.Gorm().Exec("INSERT INTO "+c.Links+" (seq, "+c.column()+", previous, hash) VALUES (?, ?, ?, ?)",
		k.Seq, k.Item, k.Previous, k.Hash).Error)
}

func (c *Chain) links(ctx context.Context, after int64) (links []link, err error) {
	err = c.DB.Read(ctx).Table(c.Links).Select(c.columns()).Where("seq > ?", after).Order("seq").Limit(page).Scan(&links).Error
	return links, db.Fault(err)
}

// item is one row of what is chained, as the proof sees it.
type item struct {
	ID     int64
	At     time.Time
	Linked bool
}

func (c *Chain) items(ctx context.Context, after int64) (items []item, err error) {
	err = c.DB.Read(ctx).Table(c.Items).Select("id, at, NOT "+c.noLink()+" AS linked").Where("id > ?", after).
		Order("id").Limit(page).Scan(&items).Error
	return items, db.Fault(err)
}

func (c *Chain) hashAt(ctx context.Context, seq int64) (string, error) {
	var hashes []string
	err := c.DB.Read(ctx).Table(c.Links).Where("seq = ?", seq).Limit(1).Pluck("hash", &hashes).Error
	if err != nil || len(hashes) == 0 {
		return "", db.Fault(err)
	}
	return hashes[0], nil
}
