package classify_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/banfa-go/banfa"
	"github.com/banfa-go/banfa/classify"
)

// drawFacts gives every fact of the pack a value.
func drawFacts(t *rapid.T, c *classify.Classifier) banfa.Map {
	m := banfa.Map{}
	for _, f := range c.Facts() {
		if f.Type == "bool" {
			m[f.Name] = rapid.IntRange(0, 3).Draw(t, f.Name) == 0
			continue
		}
		var codes []string
		for _, v := range f.Values {
			codes = append(codes, v.Code)
		}
		m[f.Name] = rapid.SampledFrom(codes).Draw(t, f.Name)
	}
	return m
}

func TestAnsweringTheQuestionsEndsWithTheAnswerOfAllFacts(t *testing.T) {
	c := pack(t)
	ctx := context.Background()
	asked, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		facts := drawFacts(t, c)
		want, err := c.Classify(ctx, facts)
		require.NoError(t, err)
		require.True(t, want.Determined, "all facts determine")
		in, err := c.Interview(ctx, nil, classify.WithoutPaths())
		require.NoError(t, err)
		for {
			before := in.Result()
			f, ok := in.Next()
			if !ok {
				break
			}
			require.Contains(t, before.Missing, f.Name, "only a fact that can change the answer is asked for")
			require.NotContains(t, in.Asked(), f.Name, "and never twice")
			require.Equal(t, before.Missing[0], f.Name, "the most decisive first")
			require.NoError(t, in.Answer(f.Name, facts[f.Name]))
			require.Subset(t, before.Possible, in.Result().Possible, "an answer never widens what is possible")
		}
		require.True(t, in.Result().Determined)
		require.Equal(t, want.Outcome, in.Result().Outcome)
		asked += len(in.Asked())
		all += len(facts)
	})
	assert.Less(t, asked, all, "fewer questions than facts")
	t.Logf("%d of %d facts were asked for", asked, all)
}

func TestAPersonCanSkipAndGoBack(t *testing.T) {
	ctx := context.Background()
	c := classifier(t, twoFacts)
	in, err := c.Interview(ctx, banfa.Map{"b": "low"})
	require.NoError(t, err)
	first, ok := in.Next()
	require.True(t, ok)
	require.Equal(t, "a", first.Name)
	assert.Equal(t, "甲", first.Label)

	in.Skip("a")
	second, ok := in.Next()
	require.True(t, ok)
	assert.Equal(t, "c", second.Name)
	in.Skip("c")
	_, ok = in.Next()
	assert.False(t, ok, "all that matters has been skipped")
	assert.False(t, in.Result().Determined)

	name, err := in.Back()
	require.NoError(t, err)
	assert.Equal(t, "c", name)
	name, err = in.Back()
	require.NoError(t, err)
	assert.Equal(t, "a", name)
	again, _ := in.Next()
	assert.Equal(t, "a", again.Name)

	require.NoError(t, in.Answer("a", true))
	require.NoError(t, in.Answer("c", true))
	assert.Equal(t, "limited", in.Result().Outcome)
	name, err = in.Back()
	require.NoError(t, err)
	assert.Equal(t, "c", name)
	assert.Equal(t, banfa.Map{"a": true, "b": "low"}, in.Facts())
	assert.Equal(t, []string{"closed", "limited"}, in.Result().Possible)

	for range 3 {
		name, err = in.Back()
		require.NoError(t, err)
	}
	assert.Empty(t, name, "what was known at the start is not taken back")
	assert.Equal(t, banfa.Map{"b": "low"}, in.Facts())
}

func TestASkippedFactCanBeAnsweredAfterAll(t *testing.T) {
	c := classifier(t, twoFacts)
	in, err := c.Interview(context.Background(), nil)
	require.NoError(t, err)
	in.Skip("a")
	require.NoError(t, in.Answer("a", false))
	name, err := in.Back()
	require.NoError(t, err)
	assert.Equal(t, "a", name)
	f, ok := in.Next()
	require.True(t, ok)
	assert.NotEqual(t, "a", f.Name, "the skip stands again")
}

func TestTakingBackACorrectionRestoresTheAnswerBefore(t *testing.T) {
	c := classifier(t, twoFacts)
	in, err := c.Interview(context.Background(), banfa.Map{"a": false})
	require.NoError(t, err)
	require.NoError(t, in.Answer("a", true))
	_, err = in.Back()
	require.NoError(t, err)
	assert.Equal(t, banfa.Map{"a": false}, in.Facts())
}

func TestAWrongAnswerLeavesTheInterviewAsItWas(t *testing.T) {
	c := classifier(t, twoFacts)
	in, err := c.Interview(context.Background(), banfa.Map{"a": true})
	require.NoError(t, err)
	before := in.Result()
	var fe *banfa.FactError
	require.ErrorAs(t, in.Answer("b", "高"), &fe)
	require.ErrorAs(t, in.Answer("z", true), &fe)
	require.ErrorAs(t, in.Answer("a", 1), &fe)
	assert.Equal(t, banfa.Map{"a": true}, in.Facts())
	assert.Same(t, before, in.Result())
	assert.Empty(t, in.Asked())
	_, err = c.Interview(context.Background(), banfa.Map{"z": 1})
	require.ErrorAs(t, err, &fe)
}
