package desensitize_test

import (
	"context"
	"fmt"
	"strings"
	"testing/fstest"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/desensitize"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// What a record says about a release is what a classification asks about the data (Arts. 15p1, 36): parking records may not be opened as they are, and may be once
// they are de-identified and the risk that remains is acceptable.
func ExampleRecord_Facts() {
	const policy = `apiVersion: banfa/v1
kind: Desensitization
metadata: {name: parking, title: 停车, status: draft, owner: 市交通运输局}
instrument: shenzhen
columns:
  plate_no: {label: 车牌号, type: string, class: direct, semantic: cn.plate}
  district: {label: 行政区, type: string, class: quasi}
rules:
  - {id: plate, basis: 第三十六条, where: column.class == 'direct', apply: suppress()}
  - {id: district, basis: 第三十六条, where: column.class == 'quasi', apply: keep()}
release:
  - {id: k-anonymity, basis: 第三十六条, require: risk.k >= 21, message: 最小等价类小于 21}
`
	record, err := release(policy, "plate_no,district\n"+strings.Repeat("粤B12345,福田区\n", 30))
	if err != nil {
		fmt.Println(err)
		return
	}
	rules, err := banfa.Load(shenzhen.FS())
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := classify.New(rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	facts := banfa.Map{
		"governed_by_other_law": false, "state_secret": false, "endangers_security": false, "law_forbids": false, "trade_secret": false, "personal_privacy": true,
		"consent_obtained": false, "strains_infrastructure": false, "high_capability_demand": false, "law_requires_conditional": false, "security_risk": "low",
		"already_public": false, "desensitized": false, "residual_risk_acceptable": false,
	}
	for _, known := range []map[string]any{nil, record.Facts()} {
		for name, v := range known {
			facts[name] = v
		}
		r, err := c.Classify(context.Background(), facts)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(known, r.Outcome)
	}
	// Output:
	// map[] closed
	// map[desensitized:true residual_risk_acceptable:true] unconditional
}

func release(policy, table string) (*desensitize.Record, error) {
	rules, err := banfa.Load(fstest.MapFS{"p.yaml": {Data: []byte(policy)}}, banfa.Citable(shenzhen.FS()))
	if err != nil {
		return nil, err
	}
	p, err := desensitize.New(rules)
	if err != nil {
		return nil, err
	}
	source, err := desensitize.NewSource(strings.NewReader(table), desensitize.SourceOptions{})
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	sink, err := desensitize.NewSink(&out, desensitize.SinkOptions{}, source.Columns())
	if err != nil {
		return nil, err
	}
	started := time.Now()
	report, err := p.Run(context.Background(), source, sink)
	if err != nil {
		return nil, err
	}
	input, err := desensitize.DigestFile(strings.NewReader(table), "csv")
	if err != nil {
		return nil, err
	}
	output, err := desensitize.DigestFile(strings.NewReader(out.String()), "csv")
	if err != nil {
		return nil, err
	}
	return p.Record(report, desensitize.RecordRun{
		Started: started, Finished: time.Now(), Inputs: []desensitize.RecordFile{input}, Outputs: []desensitize.RecordFile{output},
	})
}
