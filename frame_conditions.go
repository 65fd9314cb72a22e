package banfa

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/expr"
	"github.com/banfa-go/banfa/internal/ruleset"
	"github.com/banfa-go/banfa/internal/source"
)

// conditionsPart is what a file of kind Conditions says itself, before it is put together with what it extends. Its expressions are not
// compiled: they are in the environment of each file that they come to stand in.
type conditionsPart struct {
	ids             map[string]bool
	facts           []ruleset.Fact
	params          []ruleset.Parameter
	requirements    []*ruleset.AccessRequirement
	obligations     []*ruleset.Obligation
	agreement       []ruleset.Term
	interpretations []ruleset.Interpretation
	levels          *ruleset.Levels
	composed        bool
	nodes           map[string]*source.Node // of requirements and obligations, by id
}

// conditionsPart reads a document once, whichever file needs it first: the order of files in a bundle has no meaning.
func (d *document) conditionsPart() *conditionsPart {
	if d.part != nil {
		return d.part
	}
	if d.outline == nil {
		// It may be read on behalf of another file, before its own turn; what is wrong with its instrument is said then.
		n, failed := len(d.l.found), d.failed
		d.findInstrument()
		d.l.found, d.failed = d.l.found[:n], failed
	}
	root := d.file.Root
	p := &conditionsPart{nodes: map[string]*source.Node{}}
	d.part = p
	p.ids = d.ruleIDs(root)
	p.facts = d.facts(root.Get("facts"))
	p.params, _, _ = d.parameters(root.Get("parameters"))
	for _, n := range items(root.Get("requirements")) {
		id := text(n, "id")
		p.nodes[id] = n
		p.requirements = append(p.requirements, &ruleset.AccessRequirement{
			ID: id, Dimension: text(n, "dimension"), Basis: d.citations(n.Get("basis")), Evidence: values(words(n, "evidence")),
			Mitigates: values(words(n, "mitigates")), Message: text(n, "message"), Remedy: text(n, "remedy"),
			Effective: d.ruleWindow(n), Place: placeOfNode(n.Get("id")), File: d.file.Name, From: d.head.ID(),
		})
		d.l.rules++
	}
	for _, n := range items(root.Get("obligations")) {
		id := text(n, "id")
		p.nodes[id] = n
		p.obligations = append(p.obligations, &ruleset.Obligation{
			ID: id, Basis: d.citations(n.Get("basis")), Text: text(n, "text"), Effective: d.ruleWindow(n),
			Place: placeOfNode(n.Get("id")), From: d.head.ID(),
		})
		d.l.rules++
	}
	terms := map[string]bool{}
	for _, n := range items(root.Get("agreement")) {
		if id := text(n, "id"); terms[id] {
			d.report("BF1017", n.Get("id").Range, "frame.duplicate-id", id)
			continue
		}
		terms[text(n, "id")] = true
		p.agreement = append(p.agreement, ruleset.Term{
			ID: text(n, "id"), Term: text(n, "term"), Text: text(n, "text"), Place: placeOfNode(n.Get("id")), From: d.head.ID(),
		})
	}
	p.levels = d.levels(root.Get("levels"))
	return p
}

// conditions checks a file of kind Conditions and puts it together with those it extends.
func (d *document) conditions() {
	root := d.file.Root
	own := d.conditionsPart()
	if own.composed {
		return // a file that extends it came first
	}
	own.composed = true
	c := &ruleset.Conditions{
		Head: d.head, Issuer: text(root.Get("metadata"), "issuer"), Datasets: d.datasets(root), Extends: values(words(root, "extends")),
	}
	c.Level, _ = strconv.Atoi(text(root, "level"))
	lineage := d.lineage()
	sums := []string{d.head.ID() + " " + d.head.Digest + "\n"}
	broken := false
	for _, base := range lineage {
		c.Lineage = append(c.Lineage, base.head.Name)
		sums = append(sums, base.head.ID()+" "+base.head.Digest+"\n")
		base.conditions()
		broken = broken || base.failed
		if base.failed && base.l != d.l { // its own findings are not this bundle's, and nothing of it may be lost in silence
			d.report("BF2002", keyRange(root, "extends"), "conditions.base-broken", base.head.ID())
		}
	}
	c.Sum = d.head.Digest
	if len(lineage) > 0 {
		sum := sha256.Sum256([]byte(strings.Join(sums, "")))
		c.Sum = "sha256:" + hex.EncodeToString(sum[:])
	}
	d.composeFacts(c, lineage)
	d.composeParams(lineage)
	env, now, params := d.environment(c.Facts, nil)
	if env == nil {
		return
	}
	c.Env, c.Now, c.Params = env, now, params
	c.Parameters, _, c.ParamsValue = d.params()
	if d.l.compiled == nil {
		d.l.compiled = expr.NewMemo()
	}
	env.Remember(d.l.compiled)
	d.composeVariables(c, lineage)
	d.composeRules(c, lineage)
	env.Remember(nil)
	own.interpretations = d.interpretations(root, d.allIDs(lineage))
	for _, base := range lineage {
		c.Interpretations = append(c.Interpretations, base.inheritedInterpretations()...)
		c.Agreement = append(c.Agreement, base.part.agreement...)
		if c.Levels == nil {
			c.Levels = base.part.levels
		}
	}
	c.Interpretations = append(c.Interpretations, own.interpretations...)
	c.Agreement = append(c.Agreement, own.agreement...)
	if own.levels != nil {
		c.Levels = own.levels
	}
	d.checkWaivers(d.allIDs(lineage))
	if c.Issuer == "" && len(own.params) > 0 {
		d.add(Diagnostic{
			Code: "BF3005", Severity: Warning, File: d.file.Name, Range: rangeOf(keyRange(root, "parameters")), Key: "conditions.no-issuer",
		})
	}
	d.l.bundle.Conditions = append(d.l.bundle.Conditions, c)
	if !d.failed && !broken {
		d.conditionsUnused(c)
		d.lintConditions(c)
	}
}

// inheritedInterpretations reads the interpretations of a base file for a file that extends it; what is wrong with them is said in the
// base file's own turn.
func (d *document) inheritedInterpretations() []ruleset.Interpretation {
	if d.part.interpretations == nil {
		n, failed := len(d.l.found), d.failed
		d.part.interpretations = d.interpretations(d.file.Root, d.part.ids)
		d.l.found, d.failed = d.l.found[:n], failed
	}
	return d.part.interpretations
}

// allIDs are the ids that a file may refer to: its own and those it inherits.
func (d *document) allIDs(lineage []*document) map[string]bool {
	ids := map[string]bool{}
	for _, x := range append(lineage[:len(lineage):len(lineage)], d) {
		for id := range x.part.ids {
			ids[id] = true
		}
	}
	return ids
}

// datasets reads the data sets of a file: ids, or patterns with one * at their end.
func (d *document) datasets(root *source.Node) []string {
	var out []string
	seen := map[string]bool{}
	for _, n := range words(root, "datasets") {
		if n.Kind != source.Scalar || n.Broken || n.Type != source.Str || n.Value == "" {
			continue
		}
		switch i := strings.IndexByte(n.Value, '*'); {
		case len(n.Value) > maxDataset:
			d.report("BF1012", n.Range, "limit.exceeded", "datasets", strconv.Itoa(len(n.Value)), strconv.Itoa(maxDataset))
		case i >= 0 && i < len(n.Value)-1:
			d.report("BF1014", n.Range, "conditions.dataset-pattern", n.Value)
		case seen[n.Value]:
			d.report("BF1017", n.Range, "frame.duplicate-id", n.Value)
		default:
			seen[n.Value] = true
			out = append(out, n.Value)
		}
	}
	return out
}

// lineage returns the documents that d extends, through others too, each once and after those that it extends itself. A name that is no
// file, and a circle, are reported where they are written.
func (d *document) lineage() []*document {
	byName := d.l.conditionsByName()
	var out []*document
	done := map[*document]bool{d: true}
	path := []*document{d}
	var visit func(x *document)
	visit = func(x *document) {
		for _, w := range words(x.file.Root, "extends") {
			base := byName[w.Value]
			switch {
			case w.Kind != source.Scalar || w.Broken:
			case base == nil && x == d:
				d.report("BF4007", w.Range, "conditions.extends-unknown", w.Value).didYouMean(w.Value, sorted(mapKeys(byName)))
			case base == nil:
			case slices.Contains(path, base):
				if x == d || base == d {
					d.extendsCycle(path[slices.Index(path, base):], base)
				}
			case !done[base]:
				done[base] = true
				path = append(path, base)
				visit(base)
				path = path[:len(path)-1]
				out = append(out, base)
			}
		}
	}
	visit(d)
	return out
}

// conditionsByName are the files that conditions may extend, those of the bundle before those of citable file systems.
func (l *loader) conditionsByName() map[string]*document {
	if l.extendable != nil {
		return l.extendable
	}
	l.extendable = maps.Clone(l.bases)
	if l.extendable == nil {
		l.extendable = map[string]*document{}
	}
	own := map[string]bool{}
	for _, x := range l.docs {
		if x.head.Kind == "Conditions" && x.head.Name != "" && !own[x.head.Name] {
			l.extendable[x.head.Name], own[x.head.Name] = x, true
		}
	}
	return l.extendable
}

// extended returns the files of citable file systems that conditions of the bundle extend.
func (l *loader) extended() []*document {
	own := map[string]bool{}
	for _, c := range l.bundle.Conditions {
		own[c.Name] = true
	}
	var out []*document
	for _, c := range l.bundle.Conditions {
		for _, name := range c.Lineage {
			if base := l.bases[name]; base != nil && !own[name] {
				own[name] = true
				out = append(out, base)
			}
		}
	}
	return out
}

// extendsCycle reports a circle in the file it leads back to.
func (d *document) extendsCycle(path []*document, back *document) {
	var names []string
	for _, x := range path {
		names = append(names, x.head.Name)
	}
	if back != d || slices.ContainsFunc(path, func(x *document) bool { return x.head.Name < d.head.Name }) {
		return // reported once, by the file of the circle whose name comes first
	}
	d.report("BF4004", keyRange(d.file.Root, "extends"), "conditions.extends-cycle", strings.Join(append(names, back.head.Name), " → "))
}

// composeFacts puts the facts of base files before the file's own and gives all their slots. A fact may be declared again, in the same way.
func (d *document) composeFacts(c *ruleset.Conditions, lineage []*document) {
	from := map[string]*document{}
	for _, x := range append(lineage[:len(lineage):len(lineage)], d) {
		for _, f := range x.part.facts {
			first, again := from[f.Name]
			if !again {
				from[f.Name] = x
				f.Slot = len(c.Facts)
				c.Facts = append(c.Facts, f)
				continue
			}
			if !sameFact(first.file.Root.Get("facts").Get(f.Name), x.file.Root.Get("facts").Get(f.Name)) {
				d.factDiffers(&f, x, first)
			}
		}
	}
}

// factDiffers reports a fact that is declared in two ways: in the file's own declaration, or, of two base files, where the file names them.
func (d *document) factDiffers(f *ruleset.Fact, x, first *document) {
	at := placeRange(f.Place)
	if x != d {
		at = rangeOf(keyRange(d.file.Root, "extends"))
	}
	g := d.add(Diagnostic{
		Code: "BF1017", File: d.file.Name, Range: at, Key: "conditions.fact-differs", Args: []string{f.Name, first.head.ID()},
	})
	if n := first.file.Root.Get("facts").KeyNode(f.Name); n != nil {
		g.Related = append(g.Related, Related{File: first.file.Name, Range: rangeOf(n.Range), Key: "related.first-here"})
	}
}

// sameFact compares two declarations. How the question is put, and the citation, may differ.
func sameFact(a, b *source.Node) bool {
	may := map[string]bool{"ask": true, "basis": true}
	return sameNode(a, b, may)
}

func sameNode(a, b *source.Node, except map[string]bool) bool {
	if a == nil || b == nil || a.Kind != b.Kind {
		return a == b
	}
	switch a.Kind {
	case source.Map:
		count := func(n *source.Node) (k int) {
			for _, e := range n.Entries {
				if !except[e.Key.Value] {
					k++
				}
			}
			return k
		}
		if count(a) != count(b) {
			return false
		}
		for _, e := range a.Entries {
			if !except[e.Key.Value] && !sameNode(e.Value, b.Get(e.Key.Value), nil) {
				return false
			}
		}
		return true
	case source.List:
		return slices.EqualFunc(a.Items, b.Items, func(x, y *source.Node) bool { return sameNode(x, y, nil) })
	}
	return a.Value == b.Value && a.Type == b.Type
}

// composeParams puts parameters together: a file may set those of its base files anew (Art. 24 leaves thresholds to the opening body), in
// a value of the same type.
func (d *document) composeParams(lineage []*document) {
	var all []ruleset.Parameter
	for _, x := range append(lineage[:len(lineage):len(lineage)], d) {
		for _, p := range x.part.params {
			i := slices.IndexFunc(all, func(q ruleset.Parameter) bool { return q.Name == p.Name })
			if i < 0 {
				all = append(all, p)
				continue
			}
			v, ok := d.sameParamType(x, &all[i], p)
			if ok {
				p.Value = v
				all[i] = p
			}
		}
	}
	d.paramsRead = true
	if len(all) == 0 {
		return
	}
	t := &expr.Type{Kind: expr.Object, Name: "params"}
	object := map[string]any{}
	for _, p := range all {
		t.Fields = append(t.Fields, expr.Field{Name: p.Name, Type: &expr.Type{Kind: paramKind(p.Value)}})
		object[p.Name] = p.Value
	}
	if v, err := t.FromGo(object); err == nil {
		d.paramList, d.paramType, d.paramValue = all, t, v
	}
}

// paramKind is the type that parameters gives a value of this kind.
func paramKind(v expr.Value) expr.Kind {
	if _, ok := v.Bool(); ok {
		return expr.Bool
	}
	if _, ok := v.Int(); ok {
		return expr.Int
	}
	if _, ok := v.Str(); ok {
		return expr.String
	}
	return expr.Decimal
}

// sameParamType returns the value that sets a parameter anew, as the type that expressions of the base file read.
func (d *document) sameParamType(x *document, before *ruleset.Parameter, after ruleset.Parameter) (expr.Value, bool) {
	want, have := paramKind(before.Value), paramKind(after.Value)
	if want == have {
		return after.Value, true
	}
	if want == expr.Decimal && have == expr.Int {
		if v, err := (&expr.Type{Kind: expr.Decimal}).FromGo(after.Value.String()); err == nil {
			return v, true
		}
	}
	if x == d {
		n := d.file.Root.Get("parameters").Get(after.Name)
		d.report("BF1014", n.Get("value").Range, "conditions.parameter-type", after.Name, have.String(), want.String())
	}
	return expr.Value{}, false
}

// composeVariables defines the variables of base files, and then the file's own.
func (d *document) composeVariables(c *ruleset.Conditions, lineage []*document) {
	taken := map[string]*document{}
	for _, x := range lineage {
		n := x.file.Root.Get("variables")
		if n == nil || n.Kind != source.Map {
			continue
		}
		for _, e := range n.Entries {
			_, fact := c.Fact(e.Key.Value)
			if other := taken[e.Key.Value]; other != nil || fact {
				d.report("BF1017", keyRange(d.file.Root, "extends"), "name.shadows", e.Key.Value)
				continue
			}
			taken[e.Key.Value] = x
		}
		// A base file reports its own mistakes in its own turn.
		found, failed, unread := len(d.l.found), d.failed, d.unread
		c.Variables = append(c.Variables, d.variables(c.Env, n)...)
		d.l.found, d.failed, d.unread = d.l.found[:found], failed, unread
	}
	own := d.file.Root.Get("variables")
	if own != nil && own.Kind == source.Map {
		for _, e := range own.Entries {
			if taken[e.Key.Value] != nil {
				d.report("BF1017", e.Key.Range, "name.shadows", e.Key.Value)
				return
			}
		}
	}
	c.Variables = append(c.Variables, d.variables(c.Env, own)...)
}

// composeRules compiles requirements and obligations, inherited ones first.
func (d *document) composeRules(c *ruleset.Conditions, lineage []*document) {
	first := map[string]*document{}
	for _, x := range append(lineage[:len(lineage):len(lineage)], d) {
		if x != d && !d.mayInherit(len(x.part.requirements)+len(x.part.obligations)) {
			return
		}
		found, failed, unread := len(d.l.found), d.failed, d.unread
		for _, r := range x.part.requirements {
			if d.idTwice(r.ID, r.Place, x, first) {
				continue
			}
			own := *r
			n := x.part.nodes[r.ID]
			own.When = d.compileExpr(c.Env, n.Get("when"), boolType)
			own.Require = d.compileExpr(c.Env, n.Get("require"), boolType)
			c.Requirements = append(c.Requirements, &own)
		}
		for _, o := range x.part.obligations {
			if d.idTwice(o.ID, o.Place, x, first) {
				continue
			}
			own := *o
			own.When = d.compileExpr(c.Env, x.part.nodes[o.ID].Get("when"), boolType)
			c.Obligations = append(c.Obligations, &own)
		}
		if x == d {
			return
		}
		errs := slices.ContainsFunc(d.l.found[found:], func(g Diagnostic) bool { return g.Severity == Error && g.Key != "conditions.id-inherited" })
		d.l.found = slices.Concat(d.l.found[:found], slices.DeleteFunc(slices.Clone(d.l.found[found:]), func(g Diagnostic) bool {
			return g.Key != "conditions.id-inherited"
		}))
		d.failed, d.unread = failed || len(d.l.found) > found, unread
		if errs {
			// An inherited condition without its expression must not seem to hold.
			d.inheritedBroken(x)
		}
	}
}

// inheritedPerRule is how many times over the limit on rules the bundle may inherit: each time, a rule is compiled anew.
const inheritedPerRule = 10

// mayInherit counts what a file inherits. Few large base files that many others extend would otherwise get round the limit on rules.
func (d *document) mayInherit(n int) bool {
	limit := inheritedPerRule * d.l.opts.limits.Rules
	if d.l.inherited += n; d.l.inherited <= limit {
		return true
	}
	d.report("BF1012", keyRange(d.file.Root, "extends"), "limit.exceeded", "extends", strconv.Itoa(d.l.inherited), strconv.Itoa(limit))
	return false
}

// inheritedBroken makes sure that a file whose base file does not compile within it is not loaded.
func (d *document) inheritedBroken(base *document) {
	d.unread = true
	if !base.failed {
		d.report("BF2002", keyRange(d.file.Root, "extends"), "conditions.base-broken", base.head.ID())
	}
}

// idTwice reports an id that an inherited requirement or obligation has already. Within one file, ids have been compared.
func (d *document) idTwice(id string, at ruleset.Place, x *document, first map[string]*document) bool {
	other := first[id]
	if other == nil {
		first[id] = x
		return false
	}
	if other == x {
		return true
	}
	where := placeRange(at)
	if x != d {
		where = rangeOf(keyRange(d.file.Root, "extends"))
	}
	g := d.add(Diagnostic{Code: "BF1017", File: d.file.Name, Range: where, Key: "conditions.id-inherited", Args: []string{id, other.head.ID()}})
	if n := other.part.nodes[id]; n != nil {
		g.Related = append(g.Related, Related{File: other.file.Name, Range: rangeOf(n.Get("id").Range), Key: "related.first-here"})
	}
	return true
}

func (d *document) levels(n *source.Node) *ruleset.Levels {
	if n == nil || n.Kind != source.Map {
		return nil
	}
	l := &ruleset.Levels{SetBy: text(n, "set_by"), Why: text(n, "why"), From: d.head.ID()}
	for _, row := range items(n.Get("table")) {
		level, err := strconv.Atoi(text(row, "level"))
		if err != nil {
			continue
		}
		if slices.ContainsFunc(l.Table, func(r ruleset.LevelRow) bool { return r.Level == level }) {
			d.report("BF1017", row.Get("level").Range, "frame.duplicate-id", text(row, "level"))
			continue
		}
		l.Table = append(l.Table, ruleset.LevelRow{
			Level: level, Requires: values(words(row, "requires")), Forbids: values(words(row, "forbids")), Place: placeOfNode(row),
		})
	}
	return l
}
