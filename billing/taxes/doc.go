// Package taxes is VAT and excise: dated rates, and the parts of a price.
//
// It owns the rates as staff write them down, each with the days it holds, what it is on and the law it rests on; and Split, which divides an
// amount into net, excise and VAT. It does not own prices, documents (billing/invoices) or what is told to the tax authority.
//
// Without a rate there is no tax: a provider who is not registered writes none down. The rate of the day of supply applies. VAT is on the value
// with excise (reference/tax-and-law.md §1.2). Each tax is rounded once, to the nearest cent, and the net takes what is left of a gross price, so that
// net + excise + VAT = gross exactly. Whoever is exempt pays the net that others pay: of a price that holds the taxes, what these leave. An issued document keeps the rates it was issued with.
//
// Invariant: on one day a supply has at most one rate of a kind.
package taxes
