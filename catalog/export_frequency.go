package catalog

// exportFrequency names a frequency in the EU's vocabulary, the only one that DCAT-AP 3 allows, and as DCAT-US 1.1 has it: a repeating
// interval, or irregular. What has no name there is left out.
func exportFrequency(f Frequency) (european, american string) {
	american = f.ISO()
	if f == Irregular || f == OnDemand {
		american = "irregular"
	}
	return f.EU(), american
}

func (x *exporter) frequencyLabel(f Frequency) string { return x.pick(f.Label(), f.English()) }
