// Package guest is the captive portal: what a person on Wi-Fi sees, from the price list to "you are online".
//
// It owns the pages, their addresses and forms, and what is said to the person. It does not own orders and money
// (billing), grants (access), what a router's variables mean (its routers.Dialect), the look (themes), or the words
// (internal/words).
//
// Invariants: a page needs no script, no cookie and no other host; the order, not the browser, is the state, and its
// token in the address is the key; who comes with no more than the MAC of an order's device gets a pass, which shows and
// connects, and does nothing else; a receipt opens its order to whoever knows the end of the number that paid, and leads the
// order's own devices there by a pass; a form is accepted only with our stamp; a log-in address is used only as the dialect gave
// it; whatever goes wrong, the page says what happened to the money and what to do next; a number that was asked to pay is
// shown masked.
package guest
