package classify_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// shenzhenClassifier is what a host makes once, at start-up.
func shenzhenClassifier() *classify.Classifier {
	rules, err := banfa.Load(shenzhen.FS())
	if err != nil {
		panic(err)
	}
	c, err := classify.New(rules, classify.Clock(func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }))
	if err != nil {
		panic(err)
	}
	return c
}

func ExampleNew() {
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
	r, err := c.Classify(context.Background(), banfa.JSON(`{
		"name": "企业信用档案",
		"governed_by_other_law": false,
		"state_secret": false, "endangers_security": false, "law_forbids": false,
		"trade_secret": true,
		"consent_obtained": false, "desensitized": false
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Outcome, r.Grounds)
	for _, p := range r.Paths {
		fmt.Println(strings.Join(p.Acts, " + "), "→", p.Outcome)
	}
	// Output:
	// closed [art12-3]
	// 取得相关主体同意 → conditional
}

// With facts still absent, the answer says what is possible and which facts decide.
func ExampleClassifier_Classify() {
	c := shenzhenClassifier()
	r, err := c.Classify(context.Background(), banfa.Map{
		"governed_by_other_law": false, "state_secret": false, "endangers_security": false, "law_forbids": false,
		"trade_secret": false, "personal_privacy": false, "strains_infrastructure": false, "law_requires_conditional": false,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Outcome, r.Possible, r.Missing)
	// Output:
	// undetermined [conditional unconditional] [high_capability_demand]
}

func ExampleClassifier_Stream() {
	c := shenzhenClassifier()
	in := func(yield func(banfa.Facts, error) bool) {
		for _, line := range []string{
			`{"name": "公交站点", "governed_by_other_law": false, "already_public": "是"}`,
			`{"name": "涉密地图", "governed_by_other_law": false, "state_secret": true}`,
			`{"name": "气象档案", "governed_by_other_law": true}`,
		} {
			if !yield(banfa.JSON(line), nil) {
				return
			}
		}
	}
	for r, err := range c.Stream(context.Background(), in, 2) {
		if err != nil {
			fmt.Println(err) // the stream goes on
			continue
		}
		fmt.Println(r.Name, r.Outcome)
	}
	// Output:
	// banfa: already_public must be bool, not string "是"
	// 涉密地图 closed
	// 气象档案 out_of_scope
}

// Tightening that the facts support takes effect at once; the duty to name the legal basis stays.
func ExampleClassifier_Change() {
	c := shenzhenClassifier()
	r, err := c.Change(context.Background(), classify.Change{
		From: "unconditional", To: "closed",
		Facts:      banfa.Map{"governed_by_other_law": false, "state_secret": true},
		Transition: banfa.Map{"reported": false},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Allowed, r.Change, r.Classified, r.Owed)
	fmt.Println(r.Reasons[0])
	// Output:
	// true stricter closed [art15-2-duty]
	// 第十五条第二款：收紧已生效，应当向同级主管部门补充提供法律法规依据
}

func ExampleClassifier_Interview() {
	c := shenzhenClassifier()
	in, err := c.Interview(context.Background(), banfa.Map{"governed_by_other_law": false, "trade_secret": true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		f, ok := in.Next()
		if !ok {
			break
		}
		yes := f.Name == "state_secret"
		fmt.Println(f.Ask, yes)
		if err := in.Answer(f.Name, yes); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(in.Result().Outcome)
	// Output:
	// 该数据是否已依法确定为国家秘密？ true
	// closed
}

func ExampleResult_Explain() {
	c := shenzhenClassifier()
	r, err := c.Classify(context.Background(), banfa.JSON(`{
		"name": "婚姻登记统计", "governed_by_other_law": false, "state_secret": false, "endangers_security": false, "trade_secret": false,
		"personal_privacy": true, "law_forbids": false, "consent_obtained": true, "desensitized": false
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(r.Explain("zh"))
	fmt.Println("--")
	fmt.Print(r.Explain("en"))
	// Output:
	// 婚姻登记统计
	// 结论：有条件开放类（conditional）
	// 依据：
	//   第十三条第（一）项（art13-1）：相关主体已同意开放
	//       涉及商业秘密（trade_secret）= 否
	//       涉及个人隐私（personal_privacy）= 是
	//       法律法规禁止开放（law_forbids）= 否
	//       已获同意开放（consent_obtained）= 是
	//   第十三条第（二）项（art13-2），可能：无条件开放会严重挤占基础设施资源
	//   第十三条第（三）项（art13-3），可能：对使用者的安全和处理能力要求较高
	//   第十三条第（四）项（art13-4），可能：法律法规要求有条件开放
	//   第十二条第（三）项（art12-3）本应适用，被 art13-1 排除
	// 依据解释（strictest-wins）：归入限制更多的类型，并提示人工复核。
	// 依据的是草案，不是现行有效的规定：深圳市公共数据开放管理办法（征求意见稿）
	// --
	// 婚姻登记统计
	// Outcome: conditionally open (conditional)
	// Because:
	//   Article 13(1) (art13-1): Everyone concerned has agreed to its opening.
	//       involves trade secrets (trade_secret) = no
	//       involves personal privacy (personal_privacy) = yes
	//       opening forbidden by law (law_forbids) = no
	//       consent obtained (consent_obtained) = yes
	//   Article 13(2) (art13-2), possibly: Unconditional opening would severely crowd the infrastructure.
	//   Article 13(3) (art13-3), possibly: It demands high security and processing capability of its users.
	//   Article 13(4) (art13-4), possibly: A law or regulation requires conditional opening.
	//   Article 12(3) (art12-3) would apply, but is overridden by art13-1
	// Rests on an interpretation (strictest-wins): The more restrictive one, with a request for a person's review.
	// Computed from a draft, not law in force: 深圳市公共数据开放管理办法（征求意见稿）
}
