package train

import (
	"maps"
	"slices"

	"postern/detect"
)

// folders maps the names that corpora give their folders to classes of ours.
// Our own names serve as well.
var folders = map[string]detect.Class{
	"ham": detect.Safe, "phish": detect.CredentialPhishing, "bec": detect.ExecutiveImpersonation,
	"scam": detect.AdvanceFee, "spam": detect.Spam, "malware": detect.Malware,
}

// kinds maps the sorts of a folder to classes where they are not the folder's
// own. They were often guessed from words, so only the clear ones stand here.
var kinds = map[string]map[string]detect.Class{
	"ham": {
		"newsletter": detect.Graymail, "newsletter-2002": detect.Graymail, "marketing": detect.Graymail, "social": detect.Graymail,
	},
	"phish": {
		"qr": detect.QRPhishing, "callback": detect.CallbackPhishing, "gift-card": detect.GiftCardScam,
		"advance-fee": detect.AdvanceFee, "extortion": detect.Extortion, "archive-or-exec-attachment": detect.Malware,
	},
	"scam": {"callback": detect.CallbackPhishing, "extortion": detect.Extortion},
	"bec": {
		"payroll": detect.PayrollDiversion, "gift-card": detect.GiftCardScam, "invoice": detect.VendorFraud,
		"data": detect.DataTheft,
	},
}

// classOf is the class of what lies in a folder, by its sort.
func classOf(folder, kind string) (detect.Class, bool) {
	if c, ok := kinds[folder][kind]; ok {
		return c, true
	}
	if c, ok := folders[folder]; ok {
		return c, true
	}
	return detect.ParseClass(folder)
}

func folderNames() []string { return slices.Sorted(maps.Keys(folders)) }
