// Package classify decides the open type of public data by a rule file of kind Classification: in the pack for Shenzhen,
// unconditional, conditional or closed (Articles 10 to 16 of the Measures).
//
//	rules, err := banfa.Load(shenzhen.FS())
//	c, err := classify.New(rules)
//	r, err := c.Classify(ctx, banfa.JSON(document))
//
// It is for telling what the facts lead to, exactly, with all that is not known left open: an answer is determined only where no
// completion of the absent facts could change it, and otherwise says which outcomes are possible and which facts decide. It is not
// for deciding in a person's place: where rules conflict, or one asks for review, the answer says so and a person decides.
//
//   - Classify answers for one data set, with or without items; Stream for many; Verdict without what explains it, for millions.
//   - Interview asks for what is missing, best question first.
//   - Change decides whether a recorded open type may be changed (Article 15).
//   - Result.Explain and Result.Trace say why.
package classify
