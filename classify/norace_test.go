//go:build !race

package classify_test

const raceDetector = false
