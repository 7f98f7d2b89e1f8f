package backoffice

import (
	"strconv"

	"mtandao/billing/customers"
	"mtandao/internal/fieldwork"
)

// sketch is a map that we draw ourselves, north on top: no other host is asked for it, and it is there without a network. Each pin has the
// number of its line in the list beside it, and the shape of its state.
type sketch struct {
	Width, Height int64
	Pins          []mapPin
	Names         []mapName
	Bar           int64 // how long Scale is
	Scale, Text   string
	Keys          []mapKey
}

// mapPin is a place. Shape is round, play, cross or square of a visit, and tent of a lead.
type mapPin struct {
	N     int
	At    customers.Place
	Shape string
	Site  int64
	Text  string
	X, Y  int64
}

// mapName is what a place is called, under its pins.
type mapName struct {
	X, Y int64
	Text string
}

// mapKey says what a shape means.
type mapKey struct{ Shape, Text string }

var pinShapes = map[fieldwork.VisitState]string{fieldwork.Planned: "round", fieldwork.Started: "play", fieldwork.Done: "square", fieldwork.Failed: "cross", fieldwork.Cancelled: "cross"}

const leadShape = "tent"

const (
	mapWidth     = 640
	mapMargin    = 40
	leastHeight  = 220
	mostHeight   = 520
	leastPerStep = 20 // millionths of a degree: two metres
	tenMetres    = 90 // millionths of a degree, in Kenya along both axes within half a percent
)

// scales are lengths of the bar, in metres.
var scales = []int64{50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000}

// sketch draws pins, fitted to what there is; nil without any.
func (b *Backoffice) sketch(f *frame, pins []mapPin) *sketch {
	if len(pins) == 0 {
		return nil
	}
	west, east, south, north := pins[0].At.LngMicro, pins[0].At.LngMicro, pins[0].At.LatMicro, pins[0].At.LatMicro
	for _, p := range pins {
		west, east, south, north = min(west, p.At.LngMicro), max(east, p.At.LngMicro), min(south, p.At.LatMicro), max(north, p.At.LatMicro)
	}
	step := max(leastPerStep, (east-west)/(mapWidth-2*mapMargin)+1, (north-south)/(mostHeight-2*mapMargin)+1)
	s := &sketch{Width: mapWidth, Height: max(leastHeight, (north-south)/step+2*mapMargin), Text: f.T("office.visits.map_text", "Count", len(pins))}
	left, top := (s.Width-(east-west)/step)/2, (s.Height-(north-south)/step)/2
	seen := map[string]bool{}
	for _, p := range pins {
		p.X, p.Y = left+(p.At.LngMicro-west)/step, top+(north-p.At.LatMicro)/step
		s.Pins = append(s.Pins, p)
		seen[p.Shape] = true
	}
	for _, length := range scales {
		if bar := length * tenMetres / 10 / step; bar <= mapWidth/4 {
			s.Bar, s.Scale = bar, scaleText(length)
		}
	}
	s.Names = b.namesOnMap(s.Pins)
	for _, state := range []fieldwork.VisitState{fieldwork.Planned, fieldwork.Started, fieldwork.Done, fieldwork.Failed} {
		if seen[pinShapes[state]] {
			text := f.T("office.visit.state_" + string(state))
			if state == fieldwork.Failed {
				text += ", " + f.T("office.visit.state_"+string(fieldwork.Cancelled))
			}
			s.Keys = append(s.Keys, mapKey{pinShapes[state], text})
		}
	}
	if seen[leadShape] {
		s.Keys = append(s.Keys, mapKey{leadShape, f.T("office.visits.a_lead")})
	}
	return s
}

func scaleText(metres int64) string {
	if metres < 1000 {
		return strconv.FormatInt(metres, 10) + " m"
	}
	return strconv.FormatInt(metres/1000, 10) + " km"
}

// namesOnMap stand under the middle of each site's pins.
func (b *Backoffice) namesOnMap(pins []mapPin) (names []mapName) {
	type sum struct{ x, y, n int64 }
	at, order := map[int64]sum{}, []int64{}
	for _, p := range pins {
		s := at[p.Site]
		if s.n == 0 {
			order = append(order, p.Site)
		}
		at[p.Site] = sum{s.x + p.X, max(s.y, p.Y), s.n + 1}
	}
	for _, id := range order {
		if name := b.siteName(id); name != "" {
			names = append(names, mapName{X: at[id].x / at[id].n, Y: at[id].y + 30, Text: name})
		}
	}
	return names
}
