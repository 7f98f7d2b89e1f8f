package customers

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

func customersOf(from *gorm.DB) (all []Customer, err error) {
	var rows []customerRow
	err = from.Find(&rows).Error
	for _, r := range rows {
		all = append(all, r.customer())
	}
	return all, db.Fault(err)
}

// narrow applies a filter but for what was typed, the tag and the sites.
func (f Filter) narrow(from *gorm.DB) *gorm.DB {
	from = from.Where("c.state = ?", string(f.State))
	if f.Segment != "" {
		from = from.Where("c.segment = ?", string(f.Segment))
	}
	return from
}

// among is narrow, and applies the sites.
func (f Filter) among(from *gorm.DB) *gorm.DB {
	if from = f.narrow(from); f.Sites != nil {
		from = from.Where("c.site_id IN ?", f.Sites)
	}
	return from
}

// then joins a table so that the database begins with the one that is named before it. Left to itself it would begin with the customers of a
// state, which are nearly all.
func (s *Service) then() string {
	if s.DB.Dialect() == db.MySQL {
		return "STRAIGHT_JOIN"
	}
	return "CROSS JOIN"
}

// along has MariaDB read a page within one index: told that all before it is of one value, it would read them all up to where the page begins, and of two conditions all that
// meets both.
func (s *Service) along(table, index string) string {
	if s.DB.Dialect() == db.MySQL {
		return table + " FORCE INDEX (" + index + ")"
	}
	return table
}

// fewFound rows are read and sorted in no time. Tests take less.
var fewFound = 2_000

// few says whether a condition leaves no more than fewFound rows.
func few(from *gorm.DB, key string) (bool, error) {
	var beyond []int64
	err := from.Limit(1).Offset(fewFound).Pluck(key, &beyond).Error
	return len(beyond) == 0, db.Fault(err)
}

func (s *Service) newestAt(ctx context.Context, f Filter, site *int64) ([]Customer, error) {
	index := "customers_state"
	switch {
	case site != nil:
		index = "customers_site"
	case f.Segment != "":
		index = "customers_segment"
	}
	from, key := s.DB.Read(ctx).Table(s.along("customers c", index)).Select("c.*"), "c.id"
	if f.Tag != "" {
		rare, err := few(s.DB.Read(ctx).Table("customer_tags").Where("tag = ?", f.Tag), "customer_id")
		switch {
		case err != nil:
			return nil, err
		case rare:
			from, key = s.DB.Read(ctx).Table(s.along("customer_tags t", "customer_tags_tag")).Select("c.*").Joins(s.then()+" customers c ON c.id = t.customer_id").Where("t.tag = ?", f.Tag), "t.customer_id"
		default: // nearly all may have it, and few be of the state or the segment
			from = from.Joins(s.then()+" customer_tags t ON t.customer_id = c.id AND t.tag = ?", f.Tag)
		}
	}
	from = f.narrow(from)
	if site != nil {
		from = from.Where("c.site_id = ?", *site)
	}
	if f.Before != 0 {
		from = from.Where(key+" < ?", f.Before)
	}
	return customersOf(from.Order(key + " DESC").Limit(f.Limit + 1))
}

// numbersFrom lists customers whose numbers begin with these digits.
func (s *Service) numbersFrom(ctx context.Context, f Filter, digits string) ([]Customer, error) {
	from := f.among(s.DB.Read(ctx).Table("customer_numbers n").Select("c.*").Joins(s.then()+" customers c ON c.id = n.customer_id")).Where("n.number_key >= ? AND n.number_key < ? AND n.kind = ?", digits, digits+":", numberOwn) // a colon comes after 9
	return customersOf(from.Order("n.number_key").Limit(f.Limit))
}

func (s *Service) numbered(ctx context.Context, numbers []string, limit int) ([]Customer, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	return customersOf(s.DB.Read(ctx).Where("number IN ? AND state <> ?", numbers, string(Merged)).Order("number").Limit(limit))
}

type namedRow struct {
	Row  customerRow `gorm:"embedded"`
	Word string
}

// namesFrom are the words of the names of those whom a filter leaves: read from the words, or from the customers where they are few.
func (s *Service) namesFrom(ctx context.Context, f Filter) (*gorm.DB, error) {
	index := "customers_state"
	switch {
	case f.Sites != nil:
		index = "customers_site"
	case f.Segment != "":
		index = "customers_segment"
	}
	from := s.along("customers c", index)
	rare, err := few(f.among(s.DB.Read(ctx).Table(from)), "c.id")
	read := s.DB.Read(ctx).Select("c.*, w.word")
	if rare {
		return f.among(read.Table(from).Joins(s.then() + " customer_words w ON w.customer_id = c.id")), err
	}
	return f.among(read.Table("customer_words w").Joins(s.then() + " customers c ON c.id = w.customer_id")), err
}

// named lists customers of whose names each typed word begins a word, by the word that the first of them begins. A name that it begins
// twice stands in the list once.
func (s *Service) named(ctx context.Context, f Filter, words []string) (Page, error) {
	words = slices.Clone(words)
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) }) // the longest leads to the fewest
	first := words[0]
	from, err := s.namesFrom(ctx, f)
	if err != nil {
		return Page{}, err
	}
	from = from.Where("w.word >= ? AND w.word < ?", first, first+"~").
		Where("NOT EXISTS (SELECT 1 FROM customer_words e WHERE e.customer_id = w.customer_id AND e.word >= ? AND e.word < w.word)", first)
	for _, word := range words[1:] {
		from = from.Where("EXISTS (SELECT 1 FROM customer_words m WHERE m.customer_id = w.customer_id AND m.word >= ? AND m.word < ?)", word, word+"~")
	}
	if f.Tag != "" {
		from = from.Where("EXISTS (SELECT 1 FROM customer_tags t WHERE t.customer_id = w.customer_id AND t.tag = ?)", f.Tag)
	}
	if word, id, ok := strings.Cut(f.After, " "); ok {
		after, _ := strconv.ParseInt(id, 10, 64)
		from = from.Where("(w.word > ? OR w.word = ? AND w.customer_id > ?) AND w.word >= ?", word, word, after, word)
	}
	var rows []namedRow
	if err := from.Order("w.word, w.customer_id").Limit(f.Limit + 1).Scan(&rows).Error; err != nil {
		return Page{}, db.Fault(err)
	}
	var p Page
	for i, r := range rows {
		if i == f.Limit {
			last := rows[i-1]
			p.Next = last.Word + " " + id(last.Row.ID)
			break
		}
		p.Customers = append(p.Customers, r.Row.customer())
	}
	return p, nil
}

// Children lists the accounts that are parts of one.
func (s *Service) Children(ctx context.Context, customerID int64) ([]Customer, error) {
	return customersOf(s.DB.Read(ctx).Where("parent_id = ?", customerID).Order("id").Limit(200))
}

// PaidFor lists the accounts that one pays the bills of, beside its own.
func (s *Service) PaidFor(tx *db.Tx, customerID int64) ([]Customer, error) {
	return customersOf(tx.Gorm().Where("parent_id = ? AND parent_pays = ?", customerID, 1).Order("id").Limit(mostPaidFor))
}

const mostPaidFor = 2_000

// AllTags lists the tags in use; the first hundred by name.
func (s *Service) AllTags(ctx context.Context) (all []string, err error) {
	err = s.DB.Read(ctx).Model(&tagRow{}).Distinct("tag").Order("tag").Limit(100).Pluck("tag", &all).Error
	return all, db.Fault(err)
}

// FirstPhones are the first phones of customers, for a list of them.
func (s *Service) FirstPhones(ctx context.Context, ids []int64) (map[int64]Phone, error) {
	var rows []contactRow
	if len(ids) == 0 {
		return nil, nil
	}
	if err := s.DB.Read(ctx).Where("customer_id IN ? AND kind = ?", ids, string(ByPhone)).Order("id DESC").Limit(len(ids) * mostContacts).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	phones := map[int64]Phone{}
	for _, r := range rows {
		value, err := s.Keys.Open(purposeContact, r.Value)
		if err != nil {
			return nil, err
		}
		phones[r.CustomerID] = Phone(value)
	}
	return phones, nil
}
