package radius

import codec "layeh.com/radius"

// statusServer says "alive" (RFC 5997): an Access-Accept or an Accounting-Response, and nothing else is done.
func statusServer(r request) reply {
	code := codec.CodeAccessAccept
	if r.port == acctPort {
		code = codec.CodeAccountingResponse
	}
	alive := r.response(code)
	addMessageAuthenticator(alive)
	return reply{answer: alive, kind: "status"}
}
