package desensitize

import "math/big"

// budgetPlaces is how many decimal places roots and logarithms are rounded up to.
const budgetPlaces = 30

// budgetEpsilon is ρ + 2·√(ρ·ln(1/δ)), rounded up: what ρ of zero-concentrated differential privacy is as ε with δ.
func budgetEpsilon(rho, delta *big.Rat) *big.Rat {
	root := budgetRoot(new(big.Rat).Mul(rho, budgetLn(new(big.Rat).Inv(delta))))
	root.Mul(root, big.NewRat(2, 1))
	return root.Add(root, rho)
}

// budgetUp rounds a number of 0 or more up to so many decimal places.
func budgetUp(r *big.Rat, places int64) *big.Rat {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(places), nil)
	n := new(big.Int).Mul(r.Num(), unit)
	rest := new(big.Int)
	n.QuoRem(n, r.Denom(), rest)
	if rest.Sign() > 0 {
		n.Add(n, big.NewInt(1))
	}
	return new(big.Rat).SetFrac(n, unit)
}

// budgetRoot is the square root, rounded up.
func budgetRoot(r *big.Rat) *big.Rat {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(budgetPlaces), nil)
	n := budgetUp(new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Mul(unit, unit))), 0).Num()
	root := new(big.Int).Sqrt(n)
	if new(big.Int).Mul(root, root).Cmp(n) < 0 {
		root.Add(root, big.NewInt(1))
	}
	return new(big.Rat).SetFrac(root, unit)
}

// budgetLn is the natural logarithm of a number of 1 or more, rounded up: k·ln 2 + ln m with m from 1 to 2, both by the series of 2·artanh((m-1)/(m+1)).
func budgetLn(x *big.Rat) *big.Rat {
	m := new(big.Rat).Set(x)
	two := big.NewRat(2, 1)
	k := int64(0)
	for m.Cmp(two) > 0 {
		m.Quo(m, two)
		k++
	}
	ln := budgetSeries(m)
	return ln.Add(ln, new(big.Rat).Mul(big.NewRat(k, 1), budgetSeries(two)))
}

// budgetSeries is ln m for m from 1 to 2, rounded up. The terms fall at least ninefold, so that what is left out is less than the last term, which is counted twice.
func budgetSeries(m *big.Rat) *big.Rat {
	one := big.NewRat(1, 1)
	z := budgetUp(new(big.Rat).Quo(new(big.Rat).Sub(m, one), new(big.Rat).Add(m, one)), 2*budgetPlaces)
	square := budgetUp(new(big.Rat).Mul(z, z), 2*budgetPlaces)
	sum, power := new(big.Rat), z
	var term *big.Rat
	for n := int64(1); n < 2*budgetPlaces+10; n += 2 {
		term = new(big.Rat).Quo(power, big.NewRat(n, 1))
		sum.Add(sum, term)
		power = budgetUp(new(big.Rat).Mul(power, square), 2*budgetPlaces)
	}
	sum.Add(sum, term)
	return budgetUp(sum.Mul(sum, big.NewRat(2, 1)), budgetPlaces)
}
