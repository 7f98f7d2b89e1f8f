package router

import "strings"

// menu is what one level of RouterOS's command tree may hold.
type menu struct {
	path       string
	single     bool // one set of values, without items
	fixed      bool // its items can be set, not added or removed
	properties []property
}

// property of an item, with the value that a new one has.
type property struct {
	name, kind, usual string
	required, unique  bool
	refers            string // menu whose items it names
}

// Kinds of values. A secret is written and used, and shown to no API user without the policy "sensitive".
const (
	kindText   = "text"
	kindBool   = "bool"
	kindNumber = "num"
	kindTime   = "time"
	kindSecret = "secret"
	kindFact   = "fact" // read-only
	kindAge    = "age"  // a read-only time
	kindList   = "list" // several values, with commas between
)

func (m *menu) property(name string) (property, bool) {
	for _, p := range m.properties {
		if p.name == name {
			return p, true
		}
	}
	return property{}, false
}

// menus lists the tree as reference/mikrotik.md has it. After the path: "one" (single), "fixed" or "list", then "only6" or
// "only7" where only one major version has it; then name[:kind][!][^][@menu][=usual][~major] of each property (! must be
// given, ^ unique, @ names an item of that menu).
const menus = `
/system/identity one name=MikroTik
/system/resource one version:fact board-name:fact=Simulated architecture-name:fact=arm64 uptime:fact=1h
/system/license one software-id:fact=SIMU-LATE nlevel:fact=4
/system/device-mode one only7 mode:fact=advanced hotspot:fact=true fetch:fact=true scheduler:fact=true
/system/clock one time-zone-autodetect:bool=true time-zone-name=UTC
/system/ntp/client one enabled:bool=false mode=unicast~7 primary-ntp=0.0.0.0~6 server-dns-names~6
/system/ntp/client/servers list only7 address! disabled:bool=false
/system/script list name!^ source comment policy=read,write
/system/scheduler list name!^ interval:time=0s on-event start-time policy:list=read,write comment disabled:bool=false
/file list name!^ type=file contents size:fact
/interface fixed name^ type running:fact=true rx-byte:fact=0 tx-byte:fact=0 comment disabled:bool=false
/interface/bridge list name!^ protocol-mode=rstp comment disabled:bool=false
/interface/bridge/port list bridge! interface! comment disabled:bool=false
/interface/list list name!^ comment
/interface/list/member list list! interface! comment disabled:bool=false
/interface/wireguard list only7 name!^ mtu:num=1420 listen-port:num=13231 private-key:secret comment disabled:bool=false
/interface/wireguard/peers list only7 interface! public-key! preshared-key:secret endpoint-address endpoint-port:num=0 allowed-address persistent-keepalive:time=0s comment disabled:bool=false current-endpoint-address:fact current-endpoint-port:fact last-handshake:age
/interface/pppoe-server/server list service-name interface! default-profile@/ppp/profile=default authentication=pap,chap,mschap1,mschap2 one-session-per-host:bool=false keepalive-timeout:num=10 max-mtu=auto max-mru=auto disabled:bool=true
/ip/pool list name!^ ranges! next-pool=none comment~7
/ip/address list address! network interface! comment disabled:bool=false dynamic:fact=false
/ip/route list dst-address! gateway! distance:num=1 comment disabled:bool=false dynamic:fact=false
/ip/dns one servers allow-remote-requests:bool=false
/ip/proxy one enabled:bool=false port:num=8080
/ip/socks one enabled:bool=false port:num=1080
/ip/service fixed name^ port:num address:list disabled:bool=false
/ip/dhcp-server list name!^ interface! address-pool=static-only lease-time:time=30m disabled:bool=true
/ip/dhcp-server/network list address! gateway dns-server dhcp-option comment
/ip/dhcp-server/option list name!^ code:num! value force:bool=false~7
/ip/hotspot list name!^ interface! address-pool=none profile@/ip/hotspot/profile=default idle-timeout:time=5m keepalive-timeout:time=0s addresses-per-mac:num=2 disabled:bool=true
/ip/hotspot/profile list name!^ hotspot-address=0.0.0.0 dns-name html-directory=hotspot login-by:list=http-chap,cookie use-radius:bool=false radius-accounting:bool=true radius-interim-update=received nas-port-type=wireless-802.11 radius-mac-format=XX:XX:XX:XX:XX:XX mac-auth-mode=mac-as-username mac-auth-password:secret rate-limit http-cookie-lifetime:time=3d trial-uptime-limit:time=30m https-redirect:bool=true~6 default:fact=false
/ip/hotspot/user list name! password:secret profile@/ip/hotspot/user/profile=default server=all comment disabled:bool=false default:fact=false dynamic:fact=false
/ip/hotspot/user/profile list name!^ shared-users=1 idle-timeout=none keepalive-timeout=2m status-autorefresh:time=1m add-mac-cookie:bool=true mac-cookie-timeout:time=3d rate-limit transparent-proxy:bool=false open-status-page=always default:fact=false
/ip/hotspot/ip-binding list mac-address address to-address server=all type=regular comment disabled:bool=false
/ip/hotspot/walled-garden list dst-host dst-port path action=allow server=all comment disabled:bool=false
/ip/hotspot/walled-garden/ip list dst-host dst-address dst-address-list protocol dst-port action=accept server=all comment disabled:bool=false
/ip/firewall/address-list list list! address! comment disabled:bool=false dynamic:fact=false
/ip/firewall/filter list chain! action=accept protocol src-address dst-address src-address-list dst-address-list src-port dst-port in-interface out-interface in-interface-list out-interface-list connection-state connection-mark hotspot dst-limit hw-offload:bool=true~7 comment disabled:bool=false dynamic:fact=false
/ip/firewall/nat list chain! action=accept protocol src-address dst-address src-address-list dst-address-list dst-port in-interface out-interface out-interface-list to-addresses to-ports comment disabled:bool=false dynamic:fact=false
/ipv6/settings one only7 disable-ipv6:bool=false
/ipv6/address list only7 address! interface! advertise:bool=true comment disabled:bool=false dynamic:fact=false
/ipv6/firewall/filter list only7 chain! action=accept connection-state protocol src-address dst-address dst-port in-interface out-interface in-interface-list comment disabled:bool=false dynamic:fact=false
/ppp/profile list name!^ local-address remote-address dns-server rate-limit only-one=default change-tcp-mss=default use-encryption=default use-compression=default use-mpls=default comment default:fact=false
/ppp/secret list name! password:secret service=any profile@/ppp/profile=default comment disabled:bool=false
/ppp/aaa one use-radius:bool=false accounting:bool=true interim-update:time=0s
/radius list service:list address! secret:secret authentication-port:num=1812 accounting-port:num=1813 timeout:time=1s100ms src-address=0.0.0.0 require-message-auth=yes-for-request-resp~7 comment disabled:bool=false
/radius/incoming one accept:bool=false port:num=1700
/user list name!^ group!@/user/group password:secret address comment disabled:bool=false
/user/group list name!^ policy:list comment
`

// schemaOf is the tree of a major version.
func schemaOf(major string) map[string]*menu {
	tree := map[string]*menu{}
	for line := range strings.Lines(menus) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		m := &menu{path: words[0], single: words[1] == "one", fixed: words[1] == "fixed"}
		words = words[2:]
		if only, ok := strings.CutPrefix(words[0], "only"); ok {
			if only != major {
				continue
			}
			words = words[1:]
		}
		for _, word := range words {
			word, only, limited := strings.Cut(word, "~")
			if !limited || only == major {
				m.properties = append(m.properties, readProperty(word))
			}
		}
		tree[m.path] = m
	}
	return tree
}

func readProperty(word string) property {
	word, usual, _ := strings.Cut(word, "=")
	word, refers, _ := strings.Cut(word, "@")
	bare := strings.TrimRight(word, "!^")
	p := property{usual: usual, refers: refers, kind: kindText,
		required: strings.Contains(word[len(bare):], "!"), unique: strings.Contains(word[len(bare):], "^")}
	name, kind, typed := strings.Cut(bare, ":")
	// "code:num!" carries its marks after the kind
	p.name = name
	if typed {
		p.kind = kind
	}
	return p
}
