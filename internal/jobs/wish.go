package jobs

import "mtandao/internal/db"

// wish says, in the transaction of a fact, whether its subscriber wants to be told.
type wish func(tx *db.Tx) (bool, error)

// OnWish is On for a subscriber that mostly wants nothing: no row is written unless wanted says so in the transaction of the fact.
func (q *Queue) OnWish(fact, subscriber string, wanted func(tx *db.Tx) (bool, error), h Handler) {
	q.On(fact, subscriber, h)
	q.wishes[fact+"/"+subscriber] = wanted
}

func (q *Queue) wished(tx *db.Tx, fact, subscriber string) (bool, error) {
	wanted := q.wishes[fact+"/"+subscriber]
	if wanted == nil {
		return true, nil
	}
	return wanted(tx)
}
