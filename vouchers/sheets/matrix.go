package sheets

import (
	"math/bits"

	"github.com/skip2/go-qrcode"
)

// matrix is a QR code without its quiet zone: its dark modules as horizontal runs.
type matrix struct {
	n    int
	runs []run
}

// run is dark from column x on, n wide.
type run struct{ x, y, n int }

// bitmapOf has go-qrcode make the picture of a text; capitals and digits make the smallest.
func bitmapOf(text string) ([][]bool, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, err
	}
	q.DisableBorder = true
	return q.Bitmap(), nil
}

// encode makes the QR code of a text.
func encode(text string) (*matrix, error) {
	dark, err := bitmapOf(text)
	m := &matrix{n: len(dark), runs: make([]run, 0, len(dark)*6)}
	for y, line := range dark {
		for x := 0; x < len(line); x++ {
			from := x
			for x < len(line) && line[x] {
				x++
			}
			if x > from {
				m.runs = append(m.runs, run{from, y, x - from})
			}
		}
	}
	return m, err
}

// matrix is a grid as it is drawn.
func (g *grid) matrix() *matrix {
	m := &matrix{n: g.n, runs: make([]run, 0, g.n*g.n/4)}
	for y, line := range g.rows[:g.n] {
		for x := 0; line != 0; {
			free := bits.TrailingZeros64(line)
			wide := bits.TrailingZeros64(^(line >> free))
			m.runs = append(m.runs, run{x + free, y, wide})
			x += free + wide
			line >>= free + wide
		}
	}
	return m
}
