package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// outFolder is a folder of results that appears whole or not at all: it is filled under another name beside its place, and renamed.
type outFolder struct {
	path  string
	own   []string // the names that belong to such a folder
	force bool     // into a folder that is not empty
}

// maxTemporary bounds the search for a free temporary name.
const maxTemporary = 1000

// check says whether the folder can be written.
func (o *outFolder) check() error {
	entries, err := os.ReadDir(o.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		parent := filepath.Dir(filepath.Clean(o.path))
		info, err := os.Stat(parent)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return said("%s is no folder", "%s 不是文件夹", parent)
		}
		return nil
	case err != nil:
		return err
	case len(entries) > 0 && !o.force:
		return said("%s is not empty: name a new folder, or give --force to replace the files of an earlier run",
			"%s 不是空文件夹：请换一个文件夹，或者用 --force 替换以前生成的文件", o.path)
	}
	for _, e := range entries {
		if slices.Contains(o.own, e.Name()) && !e.Type().IsRegular() {
			return said("%s in %s is not a regular file", "%s（在 %s 中）不是普通文件", e.Name(), o.path)
		}
	}
	return nil
}

// write makes the folder with these files. In a folder that holds others it replaces its own, each of them whole.
func (o *outFolder) write(files []namedFile) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	target := filepath.Clean(o.path)
	if real, err := filepath.EvalSymlinks(target); err == nil {
		target = real // a link to a folder stays a link
	}
	temp, err := temporaryFolder(filepath.Dir(target))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	for _, f := range files {
		if err := writeSynced(filepath.Join(temp, f.name), f.data); err != nil {
			return err
		}
	}
	if err := os.Remove(target); err == nil || errors.Is(err, fs.ErrNotExist) { // only an empty folder is removed so
		return os.Rename(temp, target)
	}
	for _, name := range o.own {
		if slices.ContainsFunc(files, func(f namedFile) bool { return f.name == name }) {
			err = os.Rename(filepath.Join(temp, name), filepath.Join(target, name))
		} else if err = os.Remove(filepath.Join(target, name)); errors.Is(err, fs.ErrNotExist) {
			err = nil // of an earlier run, where there was one: it must not be taken for this run's
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func temporaryFolder(parent string) (string, error) {
	for i := range maxTemporary {
		name := filepath.Join(parent, fmt.Sprintf(".banfa-open-%d-%d.tmp", os.Getpid(), i))
		err := os.Mkdir(name, 0o777) // #nosec G301 -- less the umask, as any folder that a user makes
		if !errors.Is(err, fs.ErrExist) {
			return name, err
		}
	}
	return "", said("too many temporary folders (.banfa-open-*.tmp) are left in %s", "%s 中遗留的临时文件夹（.banfa-open-*.tmp）太多", parent)
}

func writeSynced(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) // #nosec G302 -- less the umask
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
