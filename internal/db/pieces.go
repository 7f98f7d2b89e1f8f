package db

import (
	"iter"
	"math/bits"
)

// longestPiece rows of twenty columns stay far below what one statement may name (SQLite 32,766, MariaDB 65,535).
const longestPiece = 128

// Pieces cuts rows for statements that write or find many at once. Each piece is as long as a power of two, so that few
// statements are ever prepared.
func Pieces[T any](rows []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(rows) > 0 {
			n := min(longestPiece, 1<<(bits.Len(uint(len(rows)))-1))
			if !yield(rows[:n:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}
