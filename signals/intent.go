package signals

import "postern/lexis"

// intent defines how much the words want one thing.
func intent(i lexis.Intent, doc string) *Signal {
	return define(Signal{
		Name: "intent." + i.String(), Level: Message, Unit: Ratio,
		Doc:  "How much the subject and the visible text " + doc + ".",
		Eval: func(f *Facts) float64 { return f.look().text.reading.Hits[i].Score },
	})
}

// What the words want of their reader, by the lexicon's phrases in the
// message's language and in English.
var (
	IntentCredential     = intent(lexis.Credential, "want passwords, signing in or checks of identity")
	IntentPayment        = intent(lexis.Payment, "want a transfer, or an invoice to be paid")
	IntentBankChange     = intent(lexis.BankChange, "announce other bank details than before")
	IntentPayroll        = intent(lexis.Payroll, "want wages paid into another account")
	IntentGiftCard       = intent(lexis.GiftCard, "want gift cards and their codes")
	IntentCallBack       = intent(lexis.CallBack, "want a telephone call")
	IntentExtortion      = intent(lexis.Extortion, "threaten to expose, spy on or attack")
	IntentAdvanceFee     = intent(lexis.AdvanceFee, "promise a fortune: funds, heritages, lotteries, loans")
	IntentDataRequest    = intent(lexis.DataRequest, "want lists, forms or personal data")
	IntentTaskBait       = intent(lexis.TaskBait, "ask whether the reader is there, for a task or favour")
	IntentFileShare      = intent(lexis.FileShare, "tell of a shared document, a voice message or a signature to give")
	IntentDelivery       = intent(lexis.Delivery, "tell of a parcel")
	IntentAccountProblem = intent(lexis.AccountProblem, "tell of an account or mailbox that is limited, full or used by others")
	IntentRenewal        = intent(lexis.Renewal, "tell of a purchase or renewal that is charged")
	IntentUrgency        = intent(lexis.Urgency, "press for time")
	IntentSecrecy        = intent(lexis.Secrecy, "want secrecy, or no call")
	IntentAuthority      = intent(lexis.Authority, "speak for chiefs, police, courts or administrators")
	IntentCrypto         = intent(lexis.Crypto, "speak of digital money")
	IntentAction         = intent(lexis.Action, "want a click")
	IntentPromotion      = intent(lexis.Promotion, "advertise")
	IntentReceipt        = intent(lexis.Receipt, "confirm what the reader did")
	IntentBulk           = intent(lexis.Bulk, "offer to unsubscribe, and the like")
	IntentImprint        = intent(lexis.Imprint, "tell who stands behind the message")
	IntentReassurance    = intent(lexis.Reassurance, "say that nothing need be done")
	IntentConversation   = intent(lexis.Conversation, "read like talk among people who work together")
)
