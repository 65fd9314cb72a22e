package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/conformance"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// The city's own rules load without a warning beside the pack that they extend, and pass their suites.
func TestTheCitysOwnRulesPassTheirSuites(t *testing.T) {
	rules, err := banfa.Load(os.DirFS("rules"), banfa.Citable(shenzhen.FS()), banfa.Strict())
	require.NoError(t, err)
	report, err := conformance.Run(t.Context(), rules)
	require.NoError(t, err)
	assert.Zero(t, report.Failed)
	assert.Positive(t, report.Passed)
}

// From an application to the draft of an agreement: the reviewer decides by what the applicant has read, and what a person must fill is marked.
func Example_access() {
	rules, err := banfa.Load(os.DirFS("rules"), banfa.Citable(shenzhen.FS()))
	if err != nil {
		fmt.Println(err)
		return
	}
	index, err := condition.NewIndex(rules, condition.Clock(func() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }))
	if err != nil {
		fmt.Println(err)
		return
	}
	access, err := index.For("YW01002")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := access.Decide(context.Background(), banfa.Map{
		"real_name_verified": true, "qualification_materials": "provided", "security_materials": "provided", "scenario_described": true,
		"agreement_accepted": true, "mlps_level": 2, "blacklisted": false, "scenario": "guidance", "usage_mode": "in_domain",
		"requests_per_minute": 0,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Decision, r.UsageMode)
	draft, err := access.Draft(r, condition.Parties{
		User:     condition.Party{Name: "云湾出行有限公司", Code: "91440300MA0000000X", Contact: "张三"},
		Period:   condition.AgreementPeriod{From: "2026-12-01", Until: "2027-11-30"},
		Datasets: []string{"停车场实时泊位"},
	}, "zh")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range condition.CheckAgreement(*draft) {
		fmt.Println(f.Text("zh"))
	}
	// Output:
	// approve in_domain
	// provider.contact：尚未填写：【待填：联系人和联系方式】
	// terms[0].clauses[0].text：尚未填写：【待填：反馈周期】
	// terms[4].clauses[0].text：尚未填写：【待填：安全负责人】 【待填：小时数】
	// terms[4].clauses[1].text：尚未填写：【待填：资质证明和技术手段】
	// terms[4].clauses[2].text：尚未填写：【待填：存储、访问控制、加密、日志、删除等措施】
	// terms[6].clauses[1].text：尚未填写：【待填：责任承担方式、赔偿】
	// terms[6].clauses[2].text：尚未填写：【待填：有管辖权的法院或者仲裁机构】
}
