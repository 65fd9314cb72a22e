// Package atomicfile writes files that appear whole or not at all: a reader never sees half a file, and a failure leaves what
// stood there before.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxAttempts bounds the search for a free temporary name. Each crashed run can have left one behind.
const maxAttempts = 1000

// Write puts data in the file called name. It writes to a temporary file in the same folder, syncs it and renames it over
// name. An existing file keeps its mode, and a symbolic link keeps pointing to the file it points to; a new file gets perm
// less the umask. Where a step fails, name is as it was and no temporary file remains.
func Write(name string, data []byte, perm fs.FileMode) error {
	target, mode, err := destination(name)
	if err != nil {
		return err
	}
	if mode != 0 {
		perm = mode
	}
	f, err := create(filepath.Dir(target), perm)
	if err != nil {
		return err
	}
	if err := fill(f, data, mode); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), target); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	syncFolder(filepath.Dir(target))
	return nil
}

// destination follows a symbolic link to the file that is to be replaced, and returns that file's mode, 0 where there is none
// yet.
func destination(name string) (string, fs.FileMode, error) {
	target, err := filepath.EvalSymlinks(name)
	if errors.Is(err, fs.ErrNotExist) {
		return name, 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	info, err := os.Stat(target)
	if err != nil {
		return "", 0, err
	}
	if !info.Mode().IsRegular() {
		return "", 0, &fs.PathError{Op: "write", Path: name, Err: errors.New("not a regular file")}
	}
	return target, info.Mode().Perm(), nil
}

// create makes a temporary file. Its name does not depend on the target's, which may be as long as names can be.
func create(folder string, perm fs.FileMode) (*os.File, error) {
	for i := range maxAttempts {
		name := filepath.Join(folder, fmt.Sprintf(".banfa-%d-%d.tmp", os.Getpid(), i))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, &fs.PathError{Op: "create", Path: folder, Err: errors.New("too many temporary files (.banfa-*.tmp) are left there")}
}

// fill writes and closes the file. The umask has no say over the mode of a file that replaces another.
func fill(f *os.File, data []byte, mode fs.FileMode) error {
	_, err := f.Write(data)
	if err == nil && mode != 0 {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder makes the rename survive a loss of power where the system can do that. Not all file systems can sync a folder,
// and the file is complete either way, so a failure is no failure of the write.
func syncFolder(folder string) {
	d, err := os.Open(folder)
	if err != nil {
		return
	}
	_ = d.Sync()
	_ = d.Close()
}
