// Package bench measures banfa beside its peers on one workload in one run, so that only ratios need be compared: the machines that
// this is measured on are noisy.
//
//	go test -bench . -benchtime 2s ./...
//
// Every engine is first checked to give the same answers as the hand-written Go on every record.
package bench
