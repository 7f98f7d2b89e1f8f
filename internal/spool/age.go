package spool

import "time"

// ages remembers when waiting records arrived, one mark a second, so that the age of the oldest needs neither the disk
// nor a place in memory per record.
type ages []mark

type mark struct {
	seq uint64
	at  time.Time
}

func (a *ages) add(seq uint64, at time.Time) {
	if n := len(*a); n > 0 && at.Sub((*a)[n-1].at).Abs() < time.Second {
		return
	}
	*a = append(*a, mark{seq, at})
}

// forget drops the marks of records up to cursor, but keeps the one that covers the record behind it; last is the
// newest record there is.
func (a *ages) forget(cursor, last uint64) {
	if cursor >= last {
		*a = nil
	}
	for len(*a) > 1 && (*a)[1].seq <= cursor+1 {
		*a = (*a)[1:]
	}
}

func (a ages) oldest() time.Time {
	if len(a) == 0 {
		return time.Time{}
	}
	return a[0].at
}
