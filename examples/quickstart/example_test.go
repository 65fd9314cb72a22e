package main

import (
	"context"
	"fmt"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
	"github.com/banfa-go/banfa/measures/shenzhen"
)

// The interview puts only questions that can still change the answer: once everyone concerned has agreed, the outcome is conditional
// whatever the facts not asked for are, and the grounds name every rule that could carry it.
func Example() {
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
	in, err := c.Interview(context.Background(), banfa.Map{
		"governed_by_other_law": false, "state_secret": false, "endangers_security": false, "law_forbids": false,
		"trade_secret": false, "personal_privacy": true, "desensitized": false,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for fact, ok := in.Next(); ok; fact, ok = in.Next() {
		fmt.Println(fact.Ask)
		if err := in.Answer(fact.Name, true); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(in.Result().Outcome, in.Result().Grounds)
	// Output:
	// 相关自然人、法人和非法人组织是否均已同意开放？
	// conditional [art13-1 art13-2 art13-3 art13-4]
}
