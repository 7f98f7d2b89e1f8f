package sheets

import "github.com/skip2/go-qrcode"

// matrix is a QR code without its quiet zone: its dark modules as horizontal runs.
type matrix struct {
	n    int
	runs []run
}

// run is dark from column x on, n wide.
type run struct{ x, y, n int }

// encode makes the QR code of a text; capitals and digits make the smallest.
func encode(text string) (*matrix, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, err
	}
	q.DisableBorder = true
	dark := q.Bitmap()
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
	return m, nil
}
