package banfa

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/banfa-go/banfa/internal/message"
)

// SARIFOptions are the choices of WriteSARIF.
type SARIFOptions struct {
	Lang    string // "zh", or "en" for anything else
	Version string // semantic version of the tool; empty leaves it out
}

const (
	projectURL = "https://github.com/banfa-go/banfa"
	pageURL    = projectURL + "/blob/main/docs/diagnostics/" // CODE.md

	sarifSchema      = "https://json.schemastore.org/sarif-2.1.0.json"
	sarifFingerprint = "banfaFinding/v1"
)

// WriteSARIF writes the findings as one SARIF 2.1.0 log (OASIS standard, 2020-03-27), for code scanning. Columns are
// counted in Unicode code points, and the log says so. A finding's fingerprint is made from what it says and not from
// its line, so that it stays the same finding when lines are added above it. The titles of the rules are there in
// both languages.
func (ds *Diagnostics) WriteSARIF(w io.Writer, opts SARIFOptions) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(ds.sarif(opts))
}

// The parts of a SARIF log that we write, named as the standard names them.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool         sarifTool        `json:"tool"`
		Language     string           `json:"language"`
		Translations []sarifComponent `json:"translations"`
		ColumnKind   string           `json:"columnKind"`
		Results      []sarifResult    `json:"results"`
	}
	sarifTool struct {
		Driver sarifComponent `json:"driver"`
	}
	sarifComponent struct {
		Name            string         `json:"name"`
		SemanticVersion string         `json:"semanticVersion,omitempty"`
		InformationURI  string         `json:"informationUri,omitempty"`
		Language        string         `json:"language"`
		Contents        []string       `json:"contents"`
		Translation     *sarifMetadata `json:"translationMetadata,omitempty"`
		Rules           []sarifRule    `json:"rules"`
	}
	sarifMetadata struct {
		Name string `json:"name"`
	}
	sarifRule struct {
		ID               string              `json:"id"`
		ShortDescription sarifMessage        `json:"shortDescription"`
		HelpURI          string              `json:"helpUri,omitempty"`
		Default          *sarifConfiguration `json:"defaultConfiguration,omitempty"`
	}
	sarifConfiguration struct {
		Level Severity `json:"level"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        Severity          `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifMessage `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifMessage  `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  *sarifRegion `json:"deletedRegion"`
		Inserted sarifMessage `json:"insertedContent"`
	}
)

func (ds *Diagnostics) sarif(opts SARIFOptions) sarifLog {
	other := message.Chinese
	if opts.Lang == message.Chinese {
		other = message.English
	}
	codes := ds.codes()
	driver := sarifTitles(opts.Lang, codes)
	driver.SemanticVersion = opts.Version
	driver.InformationURI = projectURL
	driver.Contents = []string{"localizedData", "nonLocalizedData"}
	for i := range driver.Rules {
		r := &driver.Rules[i]
		r.HelpURI = pageURL + url.PathEscape(r.ID) + ".md"
		r.Default = &sarifConfiguration{Level: severityOf(r.ID)}
	}
	translation := sarifTitles(other, codes)
	translation.Translation = &sarifMetadata{Name: "banfa (" + translation.Language + ")"}

	run := sarifRun{
		Tool:         sarifTool{Driver: driver},
		Language:     driver.Language,
		Translations: []sarifComponent{translation},
		ColumnKind:   "unicodeCodePoints",
		Results:      []sarifResult{},
	}
	seen := map[string]int{}
	for d := range ds.All() {
		rule, _ := slices.BinarySearch(codes, d.Code)
		result := d.sarif(opts.Lang, rule)
		result.Fingerprints = map[string]string{sarifFingerprint: d.fingerprint(seen)}
		run.Results = append(run.Results, result)
	}
	return sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}}
}

// codes returns the codes that occur, sorted.
func (ds *Diagnostics) codes() []string {
	codes := []string{}
	for d := range ds.All() {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func sarifTitles(lang string, codes []string) sarifComponent {
	c := sarifComponent{Name: "banfa", Language: "en-US", Contents: []string{"localizedData"}, Rules: []sarifRule{}}
	if lang == message.Chinese {
		c.Language = "zh-CN"
	}
	for _, code := range codes {
		c.Rules = append(c.Rules, sarifRule{ID: code, ShortDescription: sarifMessage{message.Title(lang, code)}})
	}
	return c
}

func (d *Diagnostic) sarif(lang string, rule int) sarifResult {
	r := sarifResult{
		RuleID:    d.Code,
		RuleIndex: rule,
		Level:     d.Severity,
		Message:   sarifText(d.sentences(lang, "\n")),
		Locations: []sarifLocation{{Physical: sarifPlace(d.File, d.Range)}},
	}
	for i, related := range d.Related {
		text := sarifText(related.Message(lang))
		r.Related = append(r.Related, sarifLocation{ID: i + 1, Physical: sarifPlace(related.File, related.Range), Message: &text})
	}
	for _, f := range d.Fixes {
		if change, ok := sarifChangeOf(d.File, f.Edits); ok {
			r.Fixes = append(r.Fixes, sarifFix{Description: sarifText(f.Title.Text(lang)), Changes: []sarifChange{change}})
		}
	}
	return r
}

// sarifChangeOf reports false for edits that the standard cannot say: none, or one that has no place.
func sarifChangeOf(file string, edits []Edit) (sarifChange, bool) {
	change := sarifChange{Artifact: sarifArtifact{fileURI(file)}}
	for _, e := range edits {
		region := sarifRegionOf(e.Range)
		if region == nil {
			return sarifChange{}, false
		}
		change.Replacements = append(change.Replacements, sarifReplacement{Deleted: region, Inserted: sarifMessage{e.NewText}})
	}
	return change, len(edits) > 0
}

// sarifText doubles braces, which in a message of the standard stand for arguments (3.11.5).
func sarifText(s string) sarifMessage {
	return sarifMessage{strings.NewReplacer("{", "{{", "}", "}}").Replace(s)}
}

func sarifPlace(file string, r Range) sarifPhysical {
	return sarifPhysical{Artifact: sarifArtifact{fileURI(file)}, Region: sarifRegionOf(r)}
}

func sarifRegionOf(r Range) *sarifRegion {
	if !r.Start.IsValid() {
		return nil
	}
	end := r.End
	if end.compare(r.Start) < 0 {
		end = r.Start
	}
	return &sarifRegion{r.Start.Line, r.Start.Column, end.Line, end.Column}
}

// fileURI writes a file name as a URI reference, relative unless the name is absolute.
func fileURI(file string) string {
	file = strings.ReplaceAll(file, `\`, "/")
	u := url.URL{Path: file}
	if path.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}

// fingerprint identifies a finding across versions of a file: what it says, and, of findings that say the same in
// one file, the how-manieth it is. Seen counts them.
func (d *Diagnostic) fingerprint(seen map[string]int) string {
	said := strings.Join(append([]string{d.Code, d.File, d.Key}, d.Args...), "\x00")
	seen[said]++
	sum := sha256.Sum256([]byte(said + "\x00" + strconv.Itoa(seen[said])))
	return hex.EncodeToString(sum[:16])
}
