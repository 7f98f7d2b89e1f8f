package radius

import (
	"context"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"

	"mtandao/radius/access"
)

func classesOf(p *codec.Packet) (all [][]byte) {
	for _, attribute := range p.Attributes {
		if attribute.Type == rfc2865.Class_Type {
			all = append(all, attribute.Attribute)
		}
	}
	return all
}

// whoOf finds our Class among those of a record: whose session it is, without guessing.
func (s *Service) whoOf(classes [][]byte) authorisation {
	for _, class := range classes {
		if who, ok := readClass(s.keys, class); ok {
			return who
		}
	}
	return stranger
}

// stranger is nobody that we know of.
var stranger = authorisation{Told: toldNothing}

// guess is for routers that do not echo Class: the device's one active grant at the site, or nobody's.
func (s *Service) guess(ctx context.Context, siteID int64, mac access.MAC) authorisation {
	grants, err := s.access.LiveFor(ctx, siteID, mac)
	if err != nil {
		return stranger
	}
	found := stranger
	for _, g := range grants {
		switch {
		case g.State != access.Active:
		case found.GrantID != 0:
			return stranger
		default:
			found.GrantID = g.ID
		}
	}
	return found
}
