package paper

import (
	"math/bits"

	"github.com/skip2/go-qrcode"
)

// Matrix is a QR code without its quiet zone: its dark modules as horizontal runs.
type Matrix struct {
	N    int // modules of a side
	Runs []Run
}

// Run is dark from column X on, N wide.
type Run struct{ X, Y, N int }

// bitmapOf has go-qrcode make the picture of a text.
func bitmapOf(text string) ([][]bool, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, err
	}
	q.DisableBorder = true
	return q.Bitmap(), nil
}

// Encode makes the QR code of a text; capitals and digits make the smallest.
func Encode(text string) (*Matrix, error) {
	dark, err := bitmapOf(text)
	if err != nil {
		return nil, err
	}
	m := &Matrix{N: len(dark), Runs: make([]Run, 0, len(dark)*6)}
	for y, line := range dark {
		for x := 0; x < len(line); x++ {
			from := x
			for x < len(line) && line[x] {
				x++
			}
			if x > from {
				m.Runs = append(m.Runs, Run{from, y, x - from})
			}
		}
	}
	return m, nil
}

// matrix is a grid as it is drawn.
func (g *grid) matrix() *Matrix {
	m := &Matrix{N: g.n, Runs: make([]Run, 0, g.n*g.n/4)}
	for y, line := range g.rows[:g.n] {
		for x := 0; line != 0; {
			free := bits.TrailingZeros64(line)
			wide := bits.TrailingZeros64(^(line >> free))
			m.Runs = append(m.Runs, Run{x + free, y, wide})
			x += free + wide
			line >>= free + wide
		}
	}
	return m
}
