package app

import (
	"fmt"

	"github.com/goccy/go-yaml"

	"mtandao/radius/routers"
)

// routerComments tells the page that each router must send its guests to; its token is not to be chosen, so it is no field.
func (m *Main) routerComments(d document) yaml.CommentMap {
	comments, all := yaml.CommentMap{}, byName(m.Routers.All())
	for i, p := range d.Routers {
		comments[fmt.Sprintf("$.routers[%d]", i)] = []*yaml.Comment{yaml.HeadComment(" captive portal: " + m.portalPage(all[string(p.Name)]))}
	}
	return comments
}

func byName(all []routers.Router) map[string]routers.Router {
	return byKey(all, func(r routers.Router) string { return r.Name })
}

// portalPage is where a router sends its guests.
func (m *Main) portalPage(r routers.Router) string {
	base := m.Config.PublicURL
	if base == "" {
		base = "http://PORTAL"
	}
	here, _, _ := m.Sites.Get(r.SiteID)
	return base + "/h/" + here.Slug + "?r=" + r.Token
}
