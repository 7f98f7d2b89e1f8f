// Package house checks the whole repository against the rules of the house: who may import whom, which calls are banned
// where, and what a page of code looks like. It has no code of its own, only tests.
//
// It owns the table of ranks and the list of rules. It does not own what vet, staticcheck and the packages' own tests find.
// Each rule is a function from a parsed tree to findings; TestRulesBite shows each of them a small tree that breaks it.
package house
