package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing/fstest"
)

// besideFS is the rule files that were collected, and what lies beside each of them on the disk: a policy names a hierarchy's file there. Only names that
// a rule file gives are opened, and only in its own folder.
type besideFS struct {
	fstest.MapFS
	names map[string]string // of the collected files, as the user knows them
}

// Open opens a collected file, or one in the folder of a collected file.
func (b besideFS) Open(name string) (fs.File, error) {
	f, err := b.MapFS.Open(name)
	if err == nil || !fs.ValidPath(name) {
		return f, err
	}
	for collected, shown := range b.names {
		if path.Dir(collected) != path.Dir(name) || shown == "<stdin>" {
			continue
		}
		info, statErr := os.Stat(filepath.Join(filepath.Dir(shown), path.Base(name)))
		if statErr == nil && info.Mode().IsRegular() {
			return os.Open(filepath.Join(filepath.Dir(shown), path.Base(name))) // #nosec G304 -- a rule file of the user names it
		}
	}
	return nil, err
}
