package money

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"mtandao/internal/fault"
)

// TestAMillionSplitsSumToTheWhole is half of "must be shown" 5: whatever the amount and the weights, no cent is lost or made, and nobody is further
// than a cent from the exact share.
func TestAMillionSplitsSumToTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 5))
	for n := range 1_000_000 {
		weights := make([]int64, 1+r.IntN(8))
		var total int64
		for i := range weights {
			weights[i] = r.Int64N([]int64{1, 2, 31, 1_000, 1_000_000_007}[r.IntN(5)])
			total += weights[i]
		}
		whole := KES(r.Int64N(2_000_000_00) - 1_000_000_00)
		if n%97 == 0 {
			whole = KES(r.Int64() - r.Int64())
		}
		shares, err := Allocate(whole, weights)
		if total == 0 {
			if fault.KeyOf(err) != "money.weights" {
				t.Fatalf("weights of nothing: %v, %v", shares, err)
			}
			continue
		}
		var sum Amount
		for i, s := range shares {
			if sum, err = sum.Add(s); err != nil {
				t.Fatal(err)
			}
			exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(whole.Cents), big.NewInt(weights[i])), big.NewInt(total))
			if off := exact.Sub(exact, new(big.Rat).SetInt64(s.Cents)); off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("%v by %v: share %d is %v", whole, weights, i, s)
			}
		}
		if sum != whole {
			t.Fatalf("%v by %v are %v, which is %v", whole, weights, shares, sum)
		}
	}
}

func TestAllocate(t *testing.T) {
	for _, c := range []struct {
		cents   int64
		weights []int64
		want    []int64
	}{{100, []int64{1, 1, 1}, []int64{34, 33, 33}}, {-100, []int64{1, 1, 1}, []int64{-34, -33, -33}}, {5, []int64{0, 3, 7}, []int64{0, 2, 3}}, {1, []int64{1, 2}, []int64{0, 1}}, {0, []int64{4}, []int64{0}}} {
		got, err := Allocate(KES(c.cents), c.weights)
		for i := range c.want {
			if err != nil || got[i] != KES(c.want[i]) {
				t.Errorf("%d by %v is %v: %v", c.cents, c.weights, got, err)
			}
		}
	}
	for _, wrong := range [][]int64{nil, {0}, {1, -1}, {math.MaxInt64, 1}} {
		if got, err := Allocate(KES(1), wrong); fault.KeyOf(err) != "money.weights" {
			t.Errorf("%v gives %v, %v", wrong, got, err)
		}
	}
}

func FuzzMulDivIsExact(f *testing.F) {
	for _, c := range [][3]int64{{1, 1, 2}, {-1, 1, 2}, {math.MaxInt64, math.MaxInt64, math.MaxInt64}, {math.MinInt64, 1, 1}, {7, 3, 0}, {5, 1, 10}, {math.MaxInt64, 2, 2}, {15, -1, 10}} {
		f.Add(c[0], c[1], c[2])
	}
	f.Fuzz(func(t *testing.T, a, b, c int64) {
		for _, r := range []Rounding{Down, HalfUp, Up} {
			got, err := MulDiv(a, b, c, r)
			if c <= 0 {
				if err == nil {
					t.Fatal("divided by nothing")
				}
				continue
			}
			want := rounded(new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(a), big.NewInt(b)), big.NewInt(c)), r)
			if fits := want.IsInt64() && want.Int64() != math.MinInt64; fits != (err == nil) || fits && got != want.Int64() {
				t.Fatalf("%d·%d/%d by %d is %d, %v; want %v", a, b, c, r, got, err, want)
			}
		}
	})
}

// rounded is a number as text, cut or raised by its first decimals.
func rounded(exact *big.Rat, r Rounding) *big.Int {
	sign := big.NewInt(int64(exact.Sign()))
	exact.Abs(exact)
	switch r {
	case HalfUp:
		exact.Add(exact, big.NewRat(1, 2))
	case Up:
		if !exact.IsInt() {
			exact.Add(exact, big.NewRat(1, 1))
		}
	}
	whole := new(big.Int).Quo(exact.Num(), exact.Denom())
	return whole.Mul(whole, sign)
}
