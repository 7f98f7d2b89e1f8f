package app

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// clockSkew is how far this machine is ahead of the database server; MariaDB only.
func (m *Main) clockSkew(ctx context.Context) (time.Duration, error) {
	var milliseconds int64
	err := m.DB.Read(ctx).Raw("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)").Scan(&milliseconds).Error
	return m.Clock.Now().Sub(time.UnixMilli(milliseconds)), db.Fault(err)
}
