package mikrotik

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// Configuration is what a router is set to, as its API tells: the items of each menu, by the menu's API path. Secrets are
// not in it.
type Configuration map[string][]map[string]string

// readMenus are the menus that the linter and the search for drift look at. A router may lack some of them.
var readMenus = strings.Fields(`/system/clock /system/ntp/client /system/ntp/client/servers /system/resource /system/scheduler /interface/bridge/port /interface/wireguard
/interface/list /interface/wireguard/peers /interface/pppoe-server/server /ip/address /ip/route /ip/pool /ip/dns /ip/proxy /ip/socks /ip/service
/ip/dhcp-server /ip/dhcp-server/network /ip/dhcp-server/option /ip/hotspot /ip/hotspot/profile /ip/hotspot/user
/ip/hotspot/user/profile /ip/hotspot/ip-binding /ip/hotspot/walled-garden /ip/hotspot/walled-garden/ip /ip/firewall/filter
/ip/firewall/nat /ip/firewall/address-list /ipv6/settings /ipv6/address /ipv6/firewall/filter /ppp/profile /ppp/secret /ppp/aaa /radius /radius/incoming /user /user/group`)

// narrow are menus with many items, or with properties that are slow to read: only what is needed is asked for.
var narrow = map[string]string{
	"/ip/hotspot/user": ".id,name,profile,comment,disabled,default,dynamic",
	"/ppp/secret":      ".id,name,profile,service,comment,disabled",
}

// some are the items that are read of menus in which others may keep a hundred thousand.
var some = map[string]string{"/ip/firewall/address-list": "?list=" + portalList}

// secretNames are left out even where the account could read them.
var secretNames = []string{"password", "secret", "private-key", "preshared-key", "mac-auth-password"}

// mostAtOnce are the menus that are asked for side by side: far routers answer late.
const mostAtOnce = 6

// Read asks a router for its configuration. What changes while it is read may be half in it.
func (d *Dialect) Read(ctx context.Context, r routers.Router) (Configuration, error) {
	var asking errgroup.Group
	asking.SetLimit(mostAtOnce)
	found := make([][]map[string]string, len(readMenus))
	for i, menu := range readMenus {
		asking.Go(func() (err error) {
			found[i], err = d.readMenu(ctx, r, menu)
			return err
		})
	}
	if err := asking.Wait(); err != nil {
		return nil, err
	}
	c := Configuration{}
	for i, menu := range readMenus {
		if found[i] != nil {
			c[menu] = found[i]
		}
	}
	if c["/ip/hotspot"] == nil && c["/radius"] == nil && len(c["/user"]) == 0 {
		return nil, fault.New(fault.Denied, "router.refused")
	}
	return c, nil
}

// readMenu lists the items of a menu, without their secrets; nil when the router lacks it.
func (d *Dialect) readMenu(ctx context.Context, r routers.Router, menu string) ([]map[string]string, error) {
	sentence := []string{menu + "/print"}
	if names := narrow[menu]; names != "" {
		sentence = append(sentence, "=.proplist="+names)
	}
	if query := some[menu]; query != "" {
		sentence = append(sentence, query)
	}
	reply, err := d.pool.ask(ctx, r, sentence...)
	if lacksMenu(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	items := []map[string]string{}
	for _, row := range reply.Re {
		if id, has := row.Map[".id"]; has && !isID.MatchString(id) {
			return nil, commandFault(fmt.Errorf("%w: an item with the id %.20q", errProtocol, id))
		}
		for _, name := range secretNames {
			delete(row.Map, name)
		}
		items = append(items, row.Map)
	}
	return items, nil
}

// isID is how RouterOS names an item. Ids stand unquoted in commands that people paste, so no router may write one there.
var isID = regexp.MustCompile(`^\*[0-9A-Fa-f]{1,16}$`)

func lacksMenu(err error) bool {
	var refusal *DeviceError
	return errors.As(err, &refusal) && !errors.Is(err, ErrClosed) && strings.Contains(refusal.Message, "no such command")
}

// LoginHosts asks a router for those of its hotspots.
func (d *Dialect) LoginHosts(ctx context.Context, r routers.Router) ([]string, error) {
	c := Configuration{}
	for _, menu := range []string{"/ip/hotspot", "/ip/hotspot/profile"} {
		items, err := d.readMenu(ctx, r, menu)
		if err != nil {
			return nil, err
		}
		c[menu] = items
	}
	return c.LoginHosts(), nil
}

// LoginHosts are the hosts that a log-in address of the router's hotspots may have: the name and address of each profile
// in use.
func (c Configuration) LoginHosts() (hosts []string) {
	for _, server := range c.live("/ip/hotspot") {
		profile := c.one("/ip/hotspot/profile", "name", server["profile"])
		for _, host := range []string{profile["dns-name"], profile["hotspot-address"]} {
			if host != "" && host != "0.0.0.0" && !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

// one is the first item whose property has that value; nil, which reads as empty, when there is none.
func (c Configuration) one(menu, name, value string) map[string]string {
	for _, item := range c[menu] {
		if item[name] == value {
			return item
		}
	}
	return nil
}

// single are the values of a menu without items.
func (c Configuration) single(menu string) map[string]string {
	if len(c[menu]) == 0 {
		return nil
	}
	return c[menu][0]
}

// without are the items whose property has another value.
func (c Configuration) without(menu, name, value string) (others []map[string]string) {
	for _, item := range c[menu] {
		if item[name] != value {
			others = append(others, item)
		}
	}
	return others
}

// live are the items that are switched on.
func (c Configuration) live(menu string) []map[string]string {
	return c.without(menu, "disabled", "true")
}

// fastTracks are the places, in the filter, of rules that send forwarded packets past the queues.
func (c Configuration) fastTracks() (places []int) {
	for i, rule := range c["/ip/firewall/filter"] {
		if rule["action"] == "fasttrack-connection" && rule["chain"] == "forward" && rule["disabled"] != "true" && rule["dynamic"] != "true" {
			places = append(places, i)
		}
	}
	return places
}
