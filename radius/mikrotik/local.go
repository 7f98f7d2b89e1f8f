package mikrotik

import (
	"context"
	"strings"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// Items lists the items of menus as the router has them, secrets with them where our account may see those: it needs the policy "sensitive".
func (d *Dialect) Items(ctx context.Context, r routers.Router, menus ...string) (map[string][]map[string]string, error) {
	all := map[string][]map[string]string{}
	for _, menu := range menus {
		reply, err := d.pool.ask(ctx, r, menu+"/print")
		if lacksMenu(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, row := range reply.Re {
			all[menu] = append(all[menu], row.Map)
		}
	}
	return all, nil
}

// Switch switches items of a menu off or on, with one command: the router does all of it or nothing. fault.Invalid when an id is none.
func (d *Dialect) Switch(ctx context.Context, r routers.Router, menu string, ids []string, off bool) error {
	for _, id := range ids {
		if !isID.MatchString(id) {
			return fault.New(fault.Internal, "internal")
		}
	}
	disabled := "no"
	if off {
		disabled = "yes"
	}
	_, err := d.pool.tell(ctx, r, menu+"/set", "=.id="+strings.Join(ids, ","), "=disabled="+disabled)
	return err
}
