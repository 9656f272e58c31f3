package lexis_test

import (
	"strings"
	"testing"

	"postern/lexis"
)

// strong lists the intents of at least half the strength.
func strong(text string) string {
	var out []string
	for i, h := range lexis.Builtin().Intents(text) {
		if h.Score >= 0.5 {
			out = append(out, lexis.Intent(i).String())
		}
	}
	return strings.Join(out, " ")
}

func TestIntents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, has, hasNot string }{
		{"Your password will expire in 24 hours. Keep same password below.", "credential urgency", "gift_card"},
		{"Please verify your PayPal account now.", "credential", ""},
		{"We will never ask for your password.", "", "credential"},
		{"We have changed our bank details. Please remit all future payments to the new account.", "bank_change", "payroll"},
		{"I recently changed banks, please update my direct deposit before the next payroll.", "payroll", ""},
		{"I need you to purchase some gift cards, scratch the back and send me the codes.", "gift_card", "extortion"},
		{"If you did not authorize this charge, call our toll free number.", "call_back", ""},
		{"I hacked your device and recorded a video of you. You have 48 hours to pay in bitcoin.", "extortion crypto", ""},
		{"My late client died without next of kin and left the sum of 5 million US dollars.", "advance_fee", ""},
		{"Kindly send me the W-2 forms of all employees.", "data_request", ""},
		{"Are you available? I have a quick task for you. I am in a meeting, can't talk.", "task_bait secrecy", ""},
		{"Dana shared a document with you. View document.", "file_share", ""},
		{"Your parcel could not be delivered. Pay the customs fee.", "delivery", ""},
		{"Bitte bestätigen Sie Ihr Konto, sonst wird es gesperrt.", "credential", ""},
		{"Unsere Bankverbindung hat sich geändert, bitte überweisen Sie auf das neue Konto.", "bank_change payment", ""},
		{"Veuillez vérifier votre compte sous 24 heures.", "credential urgency", ""},
		{"Nuestros datos bancarios han cambiado.", "bank_change", ""},
		{"We are moving to another bank next month, the details will follow in a separate letter.", "bank_change", "payroll"},
		{"Wir wechseln zum Monatsende unsere Hausbank, alles Weitere folgt.", "bank_change", ""},
		{"El mes que viene vamos a cambiar de banco, ya les enviaremos los datos.", "bank_change", ""},
		{"Nous allons changer de banque, les références suivront.", "bank_change", ""},
		{"A fine mese cambiamo banca, seguiranno gli estremi.", "bank_change", ""},
		{"Wij stappen over naar een andere bank, de gegevens volgen.", "bank_change", ""},
		{"No próximo mês vamos mudar de banco, enviaremos os dados.", "bank_change", ""},
		{"W przyszłym miesiącu zmieniamy bank, dane prześlemy osobno.", "bank_change", ""},
		{"Со следующего месяца мы переходим в другой банк, реквизиты пришлем.", "bank_change", ""},
		{"Gelecek ay bankamızı değiştiriyoruz, bilgiler ayrıca gelecek.", "bank_change", ""},
		{"来月から取引銀行を変更いたします。詳細は追ってご連絡します。", "bank_change", ""},
		{"下个月我们将更换开户行,新信息随后发送。", "bank_change", ""},
		{"Your account will be closed unless you sign in.", "account_problem", "bank_change"},
		{"Bienvenido a tu nueva cuenta.", "", "bank_change"},
		{"Confirme seus dados para evitar o bloqueio.", "credential urgency", ""},
		{"Il tuo pacco è in attesa, paga le spese doganali.", "delivery", ""},
		{"Bevestig uw gegevens, anders wordt uw rekening geblokkeerd.", "credential", ""},
		{"Zweryfikuj swoje konto w ciągu 24 godzin.", "credential urgency", ""},
		{"Подтвердите вашу учетную запись, иначе ваш ящик будет заблокирован.", "credential urgency", ""},
		{"Hesabınızı doğrulamanız gerekiyor.", "credential", ""},
		{"アカウント情報を更新してください。24時間以内に", "credential urgency", ""},
		{"请在24小时内验证您的账户", "credential urgency", ""},
		{"vеrify yоur account", "credential", ""}, // Cyrillic e and o
		{"ver\u200bify your acc\u00adount", "credential", ""},
		{"The choir meets on Thursday in the town hall.", "", "credential payment urgency gift_card extortion advance_fee"},
		{"Verify. Your account is here.", "", "credential"}, // two sentences
	} {
		got := " " + strong(c.text) + " "
		for want := range strings.FieldsSeq(c.has) {
			if !strings.Contains(got, " "+want+" ") {
				t.Errorf("%q: lacks %s, has%s", c.text, want, got)
			}
		}
		for bad := range strings.FieldsSeq(c.hasNot) {
			if strings.Contains(got, " "+bad+" ") {
				t.Errorf("%q: has %s", c.text, bad)
			}
		}
	}
}

func TestHitShowsTheHeaviestPhrase(t *testing.T) {
	t.Parallel()
	const text = "Hello, log in please and verify your account today."
	h := lexis.Builtin().Intents(text)[lexis.Credential]
	if got := text[h.Start:h.End]; got != "verify your account" || h.Count != 2 {
		t.Errorf("%q, %d phrases", got, h.Count)
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for lang, texts := range map[string][]string{
		"en": {"We have moved the meeting to Thursday because the drawings will not be ready.", "Your invoice is attached, thank you for your order.", "Can you send me the file?"},
		"de": {"Wir haben die Besprechung auf Donnerstag verschoben, weil die Pläne noch nicht fertig sind.", "Ihre Rechnung finden Sie im Anhang.", "Kannst du mir die Datei schicken?"},
		"fr": {"Nous avons déplacé la réunion à jeudi parce que les plans ne seront pas prêts.", "Votre facture est jointe à ce message.", "Peux-tu m'envoyer le fichier ?"},
		"es": {"Hemos cambiado la reunión al jueves porque los planos no estarán listos.", "Adjuntamos su factura, gracias por su pedido.", "¿Puedes enviarme el archivo?"},
		"pt": {"Mudamos a reunião para quinta-feira porque os planos não estarão prontos.", "Segue em anexo a sua fatura, obrigado.", "Você pode me enviar o arquivo?"},
		"it": {"Abbiamo spostato la riunione a giovedì perché i disegni non saranno pronti.", "In allegato trova la sua fattura, grazie.", "Puoi mandarmi il file?"},
		"nl": {"We hebben de vergadering naar donderdag verplaatst omdat de tekeningen niet klaar zijn.", "Uw factuur vindt u in de bijlage.", "Kun je mij het bestand sturen?"},
		"pl": {"Przenieśliśmy spotkanie na czwartek, ponieważ rysunki nie będą gotowe.", "W załączniku przesyłam fakturę.", "Czy możesz mi wysłać plik?"},
		"sv": {"Vi har flyttat mötet till torsdag eftersom ritningarna inte blir klara.", "Din faktura finns bifogad.", "Kan du skicka filen till mig?"},
		"da": {"Vi har flyttet mødet til torsdag, fordi tegningerne ikke bliver færdige.", "Din faktura er vedhæftet, hvis du har spørgsmål."},
		"no": {"Vi har flyttet møtet til torsdag fordi tegningene ikke blir ferdige, men dere må gjerne ringe.", "Fakturaen din er vedlagt, noen spørsmål?"},
		"fi": {"Olemme siirtäneet kokouksen torstaille, koska piirustukset eivät ole valmiita.", "Lasku on liitteenä, kiitos."},
		"cs": {"Přesunuli jsme schůzku na čtvrtek, protože výkresy nebudou hotové.", "V příloze zasíláme fakturu, děkujeme."},
		"hu": {"A megbeszélést csütörtökre tettük át, mert a rajzok nem lesznek készen.", "A számlát mellékeljük, köszönjük."},
		"ro": {"Am mutat ședința pe joi pentru că desenele nu vor fi gata.", "Factura dumneavoastră este atașată, mulțumim."},
		"tr": {"Çizimler hazır olmayacağı için toplantıyı perşembeye aldık.", "Faturanız ektedir, teşekkür ederiz."},
		"ru": {"Мы перенесли встречу на четверг, потому что чертежи не будут готовы.", "Счёт во вложении, спасибо."},
		"uk": {"Ми перенесли зустріч на четвер, бо креслення ще не будуть готові.", "Рахунок у вкладенні, дякуємо."},
		"bg": {"Преместихме срещата за четвъртък, защото чертежите няма да са готови."},
		"el": {"Μεταφέραμε τη συνάντηση την Πέμπτη."},
		"ar": {"نقلنا الاجتماع إلى يوم الخميس."},
		"he": {"העברנו את הפגישה ליום חמישי."},
		"ko": {"도면이 준비되지 않아서 회의를 목요일로 옮겼습니다."},
		"ja": {"図面がまだできていないので、会議を木曜日に変更しました。"},
		"zh": {"因为图纸还没有准备好,我们把会议改到了星期四。"},
	} {
		for _, text := range texts {
			if got, sure := lexis.Language(text); got != lang {
				t.Errorf("%q: %s at %.2f, want %s", text, got, sure, lang)
			}
		}
	}
	for _, text := range []string{"", "ok", "12345", "Acme 2000"} {
		if got, sure := lexis.Language(text); sure > 0.7 {
			t.Errorf("%q: %s at %.2f, which is too sure", text, got, sure)
		}
	}
}

// letter is a text of about 4 KB, as people write.
var letter = strings.Repeat("Dear Kim, thank you for your message of 3 March. The invoice for the new terminal, EUR 1,234.56, is on its way; "+
	"please confirm the delivery address before Friday, and tell the café in Zürich. We have moved the meeting with the "+
	"architects to Thursday, since the drawings of the second floor will not be ready. Call +1 202 555 0143 if anything is unclear. ", 12)

func BenchmarkRead(b *testing.B) {
	b.SetBytes(int64(len(letter)))
	b.ReportAllocs()
	lexis.Builtin().Read(letter)
	for b.Loop() {
		lexis.Builtin().Read(letter)
	}
}

func BenchmarkAll(b *testing.B) {
	b.SetBytes(int64(len(letter)))
	b.ReportAllocs()
	lexis.Builtin().Read(letter)
	for b.Loop() {
		lexis.Builtin().Read(letter)
		lexis.Accounts(letter)
		lexis.Phones(letter, "")
		lexis.Amounts(letter)
		lexis.Builtin().FindBrands(letter)
	}
}
