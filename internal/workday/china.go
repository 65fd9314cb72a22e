package workday

import (
	"embed"
	"io/fs"
	"sync"
)

//go:embed data/*.txt
var files embed.FS

// china is read once: it is immutable, and 20 years take half a millisecond to read.
var china = sync.OnceValues(func() (*Schedule, error) {
	data, err := fs.Sub(files, "data")
	if err != nil {
		return nil, err
	}
	return Load(data)
})

// China returns the schedule of the embedded data files: the State Council's notices from 2007 to the last one
// known at release. Should the files be unreadable, it covers nothing, so that every question is a coverage error.
func China() *Schedule {
	s, err := china()
	if err != nil {
		return &Schedule{latest: FromFunc(0, -1, nil)}
	}
	return s
}
