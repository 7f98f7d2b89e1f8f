package themes

import (
	"fmt"
	"math"
	"strconv"
)

// Colour is an opaque sRGB colour.
type Colour struct{ Red, Green, Blue uint8 }

var (
	black = Colour{0, 0, 0}
	white = Colour{0xff, 0xff, 0xff}
)

// ParseColour reads "#rrggbb".
func ParseColour(s string) (Colour, bool) {
	if len(s) != 7 || s[0] != '#' {
		return Colour{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 24)
	if err != nil {
		return Colour{}, false
	}
	return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true
}

func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.Red, c.Green, c.Blue) }

// Luminance is WCAG 2's relative luminance, 0 to 1.
func (c Colour) Luminance() float64 {
	return 0.2126*linear(c.Red) + 0.7152*linear(c.Green) + 0.0722*linear(c.Blue)
}

func linear(channel uint8) float64 {
	v := float64(channel) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// Contrast is WCAG 2's contrast ratio, 1 to 21.
func Contrast(a, b Colour) float64 {
	high, low := a.Luminance(), b.Luminance()
	if high < low {
		high, low = low, high
	}
	return (high + 0.05) / (low + 0.05)
}

// mix goes share (0 to 1) of the way from c to other.
func (c Colour) mix(other Colour, share float64) Colour {
	blend := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*share)) }
	return Colour{blend(c.Red, other.Red), blend(c.Green, other.Green), blend(c.Blue, other.Blue)}
}

// readable is c, moved towards black or white no further than it must be to reach the ratio on every ground.
func readable(c Colour, ratio float64, grounds ...Colour) Colour {
	goal := opposite(grounds[0])
	for step := 0.0; step < 1; step += 0.02 {
		if moved := c.mix(goal, step); reaches(moved, ratio, grounds) {
			return moved
		}
	}
	return goal
}

func reaches(c Colour, ratio float64, grounds []Colour) bool {
	for _, ground := range grounds {
		if Contrast(c, ground) < ratio {
			return false
		}
	}
	return true
}

// opposite is black or white, whichever stands out more on the ground.
func opposite(ground Colour) Colour {
	if Contrast(black, ground) >= Contrast(white, ground) {
		return black
	}
	return white
}
