//go:build race

package classify_test

// raceDetector says that allocations are not those of the program alone.
const raceDetector = true
