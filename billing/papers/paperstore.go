package papers

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/billing/pdf"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/site"
)

// purposeFacts is of the sealed part of a paper.
const purposeFacts = "papers.facts"

type paperRow struct {
	ID         int64
	Kind       string
	AboutID    int64
	CustomerID int64
	SiteID     int64
	Name       string
	BrandHash  string
	Facts      []byte
	LinkHash   string
	LinkUntil  time.Time
	MadeAt     time.Time
}

func (paperRow) TableName() string { return "papers" }

type brandRow struct {
	Hash      string `gorm:"primaryKey"`
	Name      string
	Accent    string
	AccentInk string
	Logo      []byte
	LogoType  string
}

func (brandRow) TableName() string { return "paper_brands" }

// insert stores a paper with what it wears. One of the same thing that is there already is given back instead; of a statement, one that says the same.
func (s *Service) insert(tx *db.Tx, p Paper, b site.Brand) (Paper, error) {
	wears := worn(b)
	wears.Logo = append([]byte{}, wears.Logo...) // the column is never NULL
	p.ID, p.brandHash, p.linkHash, p.LinkUntil, p.MadeAt = tx.ID(), hashOf(wears), digest(p.facts.Link), s.linkUntil(), s.Clock.Now()
	says, err := p.says()
	if err != nil {
		return p, err
	}
	if p.Kind == Statement && p.AboutID == 0 {
		p.AboutID = s.mark(says)
	}
	body, err := json.Marshal(p.facts)
	if err != nil {
		return p, fault.Wrap(fault.Internal, "internal", err)
	}
	sealed, err := s.Keys.Seal(purposeFacts, body)
	if err != nil {
		return p, err
	}
	once := func() *gorm.DB { return tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}) }
	if err := once().Create(&brandRow{p.brandHash, wears.Name, wears.Accent, wears.AccentInk, wears.Logo, wears.LogoType}).Error; err != nil {
		return p, db.Fault(err)
	}
	row := paperRow{p.ID, string(p.Kind), p.AboutID, p.CustomerID, p.SiteID, p.Name, p.brandHash, sealed, p.linkHash, p.LinkUntil, p.MadeAt}
	if err := once().Create(&row).Error; err != nil {
		return p, db.Fault(err)
	}
	there, err := s.paper(tx.Gorm().Where("kind = ? AND about_id = ?", p.Kind, p.AboutID))
	if err != nil || p.Kind != Statement || there.ID == p.ID {
		return there, err
	}
	if same, err := there.says(); err != nil || same == says {
		return there, err
	}
	p.AboutID = p.ID // two contents have one mark
	return s.insert(tx, p, b)
}

// says is all that a paper tells, and what it wears, but for its link.
func (p Paper) says() (string, error) {
	p.facts.Link = ""
	body, err := json.Marshal([]any{p.CustomerID, p.Name, p.brandHash, p.facts})
	if err != nil {
		return "", fault.Wrap(fault.Internal, "internal", err)
	}
	return string(body), nil
}

// mark is a number by which a content is found again.
func (s *Service) mark(says string) int64 {
	sum, _ := hex.DecodeString(s.Keys.Lookup("papers.statement", says)) // made of hexadecimal digits
	return int64(binary.BigEndian.Uint64(sum) >> 1)
}

func (s *Service) paper(g *gorm.DB) (Paper, error) {
	var r paperRow
	if err := g.Take(&r).Error; err != nil {
		err = db.Fault(err)
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "paper.unknown")
		}
		return Paper{}, err
	}
	p := Paper{ID: r.ID, Kind: Kind(r.Kind), AboutID: r.AboutID, CustomerID: r.CustomerID, SiteID: r.SiteID, Name: r.Name, brandHash: r.BrandHash, linkHash: r.LinkHash,
		LinkUntil: r.LinkUntil.UTC(), MadeAt: r.MadeAt.UTC()}
	body, err := s.Keys.Open(purposeFacts, r.Facts)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(body, &p.facts); err != nil {
		return p, fault.Wrap(fault.Internal, "internal", err)
	}
	return p, nil
}

func (s *Service) byID(ctx context.Context, id int64) (Paper, error) {
	return s.paper(s.DB.Read(ctx).Where("id = ?", id))
}

func (s *Service) byAbout(ctx context.Context, kind Kind, aboutID int64) (Paper, error) {
	return s.paper(s.DB.Read(ctx).Where("kind = ? AND about_id = ?", kind, aboutID))
}

func (s *Service) byLink(ctx context.Context, hash string) (Paper, error) {
	return s.paper(s.DB.Read(ctx).Where("link_hash = ?", hash))
}

func (s *Service) setLinkUntil(tx *db.Tx, id int64, until time.Time) error {
	return db.Fault(tx.Gorm().Exec("UPDATE papers SET link_until = ? WHERE id = ?", until, id).Error)
}

func (s *Service) brand(ctx context.Context, hash string) (pdf.Brand, error) {
	var r brandRow
	err := s.DB.Read(ctx).Where("hash = ?", hash).Take(&r).Error
	return pdf.Brand{Name: r.Name, Accent: r.Accent, AccentInk: r.AccentInk, Logo: r.Logo, LogoType: r.LogoType}, db.Fault(err)
}

// Latest are the papers of a customer, the newest first.
func (s *Service) latest(ctx context.Context, customerID int64, kind Kind, limit int) (all []Paper, err error) {
	var ids []int64
	err = s.DB.Read(ctx).Model(&paperRow{}).Where("customer_id = ? AND kind = ?", customerID, kind).Order("id DESC").Limit(limit).Pluck("id", &ids).Error
	if err != nil {
		return nil, db.Fault(err)
	}
	for _, id := range ids {
		p, err := s.byID(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}
