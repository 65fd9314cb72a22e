// Package condition takes public data from "who may use it, for what, and how" to a permission that can be suspended (Articles 24 to 27,
// 39 to 44, 58, 59, 63, 65 and 71 of the Measures).
//
// New makes an Access of one rule file of kind Conditions, by its name or by the data set it is for; Decide advises on an application:
// approve, reject or incomplete. The library advises and the authority decides: Result.Record keeps what was decided, and asks for a
// reason where that differs from the advice.
//
// Beside it:
//
//   - Form, Published and Materials of an Access are what is to be shown before anybody applies (Article 41); Interview asks one question at a time.
//   - Draft writes an agreement from a Result, CheckAgreement says what one lacks (Article 43); an Agreement writes itself as JSON, Markdown and docx.
//   - NewLifecycle follows a case by its events: Fold, or Apply one by one, gives a Standing with deadlines and what may happen next; AsOf asks at a
//     later time. An event that is not legal is an *IllegalEventError and changes nothing (Articles 42, 63 and 65).
//   - NewMonitor watches usage events: Observe one, or Watch a stream; Snapshot and Restore carry its state over a restart (Article 59).
//   - NewIndex finds the Access of a data set among many files.
package condition
