package expr

import "strings"

// Fault is the failure of one of the door's own functions while an expression runs, as data: the key of a message and
// its arguments, from which the message is built in the language of whoever reads it. It never holds a value of the
// facts, so that it can be logged.
type Fault struct {
	Key  string
	Args []string
}

// Error implements error; it is the key and the arguments, for logs and tests.
func (f *Fault) Error() string {
	if len(f.Args) == 0 {
		return f.Key
	}
	return f.Key + ": " + strings.Join(f.Args, ", ")
}
