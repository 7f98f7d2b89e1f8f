package radius

import (
	"context"
	"time"

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

// guess is for routers that do not echo Class: the one grant that the device used at the site then, or nobody's. A record may be applied long after it came.
// While the database does not answer, nobody knows whose it is, and the record waits.
func (s *Service) guess(ctx context.Context, siteID int64, mac access.MAC, at time.Time) (authorisation, error) {
	grants, err := s.access.ActiveAt(ctx, siteID, mac, at)
	if err != nil || len(grants) != 1 {
		return stranger, err
	}
	return authorisation{GrantID: grants[0].ID, Told: toldNothing}, nil
}
