package routers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

const (
	presharedPurpose = "router.tunnel_preshared"
	leaseAttempts    = 50
)

type tunnelRow struct {
	RouterID        int64 `gorm:"primaryKey"`
	Address         string
	PublicKey       string
	PresharedSealed []byte
	Generation      int64 // the newest of our keys that the router was seen with; 0: never seen
	HandshakeAt     *time.Time
	Node            string // whose handshake that was
}

func (tunnelRow) TableName() string { return "router_tunnels" }

func (w tunnelRow) tunnel(keys *seal.Keys) (t Tunnel, err error) {
	if t.Address, err = netip.ParseAddr(w.Address); err != nil {
		return Tunnel{}, err
	}
	if t.Public, err = ParseTunnelKey(w.PublicKey); err != nil {
		return Tunnel{}, err
	}
	if len(w.PresharedSealed) == 0 {
		return t, nil
	}
	plain, err := keys.Open(presharedPurpose, w.PresharedSealed)
	if err != nil || len(plain) != len(t.Preshared) {
		return Tunnel{}, errors.Join(err, fault.New(fault.Internal, "router.tunnel_key"))
	}
	t.Preshared = TunnelKey(plain)
	return t, nil
}

// loadTunnels fills in how these routers call home; one whose preshared key cannot be opened is served without a tunnel
// and named in the error.
func (s *Service) loadTunnels(read *gorm.DB, ids []int64, loaded []Router) (err error) {
	var rows []tunnelRow
	if err := read.Where("router_id IN ?", ids).Find(&rows).Error; err != nil {
		return db.Fault(err)
	}
	for _, w := range rows {
		i := slices.IndexFunc(loaded, func(r Router) bool { return r.ID == w.RouterID })
		if i < 0 {
			continue
		}
		tunnel, e := w.tunnel(s.keys)
		if e != nil {
			err = errors.Join(err, fmt.Errorf("tunnel of router %q: %w", loaded[i].Name, e))
			continue
		}
		loaded[i].Tunnel = tunnel
	}
	return err
}

// raiseVersion is the lock under which a router's tunnel changes, and tells every node of it.
func raiseVersion(tx *db.Tx, id int64) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE routers SET version = version + 1 WHERE id = ? AND state = ?", id, StateActive))
	if err != nil {
		return db.Fault(err)
	}
	if !won {
		return unknown()
	}
	return nil
}

func dropTunnel(tx *db.Tx, id int64) error {
	return db.Fault(tx.Gorm().Where("router_id = ?", id).Delete(&tunnelRow{}).Error)
}

func (s *Service) storeTunnel(tx *db.Tx, id int64, public, preshared TunnelKey) (netip.Addr, error) {
	if err := raiseVersion(tx, id); err != nil {
		return netip.Addr{}, err
	}
	w := tunnelRow{RouterID: id, PublicKey: public.String()}
	if !preshared.IsZero() {
		var err error
		if w.PresharedSealed, err = s.keys.Seal(presharedPurpose, preshared[:]); err != nil {
			return netip.Addr{}, err
		}
	}
	if holder, err := holderOf(tx, w.PublicKey); err != nil || holder != 0 && holder != id {
		return netip.Addr{}, tunnelKeyTaken(err)
	}
	var had tunnelRow
	err := tx.Gorm().Where("router_id = ?", id).Take(&had).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return lease(tx, w)
	}
	if err != nil {
		return netip.Addr{}, db.Fault(err)
	}
	err = tx.Gorm().Exec("UPDATE router_tunnels SET generation = CASE WHEN public_key = ? THEN generation ELSE 0 END, "+
		"public_key = ?, preshared_sealed = ? WHERE router_id = ?", w.PublicKey, w.PublicKey, w.PresharedSealed, id).Error
	if db.IsDuplicate(err) {
		return netip.Addr{}, tunnelKeyTaken(nil)
	}
	if err != nil {
		return netip.Addr{}, db.Fault(err)
	}
	return netip.ParseAddr(had.Address)
}

func holderOf(tx *db.Tx, publicKey string) (int64, error) {
	var ids []int64
	err := tx.Gorm().Model(&tunnelRow{}).Where("public_key = ?", publicKey).Limit(1).Pluck("router_id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, db.Fault(err)
	}
	return ids[0], nil
}

func tunnelKeyTaken(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "router.tunnel_key_taken")
}

// lease takes a free address; the unique key refuses one that another transaction took first, on any node.
func lease(tx *db.Tx, w tunnelRow) (netip.Addr, error) {
	for range leaseAttempts {
		address, err := freeAddress(tx)
		if err != nil {
			return netip.Addr{}, err
		}
		w.Address = address.String()
		err = tx.Gorm().Create(&w).Error
		if err == nil {
			return address, nil
		}
		if !db.IsDuplicate(err) {
			return netip.Addr{}, db.Fault(err)
		}
		if holder, err := holderOf(tx, w.PublicKey); err != nil || holder != 0 {
			return netip.Addr{}, tunnelKeyTaken(err)
		}
	}
	return netip.Addr{}, fault.New(fault.Unavailable, "router.tunnel_full")
}

// freeAddress is the first free one from a random place on: those who lease at once do not contend for the same one, and
// one given back is not soon somebody else's.
func freeAddress(tx *db.Tx) (netip.Addr, error) {
	var texts []string
	if err := tx.Gorm().Model(&tunnelRow{}).Limit(1<<16).Pluck("address", &texts).Error; err != nil {
		return netip.Addr{}, db.Fault(err)
	}
	taken := make(map[string]bool, len(texts))
	for _, text := range texts {
		taken[text] = true
	}
	const first, last = 2, 1<<16 - 2 // 0 is the network, 1 is ours, the last is for broadcasts
	base := TunnelRange.Addr().As4()
	start := rand.IntN(last - first + 1)
	for n := range last - first + 1 {
		host := first + (start+n)%(last-first+1)
		address := netip.AddrFrom4([4]byte{base[0], base[1], byte(host >> 8), byte(host)})
		if !taken[address.String()] {
			return address, nil
		}
	}
	return netip.Addr{}, fault.New(fault.Conflict, "router.tunnel_full")
}

// SawTunnel writes down handshakes; older ones than are stored change nothing.
func (s *Service) SawTunnel(ctx context.Context, seen map[int64]TunnelSeen) error {
	var ids []int64
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids) // every node locks in the same order
	for part := range slices.Chunk(ids, chunk) {
		err := s.db.InTx(ctx, func(tx *db.Tx) error { return storeSeen(tx, part, seen) })
		if err != nil {
			return err
		}
	}
	return nil
}

func storeSeen(tx *db.Tx, ids []int64, seen map[int64]TunnelSeen) error {
	for _, id := range ids {
		err := tx.Gorm().Exec("UPDATE router_tunnels SET generation = CASE WHEN generation < ? THEN ? ELSE generation END, handshake_at = ?, node = ? "+
			"WHERE router_id = ? AND (handshake_at IS NULL OR handshake_at < ?)",
			seen[id].Generation, seen[id].Generation, seen[id].At, seen[id].Node, id, seen[id].At).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// TunnelsSeen are the stored handshakes of all routers that call home, by router.
func (s *Service) TunnelsSeen(ctx context.Context) (map[int64]TunnelSeen, error) {
	var rows []tunnelRow
	err := s.db.Read(ctx).Select("router_id", "generation", "handshake_at", "node").Limit(mostRouters).Find(&rows).Error
	if err != nil {
		return nil, db.Fault(err)
	}
	all := make(map[int64]TunnelSeen, len(rows))
	for _, w := range rows {
		all[w.RouterID] = w.seen()
	}
	return all, nil
}

func (w tunnelRow) seen() TunnelSeen {
	seen := TunnelSeen{Generation: w.Generation, Node: w.Node}
	if w.HandshakeAt != nil {
		seen.At = w.HandshakeAt.UTC()
	}
	return seen
}

// CallsAnother says whether the router's tunnel was seen lately at another node than this one.
func (s *Service) CallsAnother(ctx context.Context, id int64, node string) (bool, error) {
	var rows []tunnelRow
	if err := s.db.Read(ctx).Select("router_id", "generation", "handshake_at", "node").Where("router_id = ?", id).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return false, db.Fault(err)
	}
	seen := rows[0].seen()
	fresh := clock.System().Now().Sub(seen.At) < tunnelFresh // handshakes are on the machine's clock
	return fresh && seen.Node != "" && seen.Node != node, nil
}
