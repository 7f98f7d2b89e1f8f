package mikrotik

import "mtandao/radius/routers"

// Dialect is RouterOS's hotspot.
type Dialect struct{ pool pool }

var _ routers.Dialect = (*Dialect)(nil)

// New makes the dialect; its API connections are opened when first needed and kept.
func New() *Dialect { return &Dialect{pool: pool{seat: map[int64]*seat{}}} }

// Name is routers.MikroTik.
func (*Dialect) Name() string { return routers.MikroTik }

// Close ends the API connections.
func (d *Dialect) Close() error {
	d.pool.close()
	return nil
}
