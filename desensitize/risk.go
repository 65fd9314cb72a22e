package desensitize

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// RiskOptions say what of a table is measured. Ratios are exact; nil takes the default.
type RiskOptions struct {
	Quasi     []string // the quasi-identifying columns; a class is the rows that share their values in all of them
	Sensitive []string // columns whose values within a class are measured (l, t)
	Direct    []string // columns that hold direct identifiers
	// Threshold: a row is at risk where 1/size of its class is above it, strictly. Default 1/5, as where classes of five are asked for.
	Threshold *big.Rat
	// Population is the table that the rows are a sample of; nil: none is known.
	Population *Table
	// PopulationRows is how many rows the population has where it is not at hand; 0: that is not known. Uniques are then estimated.
	PopulationRows int
	// Distance of t: DistanceEqual by default. Hierarchical needs Hierarchy, of the sensitive column.
	Distance  Distance
	Hierarchy *Hierarchy
	// RecursiveL is the l of recursive (c,l)-diversity, whose smallest c is reported; default 3.
	RecursiveL int
	// Suppressed is the text that stands for a suppressed cell. A row suppressed in every quasi-identifying column is in no class and not counted;
	// where all rows are, the columns are generalised as a whole, and count. Empty: nothing is taken for suppressed.
	Suppressed string
	// Sharing and Context are for the verdict after GB/T 42460-2023.
	Sharing Sharing
	Context Context
	// Contribution measures each column by leaving it out.
	Contribution bool
}

// Distance is how far two distributions of a sensitive column are apart.
type Distance string

// The distances of t-closeness (Li, Li, Venkatasubramanian 2007).
const (
	DistanceEqual        Distance = "equal"        // all values are equally far apart
	DistanceOrdered      Distance = "ordered"      // numbers, by their rank
	DistanceHierarchical Distance = "hierarchical" // by the height at which a hierarchy joins them
)

// Risk is what a measurement found. It marshals to the JSON of the command, keys in this order; what was not asked for is null.
type Risk struct {
	Rows       int      `json:"rows"` // counted: suppressed rows are not
	Classes    int      `json:"classes"`
	K          int      `json:"k"` // the smallest class
	L          *int     `json:"l"` // the fewest different sensitive values in a class, over all sensitive columns
	T          *float64 `json:"t"` // the greatest distance of a class from the whole table
	Singletons int      `json:"singletons"`
	Prosecutor Attack   `json:"prosecutor"`
	Journalist *Attack  `json:"journalist"`
	// Marketer is the expected share of rows that are re-identified when all are matched: against the population where there is one.
	Marketer   float64         `json:"marketer"`
	GBT42460   *Verdict        `json:"gbt42460"`
	Suppressed int             `json:"suppressed"`
	Threshold  string          `json:"threshold"` // of at_risk: strictly above
	Largest    int             `json:"largest"`   // class
	Quasi      []string        `json:"quasi"`
	Sensitive  []SensitiveRisk `json:"sensitive,omitempty"`
	Uniques    *Uniques        `json:"uniques,omitempty"` // with a population
	// Estimate is of the uniques of a population of which only the number of rows is known.
	Estimate *UniquesEstimate `json:"uniques_estimate,omitempty"`
	Columns  []Contribution   `json:"columns,omitempty"`
	Sizes    []SizeCount      `json:"sizes"` // how many classes of each size
	// DirectSeen warns of columns of the file that are not among Direct, and whose values look like identifiers of persons. It changes no figure.
	DirectSeen []DirectSeen `json:"direct_seen,omitempty"`
}

// Attack is the risk of rows under one model of attack.
type Attack struct {
	Max    float64 `json:"max"`
	Avg    float64 `json:"avg"`
	AtRisk float64 `json:"at_risk"` // the share of rows whose risk is strictly above the threshold
}

// Uniques compare the sample with the population.
type Uniques struct {
	Sample     int `json:"sample"`     // rows alone in their class
	Population int `json:"population"` // of these, alone in the population too
}

// Contribution is what one column adds to the risk: the figures without it, and the difference of the mean risk.
type Contribution struct {
	Column     string  `json:"column"`
	Values     int     `json:"values"`
	Classes    int     `json:"classes"` // without the column
	K          int     `json:"k"`
	Singletons int     `json:"singletons"`
	Avg        float64 `json:"avg"`
	AtRisk     float64 `json:"at_risk"`
	Adds       float64 `json:"adds"` // mean risk with it less that without it
}

// SizeCount is how many classes have a size.
type SizeCount struct {
	Size    int `json:"size"`
	Classes int `json:"classes"`
}

// ErrNoQuasi is the error of a measurement without quasi-identifying columns where figures of classes are asked for.
var ErrNoQuasi = errors.New("desensitize: no quasi-identifying columns are named")

// MeasureRisk measures the risk of re-identification of a table, as it stands.
func MeasureRisk(t *Table, o RiskOptions) (*Risk, error) {
	if o.Threshold == nil {
		o.Threshold = big.NewRat(1, 5)
	}
	if o.Distance == "" {
		o.Distance = DistanceEqual
	}
	cols, err := t.find(o.Quasi)
	if err != nil {
		return nil, err
	}
	if _, err := t.find(o.Direct); err != nil {
		return nil, err
	}
	r := &Risk{Threshold: o.Threshold.RatString(), Quasi: o.Quasi, DirectSeen: t.directSeen(o.Direct)}
	if len(cols) == 0 && len(o.Direct) == 0 && o.Sharing == "" {
		return nil, ErrNoQuasi
	}
	out, suppressed := riskSuppressed(cols, t.rows, o.Suppressed)
	r.Suppressed = suppressed
	var classes riskClasses
	if len(cols) > 0 {
		views := riskViews(cols)
		classes = riskClassesOf(views, t.rows, out)
		r.count(classes.sizes, o.Threshold)
		if err := r.sensitive(t, classes, o); err != nil {
			return nil, err
		}
		if o.Population != nil {
			if err := r.population(t, classes, o); err != nil {
				return nil, err
			}
		}
		if o.PopulationRows > 0 {
			if r.Estimate, err = EstimateUniques(r.Sizes, o.PopulationRows); err != nil {
				return nil, err
			}
		}
		if o.Contribution {
			r.contributions(cols, t.rows, out, o)
		}
	}
	if o.Sharing != "" {
		r.GBT42460, err = Judge(classes.sizes, len(o.Direct) > 0, len(o.Quasi) > 0, o.Sharing, o.Context)
	}
	return r, err
}

func riskViews(cols []*riskColumn) []riskView {
	views := make([]riskView, len(cols))
	for i, c := range cols {
		views[i] = c.view()
	}
	return views
}

// riskSuppressed finds the rows that are suppressed in every column.
func riskSuppressed(cols []*riskColumn, rows int, text string) ([]bool, int) {
	if text == "" || len(cols) == 0 {
		return nil, 0
	}
	marks := make([]uint32, len(cols))
	for i, c := range cols {
		id, ok := c.ids[text]
		if !ok {
			return nil, 0
		}
		marks[i] = id
	}
	out, n := make([]bool, rows), 0
	for r := range out {
		out[r] = true
		for i, c := range cols {
			if c.codes[r] != marks[i] {
				out[r] = false
				break
			}
		}
		if out[r] {
			n++
		}
	}
	if n == 0 || n == rows {
		return nil, 0
	}
	return out, n
}

// count works out what follows from the sizes of classes alone.
func (r *Risk) count(sizes []uint32, threshold *big.Rat) {
	floor := riskFloor(threshold)
	atRisk := 0
	bySize := map[uint32]int{}
	for _, n := range sizes {
		bySize[n]++
	}
	for n, classes := range bySize {
		r.Sizes = append(r.Sizes, SizeCount{int(n), classes})
		r.Rows += int(n) * classes
		if uint64(n) < floor {
			atRisk += int(n) * classes
		}
	}
	slices.SortFunc(r.Sizes, func(a, b SizeCount) int { return a.Size - b.Size })
	r.Classes, r.Singletons = len(sizes), bySize[1]
	if r.Classes == 0 {
		return
	}
	r.K, r.Largest = r.Sizes[0].Size, r.Sizes[len(r.Sizes)-1].Size
	r.Prosecutor = Attack{1 / float64(r.K), float64(r.Classes) / float64(r.Rows), float64(atRisk) / float64(r.Rows)}
	r.Marketer = r.Prosecutor.Avg
}

// contributions leaves out each column in turn.
func (r *Risk) contributions(cols []*riskColumn, rows int, out []bool, o RiskOptions) {
	for i, c := range cols {
		others := riskViews(slices.Delete(slices.Clone(cols), i, i+1))
		var without Risk
		without.count(riskClassesOf(others, rows, out).sizes, o.Threshold)
		r.Columns = append(r.Columns, Contribution{
			Column: o.Quasi[i], Values: len(c.values), Classes: without.Classes, K: without.K, Singletons: without.Singletons,
			Avg: without.Prosecutor.Avg, AtRisk: without.Prosecutor.AtRisk, Adds: r.Prosecutor.Avg - without.Prosecutor.Avg,
		})
	}
}

// population compares with the table that the rows are a sample of. A class of the sample that the population lacks, or has fewer rows of, shows that
// it is no sample of it, and nothing is measured.
func (r *Risk) population(t *Table, classes riskClasses, o RiskOptions) error {
	mine, err := t.find(o.Quasi)
	if err != nil {
		return err
	}
	theirs, err := o.Population.find(o.Quasi)
	if err != nil {
		return fmt.Errorf("population: %w", err)
	}
	// The codes of the population continue those of the sample, so that both are packed alike.
	views := make([]riskView, len(mine))
	rows := t.rows + o.Population.rows
	for i, c := range mine {
		to := make([]uint32, len(theirs[i].values))
		card := len(c.values)
		for k, v := range theirs[i].values {
			id, ok := c.ids[v]
			if !ok {
				id = uint32(card)
				card++
			}
			to[k] = id
		}
		codes := make([]uint32, 0, rows)
		codes = append(codes, c.codes...)
		for _, k := range theirs[i].codes {
			codes = append(codes, to[k])
		}
		views[i] = riskView{codes, card}
	}
	both := riskClassesOf(views, rows, nil)
	counts := make([]uint32, len(both.sizes))
	for _, c := range both.of[t.rows:] {
		counts[c]++
	}
	inPopulation := make([]uint32, len(classes.sizes))
	for row := range t.rows {
		c := classes.of[row]
		if c == riskOut {
			continue
		}
		n := counts[both.of[row]]
		if n < classes.sizes[c] {
			return &TableError{Row: row + 1, What: fmt.Sprintf("the population has %d rows with its quasi-identifiers, the sample %d: the table is no sample of that population", n, classes.sizes[c])}
		}
		inPopulation[c] = n
	}
	r.journalist(classes.sizes, inPopulation, riskFloor(o.Threshold))
	return nil
}

// journalist works out the risk of rows whose class in the population is what an attacker sees.
func (r *Risk) journalist(sizes, inPopulation []uint32, floor uint64) {
	if len(sizes) == 0 {
		return
	}
	j, u := &Attack{}, &Uniques{Sample: r.Singletons}
	atRisk, sum := 0, 0.0
	for c, n := range sizes {
		f := inPopulation[c]
		j.Max = max(j.Max, 1/float64(f))
		sum += float64(n) / float64(f)
		if uint64(f) < floor {
			atRisk += int(n)
		}
		if f == 1 {
			u.Population++
		}
	}
	j.Avg, j.AtRisk = sum/float64(r.Rows), float64(atRisk)/float64(r.Rows)
	r.Journalist, r.Uniques, r.Marketer = j, u, j.Avg
}
