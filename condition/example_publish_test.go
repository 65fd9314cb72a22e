package condition_test

import (
	"context"
	"fmt"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/condition"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// secureDomain are the pack's conditions of admission to the secure domain (Article 44).
func secureDomain() *condition.Access {
	rules, err := banfa.Load(shenzhen.FS())
	if err != nil {
		panic(err) // the pack is embedded and loads
	}
	index, err := condition.NewIndex(rules)
	if err != nil {
		panic(err)
	}
	access, err := index.Named("secure-domain")
	if err != nil {
		panic(err)
	}
	return access
}

func ExampleAccess_Form() {
	for _, f := range secureDomain().Form("zh").Fields {
		fmt.Println(f.Name, f.Type, f.Required, f.Asks)
	}
	// Output:
	// real_name_verified bool true [real-name]
	// scenario_stated bool true [scenario]
	// data_listed bool true [data-needed]
	// own_data enum true [own-data]
	// environment_stated bool true [environment]
	// resources_stated bool true [resources]
	// rules_promised bool true [promise]
}

func ExampleAccess_Materials() {
	materials, err := secureDomain().Materials("zh")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range materials[:3] {
		fmt.Println(m.Name, m.Requirements, m.Always)
	}
	// Output:
	// 平台实名认证结果 [real-name] true
	// 入驻申请：应用场景 [scenario] true
	// 入驻申请：所需数据清单 [data-needed] true
}

func ExampleNewIndex() {
	rules, err := banfa.Load(shenzhen.FS())
	if err != nil {
		fmt.Println(err)
		return
	}
	index, err := condition.NewIndex(rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	access, err := index.Named("unconditional-access")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := access.Decide(context.Background(), banfa.Map{"real_name_verified": true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Decision, r.Missing, r.Evidence)
	// Output: incomplete [commitment_signed] [使用承诺书]
}

func ExampleCheckAgreement() {
	a := condition.Agreement{
		Lang: "zh", Provider: condition.Party{Name: "某局", Contact: "数据科"}, User: condition.Party{Name: "某公司", Code: "91440300", Contact: "张三"},
		Datasets: []string{"停车场实时泊位"}, Scenario: "停车诱导", Usage: condition.UsageTerm{Label: "接口调用"},
		Period: condition.AgreementPeriod{From: "2026-12-01", Until: "2026-11-30"},
	}
	for _, id := range condition.Terms()[:6] {
		t := condition.Term{ID: id}
		for _, part := range id.Parts() {
			t.Clauses = append(t.Clauses, condition.Clause{Part: part, Text: "双方按约定履行。"})
		}
		a.Terms = append(a.Terms, t)
	}
	for _, f := range condition.CheckAgreement(a) {
		fmt.Println(f.Severity, f.Basis, f.Text("zh"))
	}
	// Output:
	// error 第四十三条第一款第（二）项 协议期限的终止日（2026-11-30）早于起始日（2026-12-01）
	// error 第四十三条第一款第（七）项 缺少“信用承诺、违约和争议”条款
}
