package catalog

// The numbers of the fields, from 1.
const (
	_ = iota
	entryID
	entryVersion
	entryName
	entrySummary
	entryItems
	entryFormat
	entrySharing
	entryOpenType
	entryConditions
	entryReason
	entrySystem
	entryUpdateFrequency
	entryUnit
	entryTheme
	entryGranularity
	entryLevel
	entryCatalogUpdatedAt
	entryUpdatedAt
	entryMaterials
	entryRegistrationCode
	entryUrl
	entrySource
	entryLocalID
	entryReview
	entrySecurityReview
	entryDesensitization
	entryBaseID
	entryBaseVersion
	entryFacts
	entryExtra
)

const (
	_ = iota
	itemName
	itemType
	itemLength
	itemSummary
	itemSemantic
	itemSubject
	itemIdentifier
	itemGranularity
	itemNamespace
	itemMasking
	itemSharing
	itemOpenType
	itemLevel
	itemFacts
)

// entryFieldNumber is the number of a field of Entry by its key, and 0 for other keys. A switch is several times faster than a map here.
func entryFieldNumber(key string) int {
	switch key {
	case "id":
		return entryID
	case "version":
		return entryVersion
	case "name":
		return entryName
	case "summary":
		return entrySummary
	case "items":
		return entryItems
	case "format":
		return entryFormat
	case "sharing":
		return entrySharing
	case "open_type":
		return entryOpenType
	case "conditions":
		return entryConditions
	case "reason":
		return entryReason
	case "system":
		return entrySystem
	case "update_frequency":
		return entryUpdateFrequency
	case "unit":
		return entryUnit
	case "theme":
		return entryTheme
	case "granularity":
		return entryGranularity
	case "level":
		return entryLevel
	case "catalog_updated_at":
		return entryCatalogUpdatedAt
	case "updated_at":
		return entryUpdatedAt
	case "materials":
		return entryMaterials
	case "registration_code":
		return entryRegistrationCode
	case "url":
		return entryUrl
	case "source":
		return entrySource
	case "local_id":
		return entryLocalID
	case "review":
		return entryReview
	case "security_review":
		return entrySecurityReview
	case "desensitization":
		return entryDesensitization
	case "base_id":
		return entryBaseID
	case "base_version":
		return entryBaseVersion
	case "facts":
		return entryFacts
	case "extra":
		return entryExtra
	default:
		return 0
	}
}

func itemFieldNumber(key string) int {
	switch key {
	case "name":
		return itemName
	case "type":
		return itemType
	case "length":
		return itemLength
	case "summary":
		return itemSummary
	case "semantic":
		return itemSemantic
	case "subject":
		return itemSubject
	case "identifier":
		return itemIdentifier
	case "granularity":
		return itemGranularity
	case "namespace":
		return itemNamespace
	case "masking":
		return itemMasking
	case "sharing":
		return itemSharing
	case "open_type":
		return itemOpenType
	case "level":
		return itemLevel
	case "facts":
		return itemFacts
	default:
		return 0
	}
}

// field reads the value of a field of an entry.
func (j *jsonEntry) field(n int) bool {
	e := j.e
	switch n {
	case entryID:
		return j.str(&e.ID)
	case entryVersion:
		return j.str(&e.Version)
	case entryName:
		return j.str(&e.Name)
	case entrySummary:
		return j.str(&e.Summary)
	case entryItems:
		return j.list()
	case entryFormat:
		return j.str(&e.Format)
	case entrySharing:
		return j.sharing(&e.Sharing, func() string { return "sharing" })
	case entryOpenType:
		return j.openType(&e.OpenType, func() string { return "open_type" })
	case entryConditions:
		return j.strs(&e.Conditions)
	case entryReason:
		return j.str(&e.Reason)
	case entrySystem:
		return j.str(&e.System)
	case entryUpdateFrequency:
		return j.frequency()
	case entryUnit:
		return j.str(&e.Unit)
	case entryTheme:
		return j.str(&e.Theme)
	case entryGranularity:
		return j.str(&e.Granularity)
	case entryLevel:
		return j.int(&e.Level)
	case entryCatalogUpdatedAt:
		return j.time(&e.CatalogUpdated, "catalog_updated_at")
	case entryUpdatedAt:
		return j.time(&e.UpdatedAt, "updated_at")
	case entryMaterials:
		return j.strs(&e.Materials)
	case entryRegistrationCode:
		return j.str(&e.Registration)
	case entryUrl:
		return j.str(&e.URL)
	case entrySource:
		return j.str(&e.Source)
	case entryLocalID:
		return j.str(&e.LocalID)
	case entryReview:
		return j.str(&e.Review)
	case entrySecurityReview:
		return j.str(&e.SecurityReview)
	case entryDesensitization:
		return j.str(&e.Desensitization)
	case entryBaseID:
		return j.str(&e.BaseID)
	case entryBaseVersion:
		return j.str(&e.BaseVersion)
	case entryFacts:
		return j.merge(&e.Facts)
	default:
		return j.merge(&e.Extra)
	}
}
