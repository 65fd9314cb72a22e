package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// File is a file that is written piece by piece and appears under its name only with Commit.
type File struct {
	f      *os.File
	target string
	mode   fs.FileMode // of the file it replaces; 0 where there is none
	done   bool
}

// Create begins a file that is to be called name, beside it. perm is what a new file gets less the umask; one that is replaced keeps its mode.
func Create(name string, perm fs.FileMode) (*File, error) {
	target, mode, err := destination(name)
	if err != nil {
		return nil, err
	}
	if mode != 0 {
		perm = mode
	}
	f, err := create(filepath.Dir(target), perm)
	if err != nil {
		return nil, err
	}
	return &File{f: f, target: target, mode: mode}, nil
}

// Write appends to the file.
func (f *File) Write(p []byte) (int, error) { return f.f.Write(p) }

// Name is where the file is until it is committed.
func (f *File) Name() string { return f.f.Name() }

// Commit makes the file appear under its name. Where a step fails, what stood there is as it was.
func (f *File) Commit() error {
	if f.done {
		return fs.ErrClosed
	}
	f.done = true
	var err error
	if f.mode != 0 {
		err = f.f.Chmod(f.mode)
	}
	if err == nil {
		err = f.f.Sync()
	}
	if err = errors.Join(err, f.f.Close()); err == nil {
		err = os.Rename(f.f.Name(), f.target)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.f.Name()))
	}
	syncFolder(filepath.Dir(f.target))
	return nil
}

// Discard removes the file, unless it has been committed.
func (f *File) Discard() error {
	if f.done {
		return nil
	}
	f.done = true
	return errors.Join(f.f.Close(), os.Remove(f.f.Name()))
}
