package router

import (
	"slices"
	"strconv"
)

// BareConfiguration is a router as it leaves the factory, of a version such as "7.19.4" or "6.49.18": one bridge for the
// inside with DHCP, the first port outside, the last two free, and MikroTik's default firewall.
func BareConfiguration(version string) *Configuration {
	c := newConfiguration(version)
	c.born()
	c.mustRun(factory)
	if c.major == "7" {
		c.mustRun(factorySeven)
	}
	return c
}

// UsedConfiguration is a router that already sells: a hotspot with local users, a PPPoE server, and another program's
// RADIUS server.
func UsedConfiguration(version string) *Configuration {
	c := BareConfiguration(version)
	c.mustRun(used)
	return c
}

// born puts in what cannot be added: ports, services, and the items called default.
func (c *Configuration) born() {
	put := func(path string, values map[string]string) {
		c.lastID++
		full := c.schema[path].usual()
		for name, value := range values {
			full[name] = value
		}
		c.items[path] = append(c.items[path], &item{itemID(c.lastID), full})
	}
	for n := range 5 {
		put("/interface", map[string]string{"name": "ether" + strconv.Itoa(n+1), "type": "ether"})
	}
	for _, s := range [][2]string{{"telnet", "23"}, {"ftp", "21"}, {"www", "80"}, {"ssh", "22"}, {"api", "8728"}, {"winbox", "8291"}} {
		put("/ip/service", map[string]string{"name": s[0], "port": s[1]})
	}
	standard := map[string]string{"name": "default", "default": "true"}
	put("/ip/hotspot/profile", standard)
	put("/ip/hotspot/user/profile", standard)
	put("/ip/hotspot/user", map[string]string{"name": "default-trial", "default": "true"})
	put("/ppp/profile", standard)
	put("/ppp/profile", map[string]string{"name": "default-encryption", "default": "true", "use-encryption": "yes"})
	put("/user/group", map[string]string{"name": "full", "policy": "local,telnet,ssh,ftp,reboot,read,write,policy,test,winbox,password,web,sniff,sensitive,api"})
	put("/user", map[string]string{"name": "admin", "group": "full"})
	put("/file", map[string]string{"name": "flash", "type": "disk", "size": "0"})
}

// SetFact changes what a device says of itself: a licence level, a device-mode.
func (c *Configuration) SetFact(path, name, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.items[path][0].values[name] = value
}

// Lack takes a property out of the tree: what another version or package of RouterOS does not have.
func (c *Configuration) Lack(path, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.schema[path]
	m.properties = slices.DeleteFunc(m.properties, func(p property) bool { return p.name == name })
}

func (c *Configuration) mustRun(script string) {
	if _, err := c.Run(script); err != nil {
		panic(err)
	}
}

const factory = `
/interface bridge add name=bridge comment=defconf
/interface bridge port add bridge=bridge interface=ether2 comment=defconf
/interface bridge port add bridge=bridge interface=ether3 comment=defconf
/interface list add name=WAN comment=defconf
/interface list add name=LAN comment=defconf
/interface list member add list=WAN interface=ether1 comment=defconf
/interface list member add list=LAN interface=bridge comment=defconf
/ip address add address=192.168.88.1/24 network=192.168.88.0 interface=bridge comment=defconf
/ip pool add name=default-dhcp ranges=192.168.88.10-192.168.88.254
/ip dhcp-server add name=defconf interface=bridge address-pool=default-dhcp disabled=no
/ip dhcp-server network add address=192.168.88.0/24 gateway=192.168.88.1 dns-server=192.168.88.1 comment=defconf
/ip dns set allow-remote-requests=yes
/ip firewall filter
add chain=input action=accept connection-state=established,related,untracked comment="defconf: accept established,related,untracked"
add chain=input action=drop connection-state=invalid comment="defconf: drop invalid"
add chain=input action=accept protocol=icmp comment="defconf: accept ICMP"
add chain=input action=drop in-interface-list="!LAN" comment="defconf: drop all not coming from LAN"
add chain=forward action=fasttrack-connection connection-state=established,related comment="defconf: fasttrack"
add chain=forward action=accept connection-state=established,related,untracked comment="defconf: accept established,related, untracked"
add chain=forward action=drop connection-state=invalid comment="defconf: drop invalid"
/ip firewall nat add chain=srcnat action=masquerade out-interface-list=WAN comment="defconf: masquerade"
`

const factorySeven = `
/ipv6 firewall filter
add chain=input action=accept connection-state=established,related,untracked comment="defconf: accept established,related,untracked"
add chain=input action=drop in-interface-list="!LAN" comment="defconf: drop everything else not coming from LAN"
add chain=forward action=accept connection-state=established,related,untracked comment="defconf: accept established,related,untracked"
add chain=forward action=accept protocol=icmpv6 comment="defconf: accept ICMPv6"
add chain=forward action=drop in-interface-list="!LAN" comment="defconf: drop everything else not coming from LAN"
`

const used = `
/interface bridge add name=guests
/interface bridge port add bridge=guests interface=ether4
/ip address add address=10.5.50.1/24 interface=guests comment="hotspot network"
/ip pool add name=hs-pool-1 ranges=10.5.50.2-10.5.50.254
/ip dhcp-server add name=dhcp1 interface=guests address-pool=hs-pool-1 lease-time=1h disabled=no
/ip dhcp-server network add address=10.5.50.0/24 gateway=10.5.50.1 comment="hotspot network"
/ip hotspot profile add name=hsprof1 hotspot-address=10.5.50.1 dns-name=wifi.cafe login-by=http-chap,cookie,mac-cookie
/ip hotspot add name=hotspot1 interface=guests address-pool=hs-pool-1 profile=hsprof1 disabled=no
/ip hotspot user profile add name=day rate-limit=2M/2M
/ip hotspot user add name=admin password=admin
/ip hotspot user add name=voucher1 profile=day
/ip firewall nat add chain=srcnat action=masquerade src-address=10.5.50.0/24 comment="masquerade hotspot network"
/ip pool add name=homes ranges=10.6.0.2-10.6.0.254
/ppp profile add name=homes local-address=10.6.0.1 remote-address=homes rate-limit=5M/5M
/interface pppoe-server server add service-name=homes interface=ether5 default-profile=homes disabled=no
/ppp secret add name=house1 password=secret profile=homes service=pppoe
/radius add service=hotspot,ppp address=203.0.113.9 secret=old timeout=1s comment="old panel"
/radius incoming set accept=yes port=1700
/system clock set time-zone-name=Africa/Kampala
`
