package billing

// PayerMark is payerMark, for the tests of this package from outside.
var PayerMark = payerMark
