// Package desensitize de-identifies tables under a policy (Arts. 15p1, 36, 55). The world is closed: every column of the input is decided by
// exactly one rule of the policy, or the run is refused before the first row; a malformed value never passes; what is written becomes
// visible only once every release rule holds.
package desensitize
