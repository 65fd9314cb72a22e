package catalog

// fusionBasis is what every rule of the library rests on: the review of the open catalog for what its data says together.
var fusionBasis = []string{"第二十条"}

// Kinds of types that several rules name.
var (
	fusionNames    = []string{"cn.person_name"}
	fusionIDs      = []string{"cn.resident_id", "cn.passport", "cn.officer_id", "cn.permit", "id_document", "social_security_no"}
	fusionIdentity = append(append([]string{}, fusionNames...), fusionIDs...)
	fusionContact  = []string{"cn.mobile", "phone", "email", "social_account"}
	fusionFineArea = []string{"address_full:full|street|exact", "area_fine"}
	fusionHealth   = []string{"health", "disability", "biometric", "political_status", "ethnicity"}
)

func fusionDefaults() []FusionRule {
	person := func(id, title, en string, groups ...[]string) FusionRule {
		return FusionRule{ID: id, Basis: fusionBasis, Title: title, TitleEN: en, Groups: groups, Subject: SubjectPerson, ExcludeAggregates: true}
	}
	return []FusionRule{
		person("name-and-id", "姓名与证件号码汇合，可冒用身份", "name and identity document together: identity can be stolen", fusionNames, fusionIDs),
		person("name-contact-address", "姓名、联系方式与详细地址汇合，可找到本人", "name, contact and full address together: the person can be found",
			fusionNames, fusionContact, fusionFineArea),
		person("identity-and-health", "身份与健康、残疾等敏感信息汇合", "identity together with health, disability and the like", fusionIdentity, fusionHealth),
		person("quasi-triple", "出生日期、性别与细粒度区域汇合，多数人可被唯一识别", "birth date, sex and fine area together: most people are unique",
			[]string{"birth_date:exact|day"}, []string{"gender"}, fusionFineArea),
		person("identity-and-penalty", "身份与处罚、失信信息汇合", "identity together with penalties and bad credit", fusionIdentity, []string{"penalty"}),
		person("trajectory", "车辆或者终端与时间、地点汇合，可还原行踪", "vehicle or device with time and place: movements can be traced",
			[]string{"cn.plate", "mac"}, []string{"timestamp"}, []string{"latlon", "place", "place_name", "road"}),
		person("identity-and-benefit", "身份与救助、补贴等待遇信息汇合", "identity together with benefits and relief", fusionIdentity, []string{"benefit"}),
		person("contact-and-benefit", "联系方式与救助、补贴等待遇信息汇合，可被用于诈骗", "contact together with benefits and relief: of use to fraud", fusionContact, []string{"benefit"}),
	}
}
