package money

import (
	"math"
	"math/big"
	"testing"

	"mtandao/internal/fault"
)

func TestParse(t *testing.T) {
	good := map[string]int64{"10": 1000, "5.00": 500, "1.5": 150, "1,250": 125000, "1,250.50": 125050, " 7 ": 700, "-3.25": -325, "12,345,678": 1234567800}
	for s, cents := range good {
		if a, err := Parse(s, Shilling); err != nil || a != KES(cents) {
			t.Errorf("%q gives %v: %v", s, a, err)
		}
	}
	for _, s := range []string{"", "-", ".5", "5.", "1.234", "1,25", ",250", "1250,000", "ten", "1e3", "+5", "--1", "99999999999999999999", "1,,000"} {
		if a, err := Parse(s, Shilling); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q gives %v: %v", s, a, err)
		}
	}
}

func TestString(t *testing.T) {
	for want, a := range map[string]Amount{"KES 1,250": Shillings(1250), "KES 1,250.05": KES(125005), "-KES 5": Shillings(-5), "KES 0": KES(0), "KES 999": Shillings(999)} {
		if a.String() != want {
			t.Errorf("%d cents are %q", a.Cents, a.String())
		}
	}
	if KES(math.MinInt64).String() != "-KES 92,233,720,368,547,758.08" {
		t.Error(KES(math.MinInt64).String())
	}
}

func TestArithmeticRefusesOverflowAndMixing(t *testing.T) {
	if _, err := KES(math.MaxInt64).Add(KES(1)); fault.KeyOf(err) != "money.overflow" {
		t.Error(err)
	}
	if _, err := KES(math.MinInt64).Sub(KES(1)); fault.KeyOf(err) != "money.overflow" {
		t.Error(err)
	}
	if _, err := KES(0).Sub(KES(math.MinInt64)); fault.KeyOf(err) != "money.overflow" {
		t.Error(err)
	}
	if _, err := KES(1).Add(Amount{Cents: 1, Currency: "UGX"}); fault.KeyOf(err) != "money.currency" {
		t.Error(err)
	}
	if sum, err := (Amount{}).Add(KES(5)); err != nil || sum != KES(5) {
		t.Error(sum, err)
	}
	if d, err := KES(500).Sub(KES(125)); err != nil || d != KES(375) {
		t.Error(d, err)
	}
}

func FuzzParseReadsWhatStringWrites(f *testing.F) {
	for _, s := range []string{"1,250.50", "5.00", "-1", "0.01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := Parse(s, "")
		if err != nil {
			return
		}
		if b, err := Parse(a.String(), ""); err != nil || a != b {
			t.Fatalf("%q is %v, written and read %v: %v", s, a, b, err)
		}
	})
}

func TestCompareAndWholeShillings(t *testing.T) {
	for _, c := range []struct {
		a, b Amount
		want int
	}{{KES(1), KES(2), -1}, {KES(2), KES(2), 0}, {KES(3), KES(2), 1}, {Amount{}, KES(-1), 1}} {
		if got, err := c.a.Compare(c.b); err != nil || got != c.want {
			t.Errorf("%v to %v is %d: %v", c.a, c.b, got, err)
		}
	}
	if _, err := KES(1).Compare(Amount{Cents: 1, Currency: "USD"}); fault.KeyOf(err) != "money.currency" {
		t.Error(err)
	}
	if n, whole := KES(125000).WholeShillings(); n != 1250 || !whole {
		t.Error(n, whole)
	}
	if _, whole := KES(1001).WholeShillings(); whole {
		t.Error("KES 10.01 is not whole")
	}
}

func FuzzArithmeticIsExactOrRefused(f *testing.F) {
	for _, c := range [][2]int64{{1, 2}, {math.MaxInt64, 1}, {math.MinInt64, -1}, {0, math.MinInt64}, {-5, 5}} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, a, b int64) {
		sum, err := KES(a).Add(KES(b))
		check(t, new(big.Int).Add(big.NewInt(a), big.NewInt(b)), sum, err)
		difference, err := KES(a).Sub(KES(b))
		if b == math.MinInt64 && err != nil {
			return // refused though some results would fit: nobody has such an amount
		}
		check(t, new(big.Int).Sub(big.NewInt(a), big.NewInt(b)), difference, err)
	})
}

func check(t *testing.T, exact *big.Int, got Amount, err error) {
	t.Helper()
	if fits := exact.IsInt64(); fits != (err == nil) || fits && got != KES(exact.Int64()) {
		t.Fatalf("want %v, got %v: %v", exact, got, err)
	}
}
