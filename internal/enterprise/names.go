package enterprise

import "strings"

// A culture is where names come from.
type culture struct{ given, family []string }

func words(s string) []string { return strings.Fields(s) }

var cultures = []culture{
	{words("Dana Alice Robert Helen Mark Susan Oliver Grace Peter Emma"), words("Reed Walker Hughes Carter Bennett Foster Marsh Coleman Pratt Doyle")},
	{words("Jürgen Anke Matthias Ulrike Björn Käthe Stefan Heike Lukas Greta"), words("Müller Schröder Groß Vogt Lindemann Kühn Brandt Weiß Pfeiffer Sauer")},
	{words("Hélène François Élodie Benoît Chloé Rémi Margaux Thierry Anaïs Gaël"), words("Lefèvre Dubois Garnier Chevalier Moreau Béranger Fournier Aubert Leclercq Noël")},
	{words("José Lucía Andrés Begoña Iñigo Marta Raúl Inés Pilar Tomás"), words("Muñoz Ibáñez Ferrer Núñez Castaño Vidal Peña Ortega Robles Quintana")},
	{words("Ayşe Emre Gülşen Kemal Deniz Elif Murat Zeynep"), words("Yılmaz Öztürk Şahin Kaya Çelik Demir Aydın Koç")},
	{words("Agnieszka Paweł Małgorzata Łukasz Zofia Krzysztof Ewa Marek"), words("Wójcik Kowalski Zieliński Nowak Dąbrowski Wiśniewski Mazur Sikora")},
	{words("Priya Rahul Ananya Vikram Meera Arjun Kavita Sanjay"), words("Sharma Iyer Patel Reddy Banerjee Nair Kapoor Menon")},
	{words("Wei Jing Min Hao Lan Yu Fang Lei"), words("Zhang Chen Liu Huang Zhao Wu Xu Lin")},
	{words("Chidi Amara Ngozi Tunde Folake Emeka Zainab Sade"), words("Okafor Adeyemi Balogun Eze Nwosu Bello Obi Lawal")},
	{words("Fatima Omar Leila Yusuf Nadia Karim Samira Hassan"), words("Haddad Mansour Farouk Rahman Nasser Saleh Amin Khalil")},
}

// ascii writes letters as they stand in addresses.
var ascii = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "Ö", "Oe", "Ü", "Ue", "Ä", "Ae", "é", "e", "è", "e", "ê", "e", "ë", "e", "É", "E", "î", "i",
	"ï", "i", "ç", "c", "Ç", "C", "á", "a", "à", "a", "í", "i", "ó", "o", "ú", "u", "ñ", "n", "ş", "s", "Ş", "S", "ı", "i", "ğ", "g",
	"ł", "l", "Ł", "L", "ą", "a", "ę", "e", "ń", "n", "ś", "s", "ż", "z", "ź", "z",
)

// The halves of firms' names.
var (
	firstHalves = words(`nord sued blau gruen alt neu berg stein wald linden falken adler kestrel river harbor maple amber
		silver clear bright swift iron copper mont belle roche clair haut val cerro rio sol luna campo puerto mar`)
	secondHalves = words(`licht werk haus feld bach mann stern form druck bau logic parts works supply tools paper print
		trade freight metal glass tech soft bois fleur port ligne verre plata norte obra red luz papel cargo`)
	topDomains = words("example example example test")
)

// firmName is a name and a domain that nobody has. Until the cast is complete
// it is reserved.
func (r *run) firmName() (name, domain string) {
	for {
		label := pick(r.dice, firstHalves) + pick(r.dice, secondHalves)
		if r.chance(0.15) {
			label += "-" + pick(r.dice, secondHalves)
		}
		domain = label + "." + pick(r.dice, topDomains)
		if !r.names[domain] {
			if !r.settled {
				r.take(domain)
			}
			return strings.ToUpper(label[:1]) + label[1:], domain
		}
	}
}

// take reserves a domain.
func (r *run) take(domain string) { r.names[domain] = true }

// homoglyphs are letters and what is taken for them.
var homoglyphs = []struct{ is, seems string }{
	{"l", "1"}, {"o", "0"}, {"m", "rn"}, {"i", "l"}, {"w", "vv"}, {"e", "3"},
}

// lookalike is a domain that nobody has, made to be taken for another one.
func (r *run) lookalike(domain string) string {
	for {
		if made := r.resembling(domain); made != domain && !r.names[made] {
			return made
		}
	}
}

// resembling is a domain with one change that the eye may miss.
func (r *run) resembling(domain string) string {
	label, top, _ := strings.Cut(domain, ".")
	i := r.between(1, len(label)-2)
	switch r.IntN(7) {
	case 0:
		label = label[:i] + label[i+1:i+2] + label[i:i+1] + label[i+2:]
	case 1:
		label = label[:i] + label[i+1:]
	case 2:
		label = label[:i+1] + label[i:]
	case 3:
		for _, h := range homoglyphs {
			if strings.Contains(label, h.is) {
				label = strings.Replace(label, h.is, h.seems, 1)
				break
			}
		}
	case 4:
		if top == "test" {
			top = "example"
		} else {
			top = "test"
		}
	case 5:
		label += pick(r.dice, words("-group -invoices -online -gmbh -finance s"))
	case 6:
		label = label[:i] + "-" + label[i:]
	}
	return label + "." + top
}
