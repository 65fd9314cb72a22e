package desensitize

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
)

// What is known of a node without counting it.
const (
	latticeUnknown = iota
	latticeDone    // counted, or in the hands of a worker
	latticeBelow   // a node above it suppresses too much by what is monotone, and it suppresses no less
	latticeAbove   // a node below it has a bound above the best loss, and its own bound is no lower
)

// latticeSearch finds the node of least loss that meets a model. It goes through the nodes by a bound of their loss that needs no counting; of each it
// follows a path upwards and halves it, so that one node that suppresses too much rules out everything below it. The answer is that of counting every
// node: the least loss, then the fewest suppressed rows, the lowest sum of levels, and the lowest levels column by column.
type latticeSearch struct {
	space *latticeSpace
	model *latticeModel

	mu      sync.Mutex
	state   []uint8
	before  []float64 // by node
	order   []int32   // nodes by before
	next    int
	best    *latticeOutcome
	checked int
}

// better reports whether a is the answer rather than b.
func (s *latticeSearch) better(a, b *latticeOutcome) bool {
	if b == nil {
		return true
	}
	if c := cmp.Or(cmp.Compare(a.loss, b.loss), cmp.Compare(a.suppressed, b.suppressed)); c != 0 {
		return c < 0
	}
	x, y := s.space.node(a.node), s.space.node(b.node)
	return cmp.Or(cmp.Compare(latticeHeight(x), latticeHeight(y)), slices.Compare(x, y)) < 0
}

func latticeHeight(levels []int) int {
	sum := 0
	for _, l := range levels {
		sum += l
	}
	return sum
}

// run searches with a number of workers.
func (s *latticeSearch) run(ctx context.Context, workers int) (*latticeOutcome, error) {
	n := s.space.nodes
	s.state, s.before, s.order = make([]uint8, n), make([]float64, n), make([]int32, n)
	heights := make([]int, n)
	for i := range n {
		levels := s.space.node(i)
		s.before[i], s.order[i], heights[i] = s.model.before(s.space, levels), int32(i), latticeHeight(levels)
	}
	slices.SortFunc(s.order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.before[a], s.before[b]), cmp.Compare(heights[a], heights[b]), cmp.Compare(a, b))
	})
	var all sync.WaitGroup
	for range max(1, workers) {
		all.Add(1)
		go func() {
			defer all.Done()
			var w latticeWork
			for ctx.Err() == nil {
				path := s.take()
				if path == nil {
					return
				}
				s.halve(ctx, &w, path)
			}
		}()
	}
	all.Wait()
	return s.best, ctx.Err()
}

// limit is the loss that a node must not exceed to be of interest.
func (s *latticeSearch) limit() float64 {
	if s.best == nil {
		return math.Inf(1)
	}
	return s.best.loss
}

// take returns the next node to look at with a path of unknown nodes above it; nil when there is none.
func (s *latticeSearch) take() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; s.next < len(s.order); s.next++ {
		node := int(s.order[s.next])
		if s.before[node] > s.limit() {
			s.next = len(s.order)
			break
		}
		if s.state[node] != latticeUnknown {
			continue
		}
		s.next++
		path := []int{node}
		for {
			step := -1
			s.space.up(path[len(path)-1], func(up int) {
				if s.state[up] == latticeUnknown && s.before[up] <= s.limit() && (step < 0 || s.before[up] < s.before[step]) {
					step = up
				}
			})
			if step < 0 {
				break
			}
			path = append(path, step)
		}
		s.state[node] = latticeDone
		return path
	}
	return nil
}

// halve looks for the border on a path between nodes that suppress too much and those that do not.
func (s *latticeSearch) halve(ctx context.Context, w *latticeWork, path []int) {
	low, high, first := 0, len(path)-1, true
	for low <= high && ctx.Err() == nil {
		middle := (low + high) / 2
		if first { // the highest rules out the whole path, where it suppresses too much
			middle, first = high, false
		}
		if s.settled(path[middle], middle == 0) {
			high = middle - 1
			continue
		}
		out := s.model.evaluate(s.space, w, path[middle])
		if s.consider(&out) {
			high = middle - 1
		} else {
			low = middle + 1
		}
	}
}

// settled reports whether a node on a path has become uninteresting since the path was made, and otherwise takes it.
func (s *latticeSearch) settled(node int, first bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.before[node] > s.limit() {
		return true
	}
	if first && s.state[node] == latticeDone { // taken for this path
		return false
	}
	if s.state[node] != latticeUnknown {
		return true
	}
	s.state[node] = latticeDone
	return false
}

// consider notes what counting a node showed. It reports whether what is monotone is met.
func (s *latticeSearch) consider(out *latticeOutcome) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checked++
	if out.ok && s.better(out, s.best) {
		s.best = out
	}
	if out.short > s.model.limit {
		s.spread(out.node, latticeBelow, s.space.down)
		return false
	}
	if out.bound > s.limit() {
		s.spread(out.node, latticeAbove, s.space.up)
	}
	return true
}

// spread marks every unknown node in a direction. What is marked already has been spread from.
func (s *latticeSearch) spread(node int, mark uint8, step func(int, func(int))) {
	stack := []int{node}
	seen := func(n int) bool { return s.state[n] == mark }
	s.state[node] = mark
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		step(n, func(m int) {
			if !seen(m) {
				s.state[m] = mark
				stack = append(stack, m)
			}
		})
	}
}
