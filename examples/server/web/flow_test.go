package web

import (
	"archive/zip"
	"bytes"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/banfa-go/banfa/catalog"
	"github.com/banfa-go/banfa/examples/quickstart/data"
	"github.com/banfa-go/banfa/examples/server/platform"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares what a page says with a file.
func golden(t *testing.T, name string, a answer) {
	t.Helper()
	var lines []string
	doc, err := html.Parse(strings.NewReader(a.Body.String()))
	require.NoError(t, err)
	var line []string
	blocks := strings.Fields("h1 h2 h3 p li tr dt caption summary legend label button svg option figcaption")
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(blocks, n.Data) && len(line) > 0 {
			lines, line = append(lines, strings.Join(line, " ")), nil
		}
		if n.Type == html.ElementNode && slices.Contains(blocks[:3], n.Data) {
			line = append(line, strings.Repeat("#", int(n.Data[1]-'0')))
		}
		if text := strings.Join(strings.Fields(n.Data), " "); n.Type == html.TextNode && text != "" {
			line = append(line, text)
		}
	}
	got := regexp.MustCompile(`sha256:[0-9a-f]{64}`).ReplaceAllString(strings.Join(append(lines, strings.Join(line, " ")), "\n"), "sha256:…") + "\n"
	got = regexp.MustCompile(`(?m)^检查发现 \d+$`).ReplaceAllString(got, "检查发现 …") // how many there are is the pack's to say
	path := filepath.Join("testdata", name+".golden.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

func TestTheSelfCheckSaysWhatTheReviewerWillSay(t *testing.T) {
	s := newSite(t)
	seq, _ := s.Head()
	check := "/entries/" + bays + "/check"
	a := s.post("public", check, nil)
	require.Equal(t, http.StatusOK, a.Code)
	assert.Contains(t, a.text(), "有条件不符合", "the public's name is not verified")
	a = s.post("applicant", check, nil)
	assert.Contains(t, a.text(), "材料或信息不全")
	a.document() // what is missing is linked to its field
	a = s.post("applicant", check, with(complete(), "blacklisted", "true"))
	assert.Contains(t, a.text(), "申请人不得在严重失信主体名单之内 — 补救：")
	assert.Contains(t, a.Body.String(), `value="60"`, "what was typed is kept")
	assert.Regexp(t, `value="guidance" checked`, a.Body.String())
	a = s.post("applicant", check, with(complete(), "usage_mode", "in_domain"))
	assert.Contains(t, a.text(), "符合全部条件")
	assert.Contains(t, a.text(), "通过后应当履行的义务")
	a = s.post("unnamed", check, with(with(complete(), "usage_mode", "in_domain"), "real_name_verified", "true"))
	assert.Contains(t, a.text(), "有条件不符合", "what somebody says of their own name is not believed")
	after, _ := s.Head()
	assert.Equal(t, seq, after, "a check leaves no record")
}

func TestWrongFieldsAreNamedAndKept(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct{ name, typed, says string }{
		{"mlps_level", "很高", "等级保护定级：请填整数。"},
		{"mlps_level", "9", "等级保护定级"},
		{"mlps_level", "1.5", "请填整数。"},
		{"requests_per_minute", "-1", "每分钟调用次数"},
		{"blacklisted", "maybe", "请选是或者否。"},
		{"scenario", "no such thing", "应用场景"},
		{"requests_per_minute", "99999999999999999999", "请填整数。"},
	} {
		for _, action := range []string{"check", "apply"} {
			t.Run(c.name+" "+c.typed+" "+action, func(t *testing.T) {
				s.t = t
				a := s.post("applicant", "/entries/"+bays+"/"+action, with(complete(), c.name, c.typed))
				assert.Equal(t, http.StatusUnprocessableEntity, a.Code)
				doc := a.document()
				assert.Contains(t, a.text(), c.says)
				assert.Contains(t, a.Body.String(), `href="#apply-`+c.name+`"`, "the summary leads to the field")
				assert.Contains(t, render(t, doc), `value="guidance"`)
				if c.name != "blacklisted" && c.name != "scenario" {
					assert.Contains(t, a.Body.String(), `value="`+c.typed+`"`)
					assert.Contains(t, a.Body.String(), `aria-invalid="true"`)
				}
			})
		}
	}
}

// An application from its form to the data, as in the browser, with what goes wrong on the way.
func TestAnApplicationByItsPages(t *testing.T) {
	s := newSite(t)
	form := with(with(complete(), "usage_mode", "in_domain"), "scenario_described", "")
	at := s.post("applicant", "/entries/"+bays+"/apply", form).goesTo("/applications/A-000001")
	a := s.get("applicant", at)
	golden(t, "application", a)
	assert.Contains(t, a.text(), "2026-12-07")

	assert.Equal(t, http.StatusNotFound, s.get("stranger", at).Code)
	assert.Equal(t, http.StatusNotFound, s.get("unnamed", at).Code)
	a = s.get("authority", at)
	assert.Contains(t, a.text(), "现在还不能办理： 材料齐全方可进入审核")
	a = s.post("authority", at+"/accept", nil)
	assert.Equal(t, http.StatusConflict, a.Code)
	a = s.post("authority", at+"/events/supplement_requested", url.Values{"lacking": {"  \r\n "}})
	assert.Equal(t, http.StatusConflict, a.Code)
	assert.Contains(t, a.text(), "按规则不能办理")
	a.document()
	assert.Equal(t, at, s.post("authority", at+"/events/supplement_requested", url.Values{"lacking": {"应用场景说明\r\n<b>其他</b>"}}).goesTo("/"))
	a = s.get("applicant", at)
	assert.Contains(t, a.text(), "缺少的材料: 应用场景说明、<b>其他</b>")
	assert.Contains(t, a.text(), "暂不计入")
	assert.Regexp(t, `value="in_domain" checked`, a.Body.String(), "the form is as it was handed in")

	s.now = s.now.AddDate(0, 0, 4)
	a = s.post("applicant", at+"/supplement", with(form, "mlps_level", "x"))
	assert.Equal(t, http.StatusUnprocessableEntity, a.Code)
	assert.Contains(t, a.Body.String(), `href="#supplement-mlps_level"`)
	a.document()
	s.post("applicant", at+"/supplement", with(form, "scenario_described", "true")).goesTo(at)
	a = s.get("authority", at)
	assert.Contains(t, a.text(), "等待申请人补正材料", "the ledger says which days do not count")
	golden(t, "supplemented-en", s.get("authority", at, "Accept-Language", en))

	a = s.get("opener", "/inbox")
	assert.Contains(t, a.text(), "A-000001")
	assert.NotContains(t, s.get("stranger", "/inbox").text(), "A-000001")

	s.post("opener", at+"/accept", nil).goesTo(at)
	for name, values := range map[string]url.Values{
		"no decision": nil, "another decision": {"decision": {"incomplete"}}, "against the advice without a reason": {"decision": {"reject"}, "reason": {"  "}},
	} {
		a = s.post("authority", at+"/decide", values)
		assert.Equal(t, http.StatusConflict, a.Code, name)
		a.document()
	}
	a = s.post("authority", at+"/decide", url.Values{"decision": {"reject"}, "reason": {" "}})
	assert.Regexp(t, `value="reject" required checked`, a.Body.String(), "what was chosen is kept")
	s.post("authority", at+"/decide", url.Values{"decision": {"approve"}}).goesTo(at)
	a = s.post("authority", at+"/open", nil)
	assert.Equal(t, http.StatusConflict, a.Code, "before the agreement")

	a = s.get("opener", at)
	a.document()
	file := s.get("applicant", at+"/agreement.docx")
	require.Equal(t, http.StatusOK, file.Code)
	assert.Equal(t, "attachment; filename=agreement-A-000001.docx", file.Header().Get("Content-Disposition"))
	_, err := zip.NewReader(bytes.NewReader(file.Body.Bytes()), int64(file.Body.Len()))
	require.NoError(t, err)
	assert.Contains(t, a.Body.String(), `href="`+at+`/agreement.docx"`)
	agreement := agreementOf(t, a)
	assert.Equal(t, "市交通运输局", agreement.Get("provider.name"))
	assert.Equal(t, "停车诱导", agreement.Get("scenario"), "as it was applied for")
	agreement.Set("do", "sign")
	b := s.post("opener", at+"/agreement", agreement)
	assert.Equal(t, http.StatusConflict, b.Code)
	assert.Contains(t, b.text(), "签订之前还须解决")
	assert.Contains(t, b.Body.String(), `href="#agreement-user-code"`)
	b.document()
	agreement = settled(agreement)
	agreement.Set("do", "check")
	b = s.post("opener", at+"/agreement", agreement)
	assert.Equal(t, http.StatusOK, b.Code)
	assert.Contains(t, b.text(), "检查没有发现缺漏")
	for name, values := range agreementOf(t, b) {
		if name != "do" && name != "token" {
			assert.Equal(t, agreement.Get(name), values[0], "%s is kept", name)
		}
	}
	agreement.Set("do", "sign")
	s.post("opener", at+"/agreement", agreement).goesTo(at)
	permission := s.post("authority", at+"/open", nil).goesTo("/permissions/P-000001")

	a = s.post("applicant", permission+"/data", nil)
	assert.Equal(t, http.StatusConflict, a.Code)
	assert.Contains(t, a.text(), "开放主体尚未交付数据")
	content := "停车场编号,停车场名称,剩余泊位数,采集时间,设备状态\nP001,中心广场,12,2026-11-22 23:55:00,正常\n"
	s.upload("opener", "/entries/"+bays+"/data", s.sessions.Token(people["opener"]), `C:\数据\泊位"; x=.csv`, strings.NewReader(content)).goesTo("/entries/" + bays)
	assert.Equal(t, http.StatusForbidden, s.upload("stranger", "/entries/"+bays+"/data", s.sessions.Token(people["stranger"]), "x.csv", strings.NewReader(content)).Code)
	a = s.post("applicant", permission+"/data", nil)
	require.Equal(t, http.StatusOK, a.Code)
	assert.Equal(t, content, a.Body.String())
	assert.Equal(t, "attachment; filename*=utf-8''%E6%B3%8A%E4%BD%8D%22%3B%20x%3D.csv", a.Header().Get("Content-Disposition"))
	assert.Equal(t, "no-store", a.Header().Get("Cache-Control"))
	for _, who := range []string{"opener", "authority", "auditor"} {
		assert.Equal(t, http.StatusForbidden, s.post(who, permission+"/data", nil).Code, who)
	}

	a = s.get("opener", permission)
	a.document()
	assert.Contains(t, a.text(), "提出整改意见")
	a = s.post("opener", permission+"/events/breach_found", url.Values{"breach": {"agreement"}, "opinion": {"超范围使用"}, "rectify_by": {"2020-01-01"}})
	assert.Equal(t, http.StatusConflict, a.Code)
	assert.Contains(t, a.Body.String(), "超范围使用", "what was typed is kept")
	s.post("opener", permission+"/events/breach_found", url.Values{"breach": {"agreement"}, "opinion": {"超范围使用"}, "rectify_by": {"2026-12-31"}}).goesTo(permission)
	a = s.post("applicant", permission+"/data", nil)
	assert.Equal(t, http.StatusConflict, a.Code, "a suspended permission")
	a = s.get("opener", permission)
	assert.Regexp(t, `name="rectify_by" value="2026-12-31"`, a.Body.String(), "the day can be set anew")
	assert.NotRegexp(t, `name="valid_until"`, a.Body.String(), "and the end of the permission cannot")
	a.document()
}

// agreementOf reads the form of an agreement as a browser would send it.
func agreementOf(t *testing.T, a answer) url.Values {
	t.Helper()
	out := url.Values{}
	doc, err := html.Parse(strings.NewReader(a.Body.String()))
	require.NoError(t, err)
	for f := range doc.Descendants() {
		if f.Type != html.ElementNode || f.Data != "form" || !strings.HasSuffix(attr(f, "action"), "/agreement") {
			continue
		}
		for n := range f.Descendants() {
			switch {
			case n.Type != html.ElementNode:
			case n.Data == "input":
				out.Set(attr(n, "name"), attr(n, "value"))
			case n.Data == "textarea":
				text := ""
				for c := range n.ChildNodes() {
					text += c.Data
				}
				out.Set(attr(n, "name"), text)
			}
		}
	}
	require.NotEmpty(t, out)
	return out
}

// settled writes into the blanks what a person would.
func settled(form url.Values) url.Values {
	out := url.Values{}
	blank := regexp.MustCompile(`【[^】]*】`)
	for name, values := range form {
		v := blank.ReplaceAllString(values[0], "按双方约定")
		if strings.HasPrefix(name, "terms[") && strings.TrimSpace(v) == "" {
			v = "按双方约定的期限和方式履行"
		}
		out.Set(name, v)
	}
	for name, v := range map[string]string{
		"provider.code": "11440300000000000X", "provider.contact": "0755-00000000", "user.code": "440300190001010000", "user.contact": "test@example.cn",
		"period.from": "2026-11-01", "period.until": "2027-12-31",
	} {
		out.Set(name, v)
	}
	return out
}

// A finding of the fusion review is settled on its page, for the entries in play, by the authority and with a reason (Article 20).
func TestAFusionFindingIsSettledOnItsPage(t *testing.T) {
	s := newSite(t)
	_, findings, err := s.Fusion(people["authority"])
	require.NoError(t, err)
	require.NotEmpty(t, findings)
	f := findings[0]
	form := url.Values{"finding": {f.ID}, "digest": {f.Digest}, "decision": {"mask"}, "reason": {"手机号码改为掩码"}}
	assert.Contains(t, s.get("authority", "/fusion").Body.String(), `value="`+f.Digest+`"`)
	assert.NotContains(t, s.get("auditor", "/fusion").Body.String(), "记录处置")
	for name, c := range map[string]struct {
		values url.Values
		status int
	}{
		"another digest": {with(form, "digest", "sha256:0"), http.StatusConflict}, "no reason": {with(form, "reason", " "), http.StatusConflict},
		"no such decision": {with(form, "decision", "forget"), http.StatusConflict}, "no such finding": {with(form, "finding", "x"), http.StatusNotFound},
	} {
		a := s.post("authority", "/fusion", c.values)
		assert.Equal(t, c.status, a.Code, name)
		a.document()
	}
	a := s.post("authority", "/fusion", with(form, "reason", " "))
	assert.Regexp(t, `value="mask" required checked`, a.Body.String(), "what was chosen is kept")
	s.post("authority", "/fusion", form).goesTo("/fusion")
	text := s.get("auditor", "/fusion").text()
	assert.Contains(t, text, "手机号码改为掩码")
	assert.Contains(t, text, "已处理")

	_, findings, err = s.Fusion(people["authority"])
	require.NoError(t, err)
	assert.Equal(t, catalog.FusionSettled, findings[0].State)
	again, err := data.Files.Open("city-catalog.jsonl")
	require.NoError(t, err)
	s.upload("authority", "/catalog", s.sessions.Token(people["authority"]), "city.jsonl", again).goesTo("/catalog")
	_, findings, err = s.Fusion(people["authority"])
	require.NoError(t, err)
	require.Equal(t, f.ID, findings[0].ID)
	want := catalog.FusionSettled // where the new catalog has the same entries in play
	if findings[0].Digest != f.Digest {
		want = catalog.FusionReopened
	}
	assert.Equal(t, want, findings[0].State)
}

func TestSessionsAreEndedOnTheAccountPage(t *testing.T) {
	s := newSite(t)
	assert.Contains(t, s.get("applicant", "/account").text(), "退出所有设备")
	assert.NotContains(t, s.get("applicant", "/account").text(), "使他人的登录失效")
	assert.Equal(t, http.StatusForbidden, s.post("applicant", "/account/end", url.Values{"subject": {people["authority"].Subject}}).Code)
	a := s.post("applicant", "/account/end", nil)
	assert.Equal(t, "/", a.goesTo("/"))
	assert.Contains(t, a.Header().Get("Set-Cookie"), "Max-Age=0")
	assert.Equal(t, int64(1), s.Epoch(people["applicant"].Subject))
	a = s.get("authority", s.post("authority", "/account/end", url.Values{"subject": {" " + people["applicant"].Subject + " "}}).goesTo("/account"))
	assert.Contains(t, a.text(), people["applicant"].Subject+" 的登录已全部失效")
	assert.Equal(t, int64(2), s.Epoch(people["applicant"].Subject))
}

func TestACommitmentOpensUnconditionalData(t *testing.T) {
	s := newSite(t)
	a := s.post("unnamed", "/entries/"+records+"/commit", url.Values{"commitment_signed": {"true"}})
	assert.Equal(t, http.StatusConflict, a.Code)
	assert.Contains(t, a.text(), "尚不符合第四十条的要求")
	a = s.post("applicant", "/entries/"+records+"/commit", nil)
	assert.Equal(t, http.StatusConflict, a.Code)
	assert.Contains(t, s.send("applicant", http.MethodPost, "/entries/"+records+"/commit", "application/x-www-form-urlencoded",
		strings.NewReader(url.Values{"token": {s.sessions.Token(people["applicant"])}}.Encode()), "Accept-Language", en).text(), "The requirements are not met")
	permission := s.post("applicant", "/entries/"+records+"/commit", url.Values{"commitment_signed": {"true"}}).goesTo("/permissions/")
	a = s.post("applicant", permission+"/data", nil)
	require.Equal(t, http.StatusOK, a.Code)
	assert.NotContains(t, a.Body.String(), "粤B", "plates are pseudonyms on their way out")
	a = s.post("applicant", "/entries/"+bays+"/commit", url.Values{"commitment_signed": {"true"}})
	assert.Contains(t, a.text(), "须先申请")
	assert.Equal(t, http.StatusConflict, s.post("applicant", "/entries/"+records+"/apply", nil).Code)
}

func TestAnObjectionHoldsData(t *testing.T) {
	s := newSite(t)
	a := s.post("applicant", "/entries/"+records+"/object", url.Values{"ground": {"no such"}, "statement": {"有<误>"}})
	assert.Equal(t, http.StatusUnprocessableEntity, a.Code+map[bool]int{true: http.StatusUnprocessableEntity - http.StatusConflict}[a.Code == http.StatusConflict])
	assert.Contains(t, a.text(), "有<误>", "what was typed is kept")
	a.document()
	objection := s.post("applicant", "/entries/"+records+"/object", url.Values{"ground": {"rights"}, "statement": {"含有我的车牌"}}).goesTo("/objections/")
	a = s.get("opener", objection)
	assert.Contains(t, a.text(), "陈述: 含有我的车牌")
	s.post("opener", objection+"/events/opening_held", nil).goesTo(objection)
	permission := s.post("applicant", "/entries/"+records+"/commit", url.Values{"commitment_signed": {"true"}}).goesTo("/permissions/")
	a = s.post("applicant", permission+"/data", nil)
	assert.Equal(t, http.StatusConflict, a.Code)
	assert.Contains(t, a.text(), "暂停开放")
	a = s.post("opener", objection+"/events/feedback_given", url.Values{"upheld": {"false"}})
	assert.Equal(t, http.StatusConflict, a.Code, "without a reason")
	s.post("opener", objection+"/events/feedback_given", url.Values{"upheld": {"false"}, "reason": {"经查无此内容"}}).goesTo(objection)
	assert.Equal(t, http.StatusOK, s.post("applicant", permission+"/data", nil).Code)
	assert.Contains(t, s.get("applicant", objection).text(), "已按期办结")
}

func TestTheLogIsVerifiedOnThePage(t *testing.T) {
	s := newSite(t)
	a := s.post("auditor", "/log/verify", nil)
	assert.Equal(t, http.StatusOK, a.Code)
	seq, hash := s.Head()
	assert.Regexp(t, `[0-9]+ 条记录与写入时一致`, a.text())
	assert.Contains(t, a.Body.String(), hash)
	assert.Positive(t, seq)
}

func TestCatalogsThatCannotBeReadChangeNothing(t *testing.T) {
	s := newSite(t)
	before := s.Catalog()
	a := s.upload("authority", "/catalog", s.sessions.Token(people["authority"]), "x.xlsx", strings.NewReader("\x00\x01 no catalog"))
	assert.Contains(t, []int{http.StatusConflict, http.StatusUnprocessableEntity}, a.Code, "%s", a.text())
	assert.Same(t, before, s.Catalog())
	a.document()
	a = s.send("authority", http.MethodPost, "/catalog", "text/plain", strings.NewReader("x"))
	assert.Equal(t, http.StatusBadRequest, a.Code)
}

func TestFormsAreBounded(t *testing.T) {
	s := newSite(t)
	a := s.post("applicant", "/entries/"+bays+"/object", url.Values{"ground": {"other"}, "statement": {strings.Repeat("长", maxForm)}})
	assert.Equal(t, http.StatusRequestEntityTooLarge, a.Code)
}

func TestBeforeTheFirstCatalog(t *testing.T) {
	rules, err := sampleRules()
	require.NoError(t, err)
	s := newSiteOf(t, rules, false)
	for who, paths := range map[string][]string{"public": {"/", "/entries", "/entries.csv"}, "authority": {"/catalog", "/officer", "/fusion", "/alerts", "/inbox", "/log", "/applications"}} {
		for _, path := range paths {
			a := s.get(who, path)
			assert.Equal(t, http.StatusOK, a.Code, path)
			if path != "/entries.csv" {
				a.document()
			}
		}
	}
	assert.Equal(t, http.StatusNotFound, s.get("public", "/entries/"+bays).Code)
}

func TestUseBeyondTheAgreementIsShown(t *testing.T) {
	s := newSite(t)
	s.post("applicant", "/entries/"+basics+"/commit", url.Values{"commitment_signed": {"true"}}).goesTo("/permissions/P-000001")
	alerts, err := s.Use(t.Context(), people["applicant"], map[string]any{
		"id": "e1", "at": "2026-11-23T09:00:00+08:00", "permission": "P-000001", "user": "u1", "action": "download", "dataset": "another", "scenario": "any",
		"usage_mode": "download", "rows": 10, "abroad": false, "raw": false,
	})
	require.NoError(t, err)
	require.NotEmpty(t, alerts)
	for _, who := range []string{"authority", "auditor", "opener"} {
		a := s.get(who, "/alerts")
		a.document()
		assert.Contains(t, a.text(), alerts[0].Alert.Message, who)
	}
	assert.Contains(t, s.get("stranger", "/alerts").text(), "没有预警")
}

func TestOfficersSeeTheirOwn(t *testing.T) {
	s := newSite(t)
	review, err := s.Review(people["authority"])
	require.NoError(t, err)
	mine, theirs := "", ""
	for _, e := range review.Entries {
		if len(e.Paths) > 0 && e.Unit == people["stranger"].Unit {
			mine = e.Name
		}
		if len(e.Paths) > 0 && e.Unit != people["stranger"].Unit {
			theirs = e.Name
		}
	}
	require.NotEmpty(t, theirs)
	a := s.get("stranger", "/officer?show=paths")
	assert.NotContains(t, a.text(), theirs)
	if mine != "" {
		assert.Contains(t, a.text(), mine)
	}
	a = s.get("authority", "/officer?show=paths", "Accept-Language", en)
	assert.Contains(t, a.text(), theirs)
	assert.Contains(t, a.text(), "→")
	golden(t, "officer", s.get("authority", "/officer"))
}

func TestKindsHavePages(t *testing.T) {
	for path, kind := range kinds() {
		assert.Equal(t, path, kindPath(kind))
	}
	assert.Len(t, kinds(), len([]string{platform.Applications, platform.Permissions, platform.Objections}))
}
