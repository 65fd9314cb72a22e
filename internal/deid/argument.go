package deid

import (
	"fmt"

	"github.com/banfa-go/banfa/internal/message"
)

// ArgumentError says what is wrong with an argument of a transform. Key names a sentence of package message, which Args fill in, so that a finding says it in the reader's language.
type ArgumentError struct {
	Key  string
	Args []string
}

func (e *ArgumentError) Error() string {
	return "deid: " + message.Text(message.English, e.Key, e.Args...)
}

// BadArgument is an ArgumentError of a sentence.
func BadArgument(key string, args ...any) error {
	e := &ArgumentError{Key: key}
	for _, a := range args {
		e.Args = append(e.Args, fmt.Sprint(a))
	}
	return e
}
