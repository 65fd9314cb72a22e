//go:build unix

package desensitize

import (
	"os"
	"syscall"
)

// lockRecords waits until no other process writes to the file; closing the file unlocks it.
func lockRecords(f *os.File) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return nil
}
