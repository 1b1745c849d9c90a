package pii

import "strings"

// hintWords are the words and phrases that say what a number near them is, as
// appendKey writes them: phrases without their spaces.
var hintWords = func() map[string]hint {
	m := make(map[string]hint, 1024)
	for _, l := range wordLists {
		for _, phrase := range strings.Split(l.phrases, ",") {
			var key []byte
			for _, word := range strings.FieldsFunc(phrase, func(r rune) bool { return !wordRune(r) }) {
				key = appendKey(key, word)
			}
			if len(key) > 0 {
				m[string(key)] = l.hint
			}
		}
	}
	return m
}()

// wordLists are phrases by hint, comma-separated, in the languages in which forms
// and officials use them: English and its loans everywhere, romanised Hindi, and the
// languages' own. Where a list repeats a phrase, the later one holds.
var wordLists = []struct {
	hint    hint
	phrases string
}{
	{hintOther, `order, order id, order no, order number, invoice, invoice no, bill no, receipt, receipt no, reference, ref, ref no,
		reference id, application, application no, application number, application id, registration id, acknowledgement, acknowledgment, ack,
		ack no, transaction, transaction id, txn, txn id, txnid, utr, rrn, tracking, tracking no, tracking id, awb, consignment, pnr, isbn,
		issn, barcode, ean, upc, version, build, commit, hash, sha, md5, uuid, guid, id, session, trace, span, request, serial,
		serial no, sr no, sno, srno, roll, roll no, enrolment, enrollment, enrolment no, model, part, part no, sku, case, case no, file, file no,
		complaint, complaint no, ticket, ticket no, token, otp, pin, pincode, pin code, zip, imei, imsi, iccid, batch, lot, tender, circular,
		page, pages, section, article, chapter, train, train no, flight, flight no, product, item, asset, error, code, port, pid, offset,
		timestamp, epoch, latitude, longitude, lat, lng, lon, isrc, doi, arxiv, challan, challan no, docket, survey no, khasra, plot, ein,
		fssai, cin, udyam, hsn, issue, issued, issue date, date of issue, expiry, expires, valid, validity, valid till, valid upto,
		valid from, dated, joining, updated, created, published, retrieved, ऑर्डर, आदेश, आदेश संख्या, चालान, बिल, रसीद, संदर्भ, संदर्भ संख्या, आवेदन,
		आवेदन संख्या, आवेदन क्रमांक, पंजीकरण संख्या, लेनदेन, टिकट, क्रमांक, अनुक्रमांक, रोल नंबर, पिन, पिनकोड, शिकायत, फाइल, पृष्ठ, जारी, वैध, वैधता, दिनांक,
		অর্ডার, রসিদ, আবেদন, টিকিট, ক্রমিক, ஆர்டர், விண்ணப்ப, ரசீது, டிக்கெட், ఆర్డర్, దరఖాస్తు, రసీదు, టికెట్, ऑर्डर क्रमांक, अर्ज, अर्ज क्रमांक,
		ઓર્ડર, અરજી, રસીદ, ಆರ್ಡರ್, ಅರ್ಜಿ, ರಸೀದಿ, ഓർഡർ, അപേക്ഷ, രസീത്, ଅର୍ଡର, ଆବେଦନ, ରସିଦ, ਆਰਡਰ, ਅਰਜ਼ੀ, ਰਸੀਦ, آرڈر, درخواست, رسید`},
	{hintMoney, `rs, inr, usd, eur, rupee, rupees, rupaye, rupaya, paise, amount, price, cost, total, budget, salary, balance, crore, crores, lakh, lakhs,
		million, billion, dollars, population, votes, bytes, kb, mb, gb, ms, ns, km, kg, metres, meters, sqft, hectares, people, users, views,
		downloads, rows, records, रुपये, रुपए, रुपया, रु, कीमत, राशि, मूल्य, करोड़, लाख, आबादी, जनसंख्या, মূল্য, টাকা, লক্ষ, কোটি, রূপায়ণ, ரூபாய், விலை, ரூ,
		రూపాయలు, ధర, రూ, रुपयांची, रक्कम, રૂપિયા, કિંમત, રૂ, ರೂಪಾಯಿ, ಬೆಲೆ, ರೂ, രൂപ, വില, ଟଙ୍କା, ମୂଲ୍ୟ, ਰੁਪਏ, ਕੀਮਤ, روپے, روپیہ, قیمت, رقم`},
	{hintSelf, `i, my, me, mine, our, मैं, मेरा, मेरी, मेरे, मुझे, हमारा, हमारी, हमारे, mera, meri, mere, আমার, আমি, என், எனது, నా, నేను, माझा, माझी, माझे, મારો,
		મારી, મારું, ನನ್ನ, എന്റെ, ମୋର, ମୋ, ਮੇਰਾ, ਮੇਰੀ, میرا, میری, मेरो, মোৰ`},
	{hintBorn, `born, born on, born in, birth, janm, janam, paida, जन्म, जन्मे, जन्मी, पैदा, জন্ম, জন্মগ্রহণ, জন্মেছি, பிறந்த, பிறந்தேன், பிறந்தார், జన్మించారు, పుట్టిన,
		पैदाइश, જન્મ, જન્મેલા, ಜನನ, ಜನಿಸಿದ, ജനിച്ച, ജനനം, ଜନ୍ମ, ਜਨਮ, پیدائش, پیدا, ولادت, جنم, জন্ম হৈছিল, ꯄꯣꯀꯈꯤ, ᱡᱟᱱᱟᱢ`},
	{hintBirth, `dob, d o b, date of birth, birth date, birthdate, date birth, birthday, birth day, b day, bday, born date, dateofbirth, birth dt, janm tithi, janma tithi, janam tithi,
		janmtithi, janam tareekh, janm tareekh, janm tarikh, janm dinank, janma dinank, janm din, janmdin, janma tarikh, janma dina, pirantha thethi, puttina tedi, huttida dinanka, janana thiyathi,
		जन्म तिथि, जन्म तिथी, जन्म तारीख, जन्म की तारीख, जन्म की तिथि, जन्म दिनांक, जन्म का दिनांक, जन्मदिन, जन्म दिन, जन्म दिवस, जन्म मिति, जन्म दिनाङ्क, जन्मदिनाङ्कः, जन्मतारीख, जन्मदिनांक, डीओबी,
		जलम तिथि, जलम तरीख, जोनोम खालार, जोनोम अक्ट', जोनोम साल, जल्म तारीख, जल्माची तारीख, जन्मतीथि, जनम तिथि, जनम तारीख, जनम दिन, जनम जी तारीख,
		জন্ম তারিখ, জন্মতারিখ, জন্মের তারিখ, জন্মদিন, জন্ম তিথি, জন্মৰ তাৰিখ, জন্ম তাৰিখ, জন্মদিনৰ তাৰিখ, পোকপা তাং, পোকখিবা তাং, ꯄꯣꯛꯄ ꯇꯥꯡ, ꯄꯣꯛꯈꯤꯕ ꯇꯥꯡ, ꯄꯣꯛꯅꯨꯃꯤꯠ,
		பிறந்த தேதி, பிறந்த நாள், பிறந்தநாள், பிறந்த திகதி, பிறப்பு தேதி, పుట్టిన తేదీ, పుట్టినతేదీ, జన్మ తేదీ, జన్మతేది, పుట్టిన తేది, పుట్టిన రోజు, పుట్టినరోజు,
		જન્મ તારીખ, જન્મતારીખ, જન્મ તિથિ, જન્મદિવસ, ಹುಟ್ಟಿದ ದಿನಾಂಕ, ಜನ್ಮ ದಿನಾಂಕ, ಜನನ ದಿನಾಂಕ, ಹುಟ್ಟಿದ ದಿನ, ಜನ್ಮದಿನಾಂಕ, ജനന തീയതി, ജനനത്തീയതി, ജനനതീയതി, ജന്മദിനം, ജനിച്ച തീയതി, ജനന തിയ്യതി,
		ଜନ୍ମ ତାରିଖ, ଜନ୍ମତାରିଖ, ଜନ୍ମ ତିଥି, ଜନ୍ମଦିନ, ਜਨਮ ਮਿਤੀ, ਜਨਮ ਤਾਰੀਖ, ਜਨਮ ਤਰੀਕ, ਜਨਮ ਦਿਨ, ਜਨਮਦਿਨ, تاریخ پیدائش, تاریخ ولادت, پیدائش کی تاریخ, یوم پیدائش, جنم تاریخ, جنم جي تاريخ, ڄمڻ جي تاريخ,
		ڄمڻ تاريخ, ڄم جي تاريخ, پیدائشچ تأریخ, زنمچ تٲریخ, زٕننُک تٲریٖخ, زنم تاریخ, ᱡᱟᱱᱟᱢ ᱢᱟᱹᱦᱤᱛ, ᱡᱟᱱᱟᱢ ᱢᱟᱦᱟ, ᱡᱟᱱᱟᱢ ᱛᱟᱨᱤᱠ`},
	{hintAccount, `account, accounts, account no, account number, accountnumber, accountno, acct, acc, acc no, accno, ac, a c, a c no, acno, ac no, bank account, savings account, current account,
		beneficiary account, ifsc, ifsc code, ifsccode, neft, rtgs, khata, khaata, khata number, khata sankhya, bank khata, खाता, खाते, खात, खाता संख्या, बैंक खाता, खाता नंबर, अकाउंट, एकाउंट, अकाउण्ट,
		आईएफएससी, আইএফএসসি, অ্যাকাউন্ট, একাউন্ট, একাউণ্ট, খাতা, হিসাব নম্বর, হিচাপ, கணக்கு, கணக்கு எண், வங்கி கணக்கு, ఖాతా, ఖాతా సంఖ్య, బ్యాంకు ఖాతా, అకౌంట్, ખાતા, ખાતું, ખાતા નંબર, એકાઉન્ટ, ಖಾತೆ, ಖಾತೆ ಸಂಖ್ಯೆ,
		ಅಕೌಂಟ್, അക്കൗണ്ട്, അക്കൌണ്ട്, ଖାତା, ଆକାଉଣ୍ଟ, ਖਾਤਾ, ਖਾਤੇ, ਅਕਾਊਂਟ, کھاتہ, کھاتا, اکاؤنٹ, اکائونٽ, کاتو, बँक खाते, खातो, ᱮᱠᱟᱣᱩᱱᱴ, ꯑꯦꯀꯥꯎꯟꯇ`},
	{hintFor(Aadhaar), `aadhaar, aadhar, adhaar, adhar, aadhaar no, aadhaar number, aadhar number, aadhaar card, aadhaar id, uid, uid no, uidai, vid, virtual id, aadhaarno, aadharno, aadhaarnumber, आधार, आधारकार्ड, आधार संख्या, आधार नंबर, आधार क्रमांक, यूआईडी,
		আধার, আধাৰ, ஆதார், ఆధార్, આધાર, ಆಧಾರ್, ആധാർ, ആധാര്‍, ଆଧାର, ਆਧਾਰ, آدھار, آڌار, ᱟᱫᱷᱟᱨ, ꯑꯥꯙꯥꯔ`},
	{hintFor(PAN), `pan, pan no, pan number, pan card, pancard, panno, permanent account number, पैन, पैन कार्ड, स्थायी खाता संख्या, প্যান, পেন কাৰ্ড, பான், పాన్, પાન, ಪ್ಯಾನ್, പാൻ, ପାନ୍, ਪੈਨ, پین`},
	{hintFor(GSTIN), `gst, gstin, gst no, gst number, gstno, जीएसटी, जीएसटीआईएन, জিএসটি, ஜிஎஸ்டி, జీఎస్టీ, જીએસટી, ಜಿಎಸ್‌ಟಿ, ജിഎസ്ടി, ଜିଏସଟି, ਜੀਐਸਟੀ, جی ایس ٹی`},
	{hintFor(Passport), `passport, passport no, passport number, passportno, passportnumber, पासपोर्ट, पारपत्र, পাসপোর্ট, পাছপ'ৰ্ট, கடவுச்சீட்டு, பாஸ்போர்ட், పాస్‌పోర్ట్, పాస్‌పోర్టు, પાસપોર્ટ, ಪಾಸ್‌ಪೋರ್ಟ್, പാസ്‌പോർട്ട്, ପାସପୋର୍ଟ, ਪਾਸਪੋਰਟ, پاسپورٹ`},
	{hintFor(VoterID), `voter, voter id, voter card, voter id card, voterid, epic, epic no, epic number, elector photo, election card, मतदाता, मतदाता पहचान पत्र, वोटर, वोटर आईडी, ভোটার, ভোটাৰ, வாக்காளர், ఓటరు, ఓటర్, મતદાર, ચૂંટણી કાર્ડ, ಮತದಾರ,
		ವೋಟರ್, വോട്ടർ, വോട്ടേഴ്സ്, ଭୋଟର, ਵੋਟਰ, ووٹر, मतदार`},
	{hintFor(DrivingLicence), `dl, dl no, driving licence, driving license, driver licence, driver license, drivers license, licence, license, licence no, license no, driving lic, ड्राइविंग लाइसेंस, लाइसेंस, चालक अनुज्ञप्ति, ড্রাইভিং লাইসেন্স, লাইসেন্স, ড্ৰাইভিং লাইচেন্স,
		ஓட்டுநர் உரிமம், உரிமம், డ్రైవింగ్ లైసెన్స్, లైసెన్స్, ડ્રાઇવિંગ લાઇસન્સ, લાઇસન્સ, ಚಾಲನಾ ಪರವಾನಗಿ, ಪರವಾನಗಿ, ഡ്രൈവിങ് ലൈസൻസ്, ലൈസൻസ്, ଡ୍ରାଇଭିଂ ଲାଇସେନ୍ସ, ਡਰਾਈਵਿੰਗ ਲਾਇਸੈਂਸ, ڈرائیونگ لائسنس, لائسنس, वाहन परवाना, परवाना`},
	{hintFor(Phone), `phone, phone no, phone number, phoneno, phonenumber, ph, ph no, phno, tel, telephone, telephone no, mobile, mobile no, mobile number, mobileno, mobilenumber, mob, mob no, mobno, cell, cellphone, msisdn, whatsapp, whats app, contact, contact no,
		contact number, call, call me, landline, std, std code, fax, helpline, sms, dial, फोन, फोन नंबर, मोबाइल, मोबाईल, मोबाइल नंबर, दूरभाष, टेलीफोन, दूरध्वनी, भ्रमणध्वनी, संपर्क, सम्पर्क, संपर्क नंबर, व्हाट्सएप, व्हाट्सऐप, कॉल, फ़ैक्स, मोबायल, फोन नंबर,
		ফোন, মোবাইল, মোবাইল নম্বর, ফোন নম্বর, যোগাযোগ, ম'বাইল, দূৰভাষ, தொலைபேசி, கைபேசி, அலைபேசி, செல்போன், மொபைல், தொடர்பு, ஃபோன், போன், ఫోన్, మొబైల్, సెల్, దూరవాణి, ఫోను, ફોન, મોબાઇલ, મોબાઈલ, સંપર્ક, ಫೋನ್, ಮೊಬೈಲ್, ದೂರವಾಣಿ, ಸಂಪರ್ಕ, ഫോൺ, മൊബൈൽ,
		ഫോണ്‍, ബന്ധപ്പെടുക, ଫୋନ, ଫୋନ୍, ମୋବାଇଲ, ମୋବାଇଲ୍, ଯୋଗାଯୋଗ, ਫੋਨ, ਫ਼ੋਨ, ਮੋਬਾਈਲ, ਮੋਬਾਇਲ, ਸੰਪਰਕ, فون, فون نمبر, موبائل, موبائیل, رابطہ, ٹیلی فون, موبائيل, ᱯᱷᱚᱱ, ᱢᱚᱵᱟᱭᱤᱞ, ꯐꯣꯟ, ꯃꯣꯕꯥꯏꯜ`},
	{hintFor(Email), `email, e mail, mail, mail id, email id, ईमेल, ई मेल, ইমেইল, ই মেইল, மின்னஞ்சல், ఈమెయిల్, ઇમેઇલ, ಇಮೇಲ್, ഇമെയിൽ, ଇମେଲ, ਈਮੇਲ, ای میل`},
	{hintFor(UPI), `upi, upi id, upiid, vpa, gpay, google pay, phonepe, bhim, paytm, यूपीआई, यूपीआई आईडी, ইউপিআই, யுபிஐ, యూపీఐ, યુપીઆઈ, ಯುಪಿಐ, യുപിഐ, ୟୁପିଆଇ, ਯੂਪੀਆਈ, یو پی آئی`},
	{hintFor(Card), `card no, card number, cardno, cardnumber, credit card, debit card, creditcard, debitcard, atm card, credit card number, debit card number, rupay, visa, mastercard, amex, maestro, क्रेडिट कार्ड, डेबिट कार्ड, एटीएम कार्ड, कार्ड नंबर, कार्ड संख्या, ক্রেডিট কার্ড,
		ডেবিট কার্ড, কার্ড নম্বর, கிரெடிட் கார்டு, டெபிட் கார்டு, క్రెడిట్ కార్డ్, డెబిట్ కార్డ్, ક્રેડિટ કાર્ડ, ડેબિટ કાર્ડ, ಕ್ರೆಡಿಟ್ ಕಾರ್ಡ್, ಡೆಬಿಟ್ ಕಾರ್ಡ್, ക്രെഡിറ്റ് കാർഡ്, ഡെബിറ്റ് കാർഡ്, କ୍ରେଡିଟ କାର୍ଡ, ਕ੍ਰੈਡਿਟ ਕਾਰਡ, ਡੈਬਿਟ ਕਾਰਡ, کریڈٹ کارڈ, ڈیبٹ کارڈ`},
	{hintFor(Vehicle), `vehicle, vehicle no, vehicle number, vehicleno, registration no, registration number, regn no, regd no, reg no, number plate, car no, car number, bike no, rc no, gadi number, gaadi number, वाहन, वाहन संख्या, वाहन क्रमांक, गाड़ी, गाड़ी नंबर, गाडी, গাড়ি, গাড়ির নম্বর, গাড়ী, যানবাহন, வாகன,
		வண்டி, వాహన, వాహనం, బండి, વાહન, ગાડી, ವಾಹನ, ಗಾಡಿ, വാഹന, വണ്ടി, ଗାଡ଼ି, ଯାନ, ਗੱਡੀ, ਵਾਹਨ, گاڑی`},
}
