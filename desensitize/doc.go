// Package desensitize de-identifies tables under a policy (Arts. 15p1, 36, 55). The world is closed: every column of the input is decided by
// exactly one rule of the policy, or the run is refused before the first row; a malformed value never passes; what is written becomes
// visible only once every release rule holds.
//
// New makes a Policy of one rule file of kind Desensitization; the host gives the keys. OpenSource and NewSink (or NewSource, RowsSource, SQLSource,
// TableSource) are the tables; Policy.Run takes one through and returns a Report. Write to a file of another name and rename it only when the error is nil:
// a *ReleaseRefusedError means that nothing may be seen. Policy.Record and AppendRecord keep the processing record, VerifyRecords checks it (Article 55).
//
// Without a policy: LoadTable and MeasureRisk measure a table, Judge gives the verdict of GB/T 42460-2023, Anonymise finds the generalisation of
// least loss, Scan looks for identifiers, Strength counts what shares a mask.
package desensitize
