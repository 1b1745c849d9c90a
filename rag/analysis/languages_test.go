package analysis_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// language is a handful of words of a language in one of its scripts: forms of
// one word stand together, words of a pair in apart are different ones.
type language struct {
	code  lang.Code
	forms []string
	apart []string
	stop  string
}

var languages = []language{
	{"hi", []string{"लड़का लड़के लड़कों", "किताब किताबें किताबों", "नदी नदियाँ नदियों नदि", "बनवाया बनवाना बनवाने बनवायी बनवाई", "नया नये नए नई नयी", "भाई भाइयों", "रुपया रुपये रुपए रुपयों"}, []string{"सेना सेब", "कल काल", "वार्ता वार"}, "और का है गये लिए वीं"},
	{"en", []string{"monument monuments monument's", "city cities", "visit visited visiting visits", "stop stopped stopping", "church churches"}, []string{"class clas", "general generous"}, "the of and ka hai"},
	{"bn", []string{"মন্দির মন্দিরের মন্দিরে মন্দিরগুলো", "ঢাকা ঢাকার ঢাকায়", "ছেলে ছেলেরা ছেলেদের ছেলেকে", "বই বইটি বইয়ের বইগুলি", "নদী নদীর নদীতে"}, []string{"মন্দির মন্দ", "কথা কলা"}, "এবং থেকে জন্য তিনি"},
	{"te", []string{"ఆలయము ఆలయం ఆలయంలో ఆలయాలు ఆలయానికి", "పుస్తకం పుస్తకాలు పుస్తకాలను పుస్తకములు", "దేశం దేశానికి దేశాన్ని దేశంలోని", "నగరం నగరాలలో నగరము"}, []string{"పాలు పాట", "రాజు రోజు"}, "మరియు ఒక నుండి"},
	{"mr", []string{"मंदिर मंदिरात मंदिराच्या मंदिरे मंदिरांमध्ये", "मुलगा मुलगे मुलग्याला मुलग्यांनी", "पुस्तक पुस्तकांची पुस्तकातील", "नदी नदीला नदीच्या"}, []string{"घर घोडा", "दिवस देव"}, "आणि आहे त्यांनी"},
	{"ta", []string{"பாடல் பாடல்கள் பாடல்களை பாடலில்", "மரம் மரங்கள் மரத்தில் மரங்களின் மரத்தை", "வீடு வீட்டில் வீட்டை வீடுகள்", "செய்தி செய்திகள் செய்தியை", "ஆறு ஆற்றில் ஆற்றின்"}, []string{"நிலம் நிலை", "படம் படை", "பாடல் பாடம்"}, "மற்றும் ஒரு அவர்"},
	{"ur", []string{"کتاب کتابوں کتابیں", "لڑکی لڑکیاں لڑکیوں لڑکا لڑکے", "ملاقات ملاقاتیں ملاقاتوں", "پڑھانا پڑھاتے پڑھایا"}, []string{"بات باغ", "کہا کھا"}, "اور کے ہیں نہیں"},
	{"gu", []string{"મંદિર મંદિરમાં મંદિરો મંદિરોમાં મંદિરોની", "છોકરો છોકરા છોકરી છોકરાઓને", "નદી નદીઓ નદીમાંથી", "કરવું કરવાનું કરતા કરેલી"}, []string{"વાર્તા વાર", "ઘર ઘોડો"}, "અને છે માટે"},
	{"kn", []string{"ದೇವಾಲಯ ದೇವಾಲಯದಲ್ಲಿ ದೇವಾಲಯಗಳು", "ಪುಸ್ತಕ ಪುಸ್ತಕಗಳನ್ನು ಪುಸ್ತಕಕ್ಕೆ ಪುಸ್ತಕವನ್ನು", "ಸಂಸ್ಥೆ ಸಂಸ್ಥೆಯ ಸಂಸ್ಥೆಗಳು ಸಂಸ್ಥೆಯಲ್ಲಿ", "ನದಿ ನದಿಯಲ್ಲಿ ನದಿಗಳ"}, []string{"ವಿಧ ವಿಧಾನ", "ಮರ ಮನೆ", "ಶಬ್ದ ಶಬ"}, "ಮತ್ತು ಒಂದು ಅವರು"},
	{"ml", []string{"നഗരത്തിൽ നഗരം നഗരത്തിന്റെ നഗരങ്ങൾ നഗരങ്ങളിൽ", "വീട് വീട്ടിൽ വീടുകൾ", "പുസ്തകം പുസ്തകങ്ങളുടെ പുസ്തകത്തെ", "കുട്ടി കുട്ടികൾ കുട്ടിയുടെ"}, []string{"പുഴ പുഴു", "മരം മല"}, "ഒരു എന്ന ആണ്"},
	{"or", []string{"ମନ୍ଦିର ମନ୍ଦିରରେ ମନ୍ଦିରର ମନ୍ଦିରଗୁଡ଼ିକ", "ଭାଷା ଭାଷାର ଭାଷାରେ", "ଲୋକ ଲୋକମାନେ ଲୋକମାନଙ୍କର ଲୋକଙ୍କୁ"}, []string{"ଘର ଘାସ", "ଦିନ ଦେଶ"}, "ଏବଂ ପାଇଁ ଅଛି"},
	{"pa", []string{"ਕਿਤਾਬ ਕਿਤਾਬਾਂ", "ਮੁੰਡਾ ਮੁੰਡੇ ਮੁੰਡਿਆਂ", "ਕੁੜੀ ਕੁੜੀਆਂ", "ਬਣਾਉਣਾ ਬਣਾਇਆ ਬਣਾਉਂਦੇ", "ਪੱਕਾ ਪਕਾ ਪੱਕੇ"}, []string{"ਘਰ ਘੋੜਾ", "ਪਾਣੀ ਪਿੰਡ"}, "ਅਤੇ ਦਾ ਹੈ"},
	{"as", []string{"ভাষা ভাষাৰ ভাষাত ভাষাবোৰ", "নগৰ নগৰৰ নগৰত নগৰসমূহ", "মানুহ মানুহজন মানুহবোৰক মানুহে", "অসম অসমৰ অসমলৈ"}, []string{"ঘৰ ঘোঁৰা", "দিন দেশ"}, "আৰু এটা আপোনাৰ"},
	{"mai", []string{"समाज समाजमे समाजक समाजसँ", "अधिकार अधिकारक अधिकारकेँ", "भाषा भाषाक भाषामे", "देखनाइ देखैत"}, []string{"घर घोड़ा", "लोक लेख"}, "अछि सँ आओर हमर"},
	{"sa", []string{"राष्ट्रम् राष्ट्रं राष्ट्रस्य राष्ट्राणि राष्ट्रेषु", "रामः रामम् रामेण रामाय रामौ", "हरिः हरिम् हरिणा हरेः"}, []string{"देवः दानम्", "फलम् बलम्"}, "च अस्ति तस्य"},
	{"ne", []string{"पुस्तक पुस्तकहरू पुस्तकहरूको पुस्तकलाई पुस्तकमा", "नेपाल नेपालको नेपालमा नेपालबाट", "गर्नु गर्छन् गर्नुहोस् गर्दा", "भाषा भाषाको भाषाले भाषाहरु"}, []string{"घर घोडा", "दिन देश"}, "र छ तपाईं"},
	{"sd", []string{"ڪتاب ڪتابن ڪتابون ڪتابءَ", "عمارت عمارتون عمارتن", "سمجهڻ سمجھڻ سمجهندو سمجهيو"}, []string{"گهر گهوڙو", "ڏينهن ڏيهه"}, "۽ جي آهي"},
	{"sd", []string{"किताब किताबु किताबनि", "छोकरो छोकरा छोकरी", "ॿार ॿारनि बारु"}, []string{"घर घोड़ो"}, "ऐं जो आहे"},
	{"kok", []string{"गांव गांवांत गांवचो गांवाक", "पुस्तक पुस्तकां पुस्तकाचें पुस्तकांनी", "करप करतात करून करूंक"}, []string{"घर घोडो", "दीस देव"}, "आनी आसा म्हजें"},
	{"doi", []string{"कताब कताबां कताबें", "मुंडा मुंडे मुंडें", "समझना समझदा समझी समझेआ"}, []string{"घर घोड़ा", "दिन देस"}, "ते दा ऐ कन्नै"},
	{"mni", []string{"ꯂꯩꯕꯥꯛ ꯂꯩꯕꯥꯛꯀꯤ ꯂꯩꯕꯥꯀꯁꯤꯡ", "ꯃꯤꯑꯣꯏ ꯃꯤꯑꯣꯏꯒꯤ ꯃꯤꯑꯣꯏꯁꯤꯡ ꯃꯤꯑꯣꯏꯗ", "ꯃꯅꯤꯄꯨꯔ ꯃꯅꯤꯄꯨꯔꯒꯤ ꯃꯅꯤꯄꯨꯔꯗ"}, []string{"ꯃꯤꯑꯣꯏ ꯃꯤꯡ"}, "ꯑꯃꯁꯨꯡ ꯑꯁꯤ"},
	{"mni", []string{"মণিপুর মণিপুরগী মণিপুরদা", "মীওই মীওইশিং মীওইবু"}, []string{"লৈবাক লাইরিক"}, "অমসুং অসি"},
	{"sat", []string{"ᱯᱩᱛᱷᱤ ᱯᱩᱛᱷᱤᱨᱮ ᱯᱩᱛᱷᱤᱠᱚ", "ᱦᱚᱲ ᱦᱚᱲᱠᱚ ᱦᱚᱲᱨᱮᱱ", "ᱟᱹᱛᱩ ᱟᱛᱩ ᱟᱹᱛᱩᱨᱮ"}, []string{"ᱟᱛᱩ ᱟᱲᱟ"}, "ᱟᱨ ᱨᱮ ᱠᱷᱚᱱ"},
	{"brx", []string{"गामि गामिनि गामिफोर गामिफोरनि गामिआव", "बिजाब बिजाबखौ बिजाबजों", "खालामनाय खालामदों खालामबाय"}, []string{"न' नाय"}, "आरो नि जों"},
	{"ks", []string{"کِتاب کِتابہٕ کتابن", "کران کٔرِتھ"}, nil, "تہٕ چھُ منٛز"},
	{"ks", []string{"किताब किताबन किताबि", "करुन करान"}, nil, "छु मंज़ वोल"},
}

// The forms of a word share a stem and other words do not, in each of the 23 languages.
func TestInflectionsShareAStem(t *testing.T) {
	seen := map[lang.Code]bool{}
	for _, l := range languages {
		seen[l.code] = true
		for _, forms := range l.forms {
			require.Len(t, stems(forms, l.code), 1, "%s: %s: %v", l.code, forms, stems(forms, l.code))
		}
		for _, apart := range l.apart {
			require.Len(t, stems(apart, l.code), len(strings.Fields(apart)), "%s: %s", l.code, apart)
		}
		for _, tok := range analysis.Tokens(l.stop, l.code) {
			require.True(t, tok.Stop, "%s: %s", l.code, tok.Word)
		}
	}
	require.Len(t, seen, len(lang.Codes()))
}

func stems(words string, code lang.Code) map[string]bool {
	found := map[string]bool{}
	for _, tok := range analysis.Tokens(words, code) {
		found[tok.Stem] = true
	}
	return found
}

// A language that is not known is read by its script; a code of another script does no harm.
func TestRulesFallBackByScript(t *testing.T) {
	for text, code := range map[string]lang.Code{"किताबों": "hi", "ভাষাগুলো": "bn", "ਕਿਤਾਬਾਂ": "pa", "کتابوں": "ur", "ꯃꯤꯑꯣꯏꯒꯤ": "mni", "ᱯᱩᱛᱷᱤᱨᱮ": "sat", "monuments": "en"} {
		want := analysis.Tokens(text, code)
		for _, other := range []lang.Code{"", lang.Auto, "ta", "xx"} {
			require.Equal(t, want, analysis.Tokens(text, other), "%s as %q", text, other)
		}
	}
}
