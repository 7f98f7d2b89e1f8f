package billing

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// SetAside is a message of a rail that could not be taken in for trouble of ours, without its body.
type SetAside struct {
	ID               int64
	Kind, From, Note string
	ReceivedAt       time.Time
}

const mostSetAside = 200

// SetAsides lists the messages that were set aside, the newest first, before an id.
func (s *Service) SetAsides(ctx context.Context, before int64, limit int) ([]SetAside, error) {
	return s.setAsides(ctx, before, max(1, min(limit, mostSetAside)))
}

// TakeInAgain tries a message now that was set aside; fault.Conflict "conflict" when it is not.
func (s *Service) TakeInAgain(tx *db.Tx, messageID int64) error {
	isAside, err := isSetAside(tx, messageID)
	if err == nil && !isAside {
		err = fault.New(fault.Conflict, "conflict")
	}
	if err != nil {
		return err
	}
	hurried, err := s.Jobs.Hurry(tx, factMessageFailed, id(messageID))
	if err != nil || hurried {
		return err
	}
	return s.Jobs.Emit(tx, factMessageFailed, id(messageID), messageFact{MessageID: messageID})
}
