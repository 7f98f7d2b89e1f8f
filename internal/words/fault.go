package words

import (
	"errors"

	"mtandao/internal/fault"
)

func asFault(err error) (*fault.Error, bool) {
	var e *fault.Error
	return e, errors.As(err, &e)
}
