package desensitize

import (
	"fmt"
	"math"
)

// UniquesEstimate is how many rows are alone in their class in a population that is not at hand, of which the table is a sample. Both figures rest on a model of how classes are
// distributed; neither knows of a class that the sample missed.
type UniquesEstimate struct {
	Population int     `json:"population"` // rows
	Fraction   float64 `json:"fraction"`   // of them that the table has
	// Pitman rests on the partition of Ewens and Pitman, fitted by maximum likelihood (Hoshino, "Applying Pitman's sampling formula to microdata disclosure risk assessment", 2001). Null where
	// no maximum exists: every row, or none, is alone.
	Pitman *float64 `json:"pitman"`
	// Zayatz takes the classes of the population to be distributed as those of the sample (Zayatz, "Estimation of the percent of unique population elements on a microdata file using the sample", 1991).
	Zayatz float64 `json:"zayatz"`
	// Model is the one of the two that is to be believed, and Uniques its figure: pitman where the table has a tenth of the population at most, as Dankar et al. found ("Estimating the
	// re-identification risk of clinical data sets", 2012). Above it they take the smaller of zayatz and of a third model, which is not here: zayatz errs towards more.
	Model   string  `json:"model"`
	Uniques float64 `json:"uniques"`
}

// EstimateUniques estimates how many rows of a population of a size are alone in their class, from how many classes of each size a sample has (Risk.Sizes). Both
// models tend to more than there are: of the 543 of Adult (30,162 rows, four columns), zayatz makes 552 out of a third of the rows and 900 out of a tenth, pitman 612 and 786.
func EstimateUniques(sizes []SizeCount, population int) (*UniquesEstimate, error) {
	rows, classes, alone := 0, 0, 0
	for _, s := range sizes {
		rows += s.Size * s.Classes
		classes += s.Classes
		if s.Size == 1 {
			alone = s.Classes
		}
	}
	if rows == 0 || population < rows {
		return nil, &TableError{What: fmt.Sprintf("the table has %d rows in classes, and the population of which it is a sample is said to have %d", rows, population)}
	}
	e := &UniquesEstimate{Population: population, Fraction: float64(rows) / float64(population), Model: "zayatz"}
	if alone > 0 {
		e.Zayatz = zayatz(sizes, rows, population, alone)
	}
	e.Uniques = e.Zayatz
	const tenth = 0.1
	if alone > 0 && classes > 1 && classes < rows {
		theta, alpha := fitPitman(sizes, rows, classes)
		n := pitmanUniques(theta, alpha, population)
		e.Pitman = &n
		if e.Fraction <= tenth {
			e.Model, e.Uniques = "pitman", n
		}
	}
	return e, nil
}

// zayatz scales the sample's uniques by the chance that one is alone in the population too: that of a class of one among all classes that show one row.
func zayatz(sizes []SizeCount, rows, population, alone int) float64 {
	n, all := float64(rows), float64(population)
	// A class of the population shows exactly one row in the sample with a chance that is hypergeometric.
	shows := func(size float64) float64 {
		if n-1 > all-size {
			return 0
		}
		return size * math.Exp(logChoose(all-size, n-1)-logChoose(all, n))
	}
	of := 0.0
	for _, s := range sizes {
		of += float64(s.Classes) * shows(float64(s.Size))
	}
	return float64(alone) * float64(alone) * shows(1) / of * all / n
}

func logChoose(n, k float64) float64 { return logGamma(n+1) - logGamma(k+1) - logGamma(n-k+1) }

func logGamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// fitPitman finds the parameters under which the sample's classes are likeliest. For each alpha the likelihood has one maximum in theta, where its derivative falls through zero, and what is
// left is a function of alpha with one maximum.
func fitPitman(sizes []SizeCount, rows, classes int) (theta, alpha float64) {
	const steps = 80
	best := func(alpha float64) (theta, value float64) {
		theta = pitmanTheta(alpha, float64(rows), float64(classes))
		return theta, pitmanLikelihood(sizes, theta, alpha, rows, classes)
	}
	golden := (math.Sqrt(5) - 1) / 2
	low, high := 1e-6, 1-1e-9
	a, b := high-golden*(high-low), low+golden*(high-low)
	_, fa := best(a)
	_, fb := best(b)
	for range steps {
		if fa < fb {
			low, a, fa = a, b, fb
			b = low + golden*(high-low)
			_, fb = best(b)
		} else {
			high, b, fb = b, a, fa
			a = high - golden*(high-low)
			_, fa = best(a)
		}
	}
	alpha = (low + high) / 2
	theta, _ = best(alpha)
	return theta, alpha
}

// pitmanLikelihood is the logarithm of the likelihood, up to a constant:
// Σ log(θ+iα) over i < classes, less Σ log(θ+i) over i < rows, plus Σ log(i-α) over i < size of each class.
func pitmanLikelihood(sizes []SizeCount, theta, alpha float64, rows, classes int) float64 {
	u, n := float64(classes), float64(rows)
	v := (u-1)*math.Log(alpha) + logGamma(theta/alpha+u) - logGamma(theta/alpha+1) - logGamma(theta+n) + logGamma(theta+1)
	one := logGamma(1 - alpha)
	for _, s := range sizes {
		v += float64(s.Classes) * (logGamma(float64(s.Size)-alpha) - one)
	}
	return v
}

// pitmanTheta is where the derivative of the likelihood by theta is zero, which lies above -alpha.
func pitmanTheta(alpha, n, u float64) float64 {
	slope := func(theta float64) float64 {
		return (digamma(theta/alpha+u)-digamma(theta/alpha+1))/alpha - digamma(theta+n) + digamma(theta+1)
	}
	low, high := -40.0, 40.0 // of log(theta+alpha)
	for range 80 {
		middle := (low + high) / 2
		if slope(math.Exp(middle)-alpha) > 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Exp((low+high)/2) - alpha
}

// pitmanUniques is the expected number of classes of one row among so many rows: each row is alone with the chance that none of the others joined it,
// Π (θ+α+m-1)/(θ+m) over m < rows. (Hoshino's Γ(θ+1)/Γ(θ+α)·N^α is what this comes to for many rows.)
func pitmanUniques(theta, alpha float64, rows int) float64 {
	n := float64(rows)
	return n * math.Exp(logGamma(theta+alpha+n-1)-logGamma(theta+alpha)+logGamma(theta+1)-logGamma(theta+n))
}

// digamma is the derivative of log Γ, for what is above 0: by its recurrence up to where its asymptotic series is exact to the last digits.
func digamma(x float64) float64 {
	v := 0.0
	for x < 10 {
		v -= 1 / x
		x++
	}
	r := 1 / (x * x)
	return v + math.Log(x) - 0.5/x - r*(1.0/12-r*(1.0/120-r*(1.0/252-r*(1.0/240-r/132))))
}
