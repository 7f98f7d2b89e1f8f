package status

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

type noticeRow struct {
	ID      int64
	Kind    string
	Sites   string
	English string
	Swahili string
	FromAt  time.Time
	UntilAt *time.Time
	EndedAt *time.Time
	DoneBy  string
	EndedBy string
}

func (noticeRow) TableName() string { return "status_notices" }

func (r noticeRow) notice() Notice {
	n := Notice{ID: r.ID, Kind: r.Kind, Texts: map[words.Lang]string{words.English: r.English, words.Swahili: r.Swahili}, From: r.FromAt.UTC(), Until: db.Instant(r.UntilAt), Ended: db.Instant(r.EndedAt),
		By: r.DoneBy, EndedBy: r.EndedBy}
	for text := range strings.FieldsSeq(r.Sites) {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			n.Sites = append(n.Sites, id)
		}
	}
	return n
}

func insertNotice(tx *db.Tx, n *Notice) error {
	var sites []string
	for _, id := range n.Sites {
		sites = append(sites, strconv.FormatInt(id, 10))
	}
	n.ID = tx.ID()
	return db.Fault(tx.Gorm().Create(&noticeRow{ID: n.ID, Kind: n.Kind, Sites: strings.Join(sites, " "), English: n.Texts[words.English], Swahili: n.Texts[words.Swahili], FromAt: n.From.UTC(),
		UntilAt: db.Nullable(n.Until), DoneBy: n.By}).Error)
}

// endNotice is false when it has ended.
func endNotice(tx *db.Tx, id int64, now time.Time, by string) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE status_notices SET ended_at = ?, ended_by = ? WHERE id = ? AND ended_at IS NULL", now.UTC(), by, id))
	return won, db.Fault(err)
}

// mostNotices bounds what is read of the last ninety days and of what is to come.
const mostNotices = 200

// Notices are those that began since some time before now, or are to begin, the latest beginning first.
func (s *Service) Notices(ctx context.Context) (all []Notice, err error) {
	var rows []noticeRow
	err = s.DB.Read(ctx).Where("from_at > ?", s.Clock.Now().Add(-noticesFor).UTC()).Order("from_at DESC, id DESC").Limit(mostNotices).Find(&rows).Error
	for _, r := range rows {
		all = append(all, r.notice())
	}
	return all, db.Fault(err)
}

// notice is one; fault.NotFound "status.unknown".
func (s *Service) notice(ctx context.Context, id int64) (Notice, error) {
	var r noticeRow
	if err := s.DB.Read(ctx).Where("id = ?", id).Limit(1).Find(&r).Error; err != nil {
		return Notice{}, db.Fault(err)
	}
	if r.ID == 0 {
		return Notice{}, fault.New(fault.NotFound, "status.unknown")
	}
	return r.notice(), nil
}
