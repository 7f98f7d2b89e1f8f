// Package entrance lets customers in: by the number of their account, or their phone, and a code that comes by SMS or a password.
//
// It owns what is asked for and who is meant by it. It does not own customers (billing/customers), codes and sign-ins (internal/pin), how a message
// leaves (internal/notify), or any page (portal/selfcare).
//
// Invariants: who asks for a code gets the same answer after the same work, whether or not there is such a customer: the customer is looked for by a
// job. A code goes to the customer's own phone alone. A phone of several customers names none of them. A sign-in of a customer who was merged
// into another opens nothing.
package entrance
