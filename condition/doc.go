// Package condition takes public data from "who may use it, for what, and how" to a permission that can be suspended (Articles 24 to 27,
// 39 to 44, 58, 59, 63, 65 and 71 of the Measures).
//
// New makes an Access of one rule file of kind Conditions, by its name or by the data set it is for; Decide advises on an application:
// approve, reject or incomplete. The library advises and the authority decides: Result.Record keeps what was decided, and asks for a
// reason where that differs from the advice.
package condition
