package customers

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// TestASlipIsNobodysNumber tries every slip in every number: a wrong digit, or two neighbours swapped.
func TestASlipIsNobodysNumber(t *testing.T) {
	numbers, count := make([]bool, 10_000_000), 0
	for n := range numbers {
		if numbers[n] = isNumber(fmt.Sprintf("%07d", n)); numbers[n] {
			count++
		}
	}
	if count != 900_000 {
		t.Fatalf("there are %d numbers", count)
	}
	for n, is := range numbers {
		for place := 1; is && place < len(numbers); place *= 10 {
			own, next := n/place%10, n/place/10%10
			for d := range 10 {
				if d != own && numbers[n+(d-own)*place] {
					t.Fatalf("%d, with a wrong digit, is a number", n)
				}
			}
			if own != next && place < len(numbers)/10 && numbers[n+(next-own)*place+(own-next)*place*10] {
				t.Fatalf("%d, with two digits swapped, is a number", n)
			}
		}
	}
	if all := slips("1223456"); len(all) != 7*9+5 || !slices.Contains(all, "2123456") || !slices.Contains(all, "1223465") || slices.Contains(all, "1223456") {
		t.Fatalf("%d slips: %v", len(all), all)
	}
}

func TestNumbersAreDrawnWithoutFault(t *testing.T) {
	seen := map[string]bool{}
	for range 2000 {
		n := drawNumber()
		if !isNumber(n) || readsAsOrder(n) {
			t.Fatal(n)
		}
		seen[n] = true
	}
	if len(seen) < 1980 {
		t.Fatalf("%d different ones of 2000 draws", len(seen))
	}
}

func TestTypedAccounts(t *testing.T) {
	number := drawNumber()
	spaced := strings.Join(strings.Split(number, ""), " ")
	full := strings.Map(func(r rune) rune { return r - '0' + '０' }, number)
	for _, typed := range []string{number, " " + number + " ", number[:3] + "-" + number[3:], Grouped(number), spaced, "ACC " + number, "acc:" + number, "A/C " + number,
		"A/C No. " + number, "Acc" + number, "ACCNO" + number, "account number: " + number, "akaunti " + number, "00" + number, "000 " + number, full, "ACC " + full,
		number + " JANE", "JANE AKINYI " + number, "Jane-" + number, "#" + number, number + ".", "\u202a" + number + "\u202c", number[:3] + "\u00a0" + number[3:], "A-" + number} {
		if got := ReadTyped(typed); !slices.Contains(got.Keys, number) {
			t.Errorf("%q is read as %+v, want %s", typed, got, number)
		}
	}
	for _, typed := range []string{"", " ", "٠١٢٣٤٥٦", "१२३४५६७", number + "1", number[1:], "JX" + number, "12 " + number, number + "/" + number, strings.Repeat(number, 50), "Wanjikũ " + number + "é"} {
		if got := ReadTyped(typed); slices.Contains(got.Keys, number) {
			t.Errorf("%q is read as %+v", typed, got)
		}
	}
	for _, typed := range []string{"0712345678", "+254 712 345 678", "ACC 0712345678", "Acc: 254712345678"} {
		if got := ReadTyped(typed); got.Phone != "254712345678" || !slices.Contains(got.Keys, "254712345678") {
			t.Errorf("%q is read as %+v", typed, got)
		}
	}
	if got := ReadTyped("brk-0012"); got.Keys[0] != "BRK0012" {
		t.Errorf("%+v", got)
	}
	if got := ReadTyped("acc 0012"); !slices.Contains(got.Keys, "0012") || got.Loose != "12" {
		t.Errorf("%+v", got)
	}
}

// FuzzReadTyped: whatever is typed, only digits that were typed make a number, in their order.
func FuzzReadTyped(f *testing.F) {
	for _, s := range []string{"1234567", "ACC 1234567", "acc:12 345-67", "０１２３４５６", "0712 345 678", "JANE 1234567", "A/C No. 1234567", "", "é1234567", "\xff1234567", "ACC"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got := ReadTyped(typed)
		digits := ""
		for _, r := range typed {
			if r >= '０' && r <= '９' {
				r -= '０' - '0'
			}
			if r >= '0' && r <= '9' {
				digits += string(r)
			}
		}
		for _, key := range got.Keys {
			if key == "" || len(key) > longestTyped || strings.Trim(key, digits10+letters) != "" {
				t.Fatalf("%q gives the key %q", typed, key)
			}
			if isNumber(key) && trimZeros(digits) != key {
				t.Fatalf("%q, digits %s, is read as number %s", typed, digits, key)
			}
			if again := NumberKey(key); again != key {
				t.Fatalf("the key %q of %q is stored as %q", key, typed, again)
			}
		}
	})
}

func TestCustomersAreFoundAsPeopleTypeThem(t *testing.T) {
	each(t, func(o office) {
		jane, otieno := o.person("Jane Akinyi", "0712345678"), o.person("Otieno Ouma", "0722 111 222")
		o.must(func(tx *db.Tx) error {
			for _, old := range []string{"BRK-0012", "0045", "jane.akinyi"} {
				if err := o.AddNumber(tx, jane.ID, old, asha); err != nil {
					return err
				}
			}
			return o.AddNumber(tx, otieno.ID, "0733 999 888", asha) // who used a phone as the account
		})
		for _, typed := range []string{jane.Number, "ACC " + jane.Number, "acc:" + jane.Number, Grouped(jane.Number), "00" + jane.Number, "0712345678", "+254712345678",
			"brk 0012", "BRK0012", "0045", "45", "acc 45", "Jane Akinyi", "JANE AKINYI " + jane.Number} {
			o.finds(typed, jane)
		}
		for _, typed := range []string{otieno.Number, "0733999888", "254733999888", "0722111222"} {
			o.finds(typed, otieno)
		}
		for _, typed := range []string{"", "jane", "Otieno Ouma", "0712345679", "46", "BRK012", "0"} {
			o.findsNot(typed, "customer.unknown")
		}
		for _, number := range []string{jane.Number, otieno.Number} {
			for _, slip := range slips(number) {
				o.findsNot(slip, "customer.unknown")
			}
		}
		shared := o.person("Akinyi's mother", "0712345678")
		o.findsNot("0712345678", "customer.several")
		o.finds(shared.Number, shared)
	})
}

func TestAnOldNumberIsOneCustomers(t *testing.T) {
	each(t, func(o office) {
		jane, otieno := o.person("Jane Akinyi", "0712345678"), o.person("Otieno Ouma", "0722111222")
		add := func(c Customer, typed string) error {
			return o.in(func(tx *db.Tx) error { return o.AddNumber(tx, c.ID, typed, asha) })
		}
		if err := add(jane, "0012"); err != nil {
			o.t.Fatal(err)
		}
		if err := add(jane, "00-12"); err != nil {
			o.t.Fatal("their own again:", err)
		}
		for typed, key := range map[string]string{"0012": "customer.number_taken", jane.Number: "customer.number_taken", "": "customer.old_number", "-": "customer.old_number", "é": "customer.old_number"} {
			if err := add(otieno, typed); fault.KeyOf(err) != key {
				o.t.Errorf("%q: %v; want %s", typed, err, key)
			}
		}
		if err := add(otieno, "12"); err != nil { // another system's 12 is not 0012
			o.t.Fatal(err)
		}
		o.finds("12", otieno)
		o.finds("0012", jane)
		o.findsNot("00012", "customer.several")
	})
}

func TestManyDrawNumbersAtOnce(t *testing.T) {
	each(t, func(o office) {
		var all sync.WaitGroup
		var mu sync.Mutex
		seen := map[string]bool{}
		for range 8 {
			all.Go(func() {
				for range 10 {
					var c Customer
					if err := o.DB.InTx(ctx, func(tx *db.Tx) (err error) { c, err = o.Create(tx, Customer{Name: "Jane"}, nil, asha); return err }); err != nil {
						o.t.Error(err)
					}
					mu.Lock()
					seen[c.Number] = true
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if len(seen) != 80 {
			o.t.Fatalf("%d numbers for 80", len(seen))
		}
	})
}
