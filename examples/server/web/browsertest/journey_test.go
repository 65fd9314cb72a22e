package browsertest

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const bays = "YW01002" // the free bays of car parks: conditionally open

// The whole journey from a catalog to a download, as each of those who take part goes it in a browser, without scripts of ours (Articles 10 to 20, 38, 41 to 43, 63).
func TestTheWholeJourney(t *testing.T) {
	s := city(t, false)
	w := open(t, s)
	began := time.Now()
	journey(t, w)
	t.Logf("the journey took %s", time.Since(began).Round(time.Millisecond))
}

// journey goes all of it, and returns the addresses of the application, the permission and an objection.
func journey(t *testing.T, w *window) (application, permission, objection string) {
	t.Helper()
	w.as("dev-authority", "/catalog")
	file, err := filepath.Abs("../../../quickstart/data/city-catalog.jsonl")
	require.NoError(t, err)
	w.choose("#catalog-file", file)
	w.press(`form[action="/catalog"] button`, http.StatusOK)
	require.Contains(t, w.text("main"), "city-catalog.jsonl")

	w.as("dev-opener", "/entries/"+bays)
	data := filepath.Join(t.TempDir(), "停车场泊位.csv")
	content := "停车场编号,停车场名称,剩余泊位数,采集时间,设备状态\nP001,中心广场,12,2026-11-22 23:55:00,正常\n"
	require.NoError(t, os.WriteFile(data, []byte(content), 0o600))
	w.choose("#deliver-file", data)
	w.press(`form[action$="/data"] button`, http.StatusOK)
	require.Contains(t, w.text("main"), "停车场泊位.csv")

	w.as("dev-applicant", "/entries")
	w.fill("#q", "实时泊位")
	w.press(`form[role="search"] button`, http.StatusOK)
	w.press(`.entries a[href="/entries/`+bays+`"]`, http.StatusOK)
	for _, id := range []string{"qualification_materials-0", "security_materials-0", "agreement_accepted-0", "blacklisted-0", "scenario-0", "usage_mode-2"} {
		w.click("#apply-" + id)
	}
	w.fill("#apply-mlps_level", "很高")
	w.fill("#apply-requests_per_minute", "60")
	w.press(`form[action*="/check"] button.secondary`, http.StatusUnprocessableEntity)
	require.Contains(t, w.text("#problem"), "等级保护定级：请填整数。")
	w.shoot("check-wrong")
	w.fill("#apply-mlps_level", "3")
	w.press(`form[action*="/check"] button.secondary`, http.StatusOK)
	require.Contains(t, w.text("#result"), "有条件不符合")
	require.Contains(t, w.text("#result"), "补救：")
	w.shoot("check-rejected")
	w.click("#apply-blacklisted-1")
	w.press(`form[action*="/check"] button.secondary`, http.StatusOK)
	result := w.text("#result")
	if strings.Contains(result, "有条件不符合") { // the bays are asked for by API only in emergencies
		w.click("#apply-usage_mode-0")
		w.press(`form[action*="/check"] button.secondary`, http.StatusOK)
		result = w.text("#result")
	}
	require.Contains(t, result, "材料或信息不全")
	require.Contains(t, result, "已说明应用场景")
	w.press(`button[formaction$="/apply"]`, http.StatusOK)
	application = w.path()
	require.Regexp(t, `^/applications/A-\d{6}$`, application)
	require.Contains(t, w.text("main"), "已提交")
	w.shoot("application")

	w.as("dev-authority", "/inbox")
	w.shoot("inbox")
	w.press(`main table a`, http.StatusOK)
	require.Equal(t, application, w.path())
	require.Contains(t, w.text("#action-application_accepted"), "现在还不能办理")
	w.fill("#supplement_requested-lacking", "应用场景说明")
	w.press(`#action-supplement_requested button`, http.StatusOK)
	require.Contains(t, w.text("main"), "等待补正")

	w.as("dev-applicant", application)
	w.click("#supplement-scenario_described-0")
	w.press(`#action-supplement_received button`, http.StatusOK)

	w.as("dev-authority", application)
	w.press(`#action-application_accepted button`, http.StatusOK)
	w.click("#decide-reject")
	w.press(`#action-application_answered button`, http.StatusConflict) // against the advice, and without a reason
	require.Contains(t, w.text("#problem"), "理由")
	w.shoot("decide-without-reason")
	w.click("#decide-approve")
	w.press(`#action-application_answered button`, http.StatusOK)
	require.Contains(t, w.text("main"), "审核通过")

	w.as("dev-opener", application)
	w.press(`#action-agreement_signed button[value="sign"]`, http.StatusConflict) // blanks
	require.Contains(t, w.text("#action-agreement_signed"), "签订之前还须解决")
	w.shoot("agreement-blank")
	fillAgreement(t, w)
	w.press(`#action-agreement_signed button[value="check"]`, http.StatusOK)
	require.Contains(t, w.text("#action-agreement_signed"), "检查没有发现缺漏", "%s", w.text("#action-agreement_signed .notice"))
	w.press(`#action-agreement_signed button[value="sign"]`, http.StatusOK)
	require.Contains(t, w.text("main"), "已签订协议")
	w.shoot("agreed")

	w.as("dev-authority", application)
	w.press(`#action-permission_opened button`, http.StatusOK)
	permission = w.path()
	require.Regexp(t, `^/permissions/P-\d{6}$`, permission)

	w.as("dev-applicant", permission)
	w.shoot("permission")
	name, got := w.save(`form[action$="/data"] button`)
	assert.Equal(t, "停车场泊位.csv", name)
	assert.Equal(t, content, string(got))

	w.goTo("/entries/"+bays, http.StatusOK)
	w.click(`#object ~ details summary`)
	w.click("#object-ground-quality")
	w.fill("#object-statement", "泊位数有误")
	w.press(`form[action$="/object"] button`, http.StatusOK)
	objection = w.path()

	w.as("dev-authority", "/fusion")
	w.click(`#finding-1 summary`)
	w.click(`#finding-1-mask`)
	w.fill(`#finding-1-reason`, "证件号码改为掩码后再开放")
	w.press(`#finding-1 form button`, http.StatusOK)
	require.Contains(t, w.text("#finding-1"), "已处理")
	require.Contains(t, w.text("#finding-1"), "证件号码改为掩码后再开放")
	w.shoot("fusion-settled")

	w.as("dev-auditor", "/log")
	w.press(`form[action="/log/verify"] button`, http.StatusOK)
	require.Contains(t, w.text("main"), "条记录与写入时一致")
	w.shoot("log")
	return application, permission, objection
}

// fillAgreement writes into the blanks of the draft what a person would.
func fillAgreement(t *testing.T, w *window) {
	t.Helper()
	for id, value := range map[string]string{
		"provider-code": "11440300000000000X", "provider-contact": "0755-00000000", "user-code": "440300190001010000", "user-contact": "test@example.cn",
		"period-from": "2020-01-01", "period-until": "2099-12-31",
	} {
		w.fill("#agreement-"+id, value)
	}
	w.evaluate(`for (const x of document.querySelectorAll('#action-agreement_signed textarea')) if (x.value === '' || x.value.includes('【')) x.value = x.value.replace(/【[^】]*】/g, '按双方约定') || '按双方约定的期限和方式履行';
		for (const x of document.querySelectorAll('#action-agreement_signed input[type=text]')) if (x.value.includes('【')) x.value = '停车诱导';
		null`)
}
