package vouchers

// Stock is how many vouchers of a batch are in each state, paid for or not.
type Stock map[StockKey]int

// StockKey is a state, and whether the provider has the price.
type StockKey struct {
	State State
	Paid  bool
}

// In counts a state.
func (s Stock) In(state State) int { return s[StockKey{state, false}] + s[StockKey{state, true}] }

// All counts every voucher.
func (s Stock) All() (n int) {
	for _, count := range s {
		n += count
	}
	return n
}

// Unredeemed counts those that are paid for and may still be used.
func (s Stock) Unredeemed() (n int) {
	for _, state := range unused {
		n += s[StockKey{state, true}]
	}
	return n
}

// Owed counts those that were used before they were paid for.
func (s Stock) Owed() int { return s[StockKey{Used, false}] }
