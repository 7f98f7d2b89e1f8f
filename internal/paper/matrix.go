package paper

import "github.com/skip2/go-qrcode"

// Matrix is a QR code without its quiet zone: its dark modules as horizontal runs.
type Matrix struct {
	N    int // modules of a side
	Runs []Run
}

// Run is dark from column X on, N wide.
type Run struct{ X, Y, N int }

// Encode makes the QR code of a text; capitals and digits make the smallest.
func Encode(text string) (*Matrix, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, err
	}
	q.DisableBorder = true
	dark := q.Bitmap()
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
