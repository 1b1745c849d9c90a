package guard

// class is what a word or a phrase may be part of an order as.
type class uint32

// The classes.
const (
	override class = 1 << iota // to ignore, forget, bypass
	prior                      // previous, above, until now
	every                      // all, any
	rule                       // rules, orders: what documents speak of, too
	instruct                   // instructions, prompt: rarely anything but a model's
	yours                      // your, you were given
	hidden                     // system prompt, hidden instructions
	reveal                     // to show, print, repeat
	ask                        // what is, which are
	model                      // a model by its names
	persona                    // you are now, act as, pretend
	freed                      // without restrictions, developer mode, and the names of such personas
	onward                     // from now on
	say                        // to reply, to write
	only                       // only, exactly, instead
	each                       // to every question
	act                        // to send, click, run
	target                     // an address of the web or of mail
	user                       // the user and what is his
	silent                     // without telling, do not mention
	fresh                      // new instructions, important note
	content                    // text, passages, conversation, everything
	must                       // must, have to, please
	secret                     // secret, hidden, inner
	source                     // documents, passages, what an answer is to rest on
)

// phrases are the words by class, in the one spelling that analysis.Normalize and
// sounded give: English, Hindi, and Hindi in Latin letters. A * stands for any ending.
var phrases = []struct {
	is   class
	list string
}{
	{override, `ignore, disregard, forget, override, overrule, bypass, circumvent, discard, neglect, overlook, skip, drop, erase, delete, abandon, cancel, suspend, disable, violate, break, unlearn, reset, do not follow, don't follow, dont follow, stop following, do not obey, don't obey, dont obey, pay no attention, do not use, do not listen, set aside, throw away, nullify, void, supersede, supersedes, no longer apply, do not apply, replaced by, ignoring, disregarding, forgetting, instead of following, not bound,
		अनदेखा*, अनदेखी, नजरअंदाज*, नजरंदाज*, नज़र अंदाज़, भूल, भूलकर, भूलो, भूलिए, भूलें, भुला, भुलाकर, भुलाओ, भुला दो, उपेक्षा, अनसुना, अनसुनी, दरकिनार, छोड़ो, छोड़कर, छोड़ दो, छोड़ें, हटा, हटाओ, हटाकर, रद्द, निरस्त, खारिज, तोड़ो, तोड़ दो, मत मानो, मत मानना, न मानें, ना मानो, मत मानिए, पालन मत, पालन न, पालन ना, ध्यान मत, ध्यान न, मिटा, मिटाओ, लागू नहीं, परे रखो, किनारे, बंद करो, उल्लंघन, बाईपास,
		andek*, nazarandaj*, najarandaj*, najarandaz*, nazarandaz*, nazar andaz, najar andaj, bhul, bhool, bhulo, bhulkar, bhula, bhulakar, bhulaao, bhuliye, bhulen, upeksa*, ansuna, ansuni, darkinar, chodo, chhodo, chod, chhod, chodkar, hata, hatao, hatakar, radd, kharij, todo, tod do, mat mano, mat maano, mat manna, mat maniye, na mane, na mano, palan mat, palan na, dhyan mat, dhyan na, mita, mitao, lagu nahi, ignor*, skip, cancel karo, bypass`},
	{prior, `previous, previously, prior, above, earlier, preceding, foregoing, before, so far, until now, till now, up to now, original, initial, old, existing, current, former, past, first, aforementioned, past,
		पिछल*, पहल*, पूर्व, पूर्ववर्ती, ऊपर*, उपरोक्त, उपर्युक्त, अब तक, अभी तक, इससे पहले, पुरान*, मूल, शुरुआती, आरंभिक, मौजूदा, वर्तमान, प्रारंभिक, पूर्वोक्त,
		pichl*, picchl*, pehl*, pahl*, purv, poorv, upar*, oopar*, uparokt*, ab tak, abhi tak, puran*, shuruati, maujuda, vartaman, isse pehle`},
	{every, `all, any, every, everything, entire, whole, each, anything, सभी, सब, सारे, सारी, सारा, समस्त, तमाम, हर, हरेक, सम्पूर्ण, संपूर्ण, पूरा, पूरी, पूरे, कुल, किसी भी, sabhi, sab, sare, saare, sari, saari, sara, saara, samast, tamam, har, pura, puri, pure, poora, poori, poore, kisi bhi`},
	{rule, `rule, rules, order, orders, command, commands, restriction*, limitation*, policy, policies, safety, filter, filters, constraint*, guardrail*, guards, boundaries, protocol, protocols, safeguard*, censorship, ethics, moderation, training, programming, configuration, settings,
		नियम*, आदेश*, प्रतिबंध*, पाबंदी*, बंधन*, बंदिश*, सीमा, सीमाएँ, सीमाओं, नीति*, फ़िल्टर, मर्यादा*, रोक, सुरक्षा, प्रशिक्षण, कायदे, कायदों, शर्त*,
		niyam*, aadesh*, adesh*, pratiband*, pabandi*, bandhan*, bandis*, niti, neeti, nitiyon, rok, suraksha, kayde, kaayde, sharte*, filter, rules`},
	{instruct, `instruction, instructions, instruction*, prompt, prompts, guideline*, directive*, direction, directions, briefing, system message, developer message, preprompt, guidance, told, instructed,
		निर्देश, निर्देशों, निर्देशो, निर्देशानुसार, अनुदेश*, हिदायत*, प्रॉम्प्ट*, प्राम्प्ट*, दिशानिर्देश, दिशानिर्देशों, दिशा निर्देश, दिशा निर्देशों, इंस्ट्रक्शन*, इन्स्ट्रक्शन*, गाइडलाइन*, कमांड*, nirdes, nirdeso, nirdeson, anudes*, hidayat*, disanirdes*, disha nirdes*, instraksan*, guidelain*, gaidlain*`},
	{yours, `your, yours, you were, you have been, you are given, you received, you follow, given to you, told you, own, my, आपक*, आपको, तुम्हार*, तुम्हें, तुमको, तेर*, तुझे, अपन*, aapk*, apke, apka, apki, aapko, apko, tumhar*, tumhe, tumko, tera, tere, teri, tujhe, apn*, apan*`},
	{hidden, `system prompt*, system instruction*, system message*, system rules, system text, hidden prompt, hidden instruction*, hidden rules, secret instruction*, secret prompt, initial prompt, initial instruction*, original prompt, developer message, developer instruction*, internal instruction*, internal rules, internal prompt, pre prompt, preprompt, base prompt, master prompt, starting prompt, confidential instruction*, repeat the words above, repeat the text above, repeat everything above, print the text above, print everything above, output everything above,
		सिस्टम प्रॉम्प्ट*, सिस्टम के निर्देश*, सिस्टम निर्देश*, सिस्टम संदेश*, गुप्त निर्देश*, गुप्त नियम*, छिपे निर्देश*, छिपे हुए निर्देश*, छुपे निर्देश*, छुपे हुए निर्देश*, आंतरिक निर्देश*, अंदरूनी निर्देश*, गोपनीय निर्देश*, शुरुआती निर्देश*, मूल निर्देश*, प्रारंभिक निर्देश*, छिपा प्रॉम्प्ट, गुप्त प्रॉम्प्ट, छुपा प्रॉम्प्ट, डेवलपर संदेश,
		sistam prompt*, system nirdes*, system ke nirdes*, system mesej, gupt nirdes*, gupt niyam*, chipe nirdes*, chipe hue nirdes*, chupe nirdes*, chupe hue nirdes*, antarik nirdes*, gopniy nirdes*, suruati nirdes*, mul nirdes*, gupt prompt, chupa prompt, chipa prompt, hidden nirdes*`},
	{reveal, `reveal, show, print, repeat, output, display, tell, leak, dump, expose, disclose, share, recite, list, write out, spell out, copy, echo, give me, translate, summarize, summarise, quote, paste, describe, explain, encode, return, reproduce, type, read out, restate, paraphrase,
		बता*, दिखा*, प्रकट, उजागर, छाप*, दोहरा*, दुहरा*, लिख*, सुना*, खोल*, साझा, जाहिर, ज़ाहिर, अनुवाद, प्रिंट, पढ़कर, उगल*, पेश, प्रदर्शित, कॉपी,
		bata*, dikha*, dika*, prakat, ujagar, chhap*, chap*, dohra*, doharao, dohara*, likh*, likho, suna*, kholo, khol do, sajha, zahir, jahir, anuvad, padhkar, ugal*, print karo, dikhlao`},
	{ask, `what, which, how many, क्या, कौन, कौनसे, कौन से, kya, kaun, kaunse, kaun se, konse`},
	{model, `ai, assistant, assistants, chatbot, chat bot, bot, language model*, llm, llms, gpt, chatgpt, gemini, claude, ai model, model, copilot, agent, agents, robot, machine learning model, ai system, ai systems, virtual assistant, digital assistant, answering system, summarizer, summariser,
		एआई, ए आई, सहायक*, चैटबॉट*, चैट बॉट, बॉट*, भाषा मॉडल*, मॉडल*, एलएलएम, जीपीटी, चैटजीपीटी, रोबोट, असिस्टेंट*, कृत्रिम बुद्धि*, एजेंट, eai, sahayak*, chaitbot*, caitbot*, bhasa model*, asistent*, esistent*`},
	{persona, `you are now, you're now, youre now, you will now, you are no longer, act as, acting as, behave as, behave like, pretend, roleplay, role play, play the role, play the part, assume the role, take on the role, simulate, imagine you are, become, switch to, enter, activate, enable, turn on, switch on, go into, respond as, speak as, answer as, you are a, you are an, you are dan,
		अब तुम, अब आप, अब तू, अब से तुम, अब से आप, की तरह व्यवहार, की भूमिका, भूमिका निभाओ, भूमिका निभाएँ, नाटक करो, चालू करो, चालू कर, चालू करें, सक्रिय, में जाओ, दिखावा करो, अभिनय करो, बन जाओ, बन जाइए, बन जाएँ, मान लो कि तुम, कल्पना करो कि तुम, मान लो तुम, के रूप में जवाब, के रूप में काम, तुम एक, ढोंग,
		ab tum, ab aap, ab ap, ab tu, ab se tum, ab se aap, ki tarah vyavahar, ki tarah vyavhar, ki bhumika, bhumika nibhao, on karo, on kar, chalu karo, chalu kar, sakriy, mein jao, natak karo, dikhava karo, abhinay karo, ban jao, ban jaiye, maan lo tum, man lo ki tum, maan lo ki tum, kalpana karo ki tum, ke rup mein javab, ke roop me jawab, act karo, ki tarah jawab, ki tarah baat karo`},
	{freed, `dan, do anything now, jailbreak, jailbroken, unrestricted, unfiltered, uncensored, developer mode, debug mode, god mode, admin mode, sudo, root access, maintenance mode, no restrictions, no rules, no limits, no filters, without restrictions, without rules, without limits, without any restrictions, without any rules, without filters, without censorship, free from all, freed from, hacker, opposite mode, anything goes, not bound, unlimited, no guidelines, no longer bound, admin access, administrator, superuser, master key, pirate,
		डेवलपर मोड, एडमिन मोड, डिबग मोड, गॉड मोड, जेलब्रेक, बिना किसी प्रतिबंध*, बिना प्रतिबंध*, बिना किसी रोक*, बिना रोक*, बिना किसी नियम*, बिना नियम*, कोई नियम नहीं, कोई प्रतिबंध नहीं, कोई पाबंदी नहीं, कोई सीमा नहीं, असीमित, हैकर, समुद्री डाकू, प्रशासक,
		developer mod, admin mod, bina kisi pratiband*, bina pratiband*, bina kisi rok*, bina rok*, bina kisi niyam*, bina niyam*, koi niyam nahi, koi pratiband nahi, koi pabandi nahi, koi rok nahi, bina pabandi, bina kisi pabandi, haikar`},
	{onward, `from now on, from this point, from here on, henceforth, hereafter, going forward, for the rest of, now on, starting now, from this moment, अब से, आज से, इसके बाद, आगे से, अब आगे, इस क्षण से, अभी से, ab se, aaj se, iske baad, aage se, ab aage, abhi se`},
	{say, `say, reply, respond, answer, answers, output, write, print, state, claim, tell, include, append, insert, begin, start, end, add, recommend, mention, speak, response, respond with, generate, produce, conclude, assert, declare, confirm, announce, advise, praise, type,
		कहो, कहें, कहिए, कह दो, कहना, बोलो, बोलें, बोलिए, बोल दो, लिखो, लिखें, लिखिए, लिख दो, जवाब, उत्तर, जोड़ो, जोड़ें, जोड़ दो, बताओ, बताएँ, बताइए, बताना, दोहराओ, घोषित, सिफारिश, दावा करो, शामिल करो, शामिल करें, समाप्त करो, शुरू करो,
		kaho, kahe, kahen, kahiye, keh do, kah do, kahna, bolo, bolen, boliye, bol do, likho, likhen, likhiye, likh do, jawab, javab, uttar, jodo, joden, jod do, batao, bataye, bataiye, batana, dohrao, ghosit, sifaris, shamil karo, samapt karo, shuru karo`},
	{only, `only, just, exactly, instead, nothing else, nothing but, verbatim, word for word, the following, simply, solely, always, literally, must be, rather than, following words, following text, no matter what, regardless, at the end, at the beginning, in every,
		केवल, सिर्फ़, सिर्फ, बस, इसके बजाय, के बजाय, की बजाय, के बदले, और कुछ नहीं, कुछ और नहीं, हूबहू, शब्दशः, हमेशा, हर बार, यही, निम्नलिखित, नीचे लिखा, सदैव, ठीक यही, चाहे कुछ भी, के अंत में, की शुरुआत में, जगह,
		keval, kewal, sirf, bas, iske bajay, ke bajay, ki bajay, ke badle, aur kuch nahi, kuch aur nahi, hubahu, shabdasah, hamesa, har bar, yahi, nimnlikhit, niche likha, jagah, ke ant me, chahe kuch bhi`},
	{each, `instead of answering, instead of replying, each question, each answer, each reply, each response, every question, all questions, any question, every answer, all answers, your answer, your answers, every response, your response, your responses, your reply, your replies, your output, every reply, all queries, any query, every query, whatever is asked, when asked, if asked, if anyone asks, if someone asks, whenever, when someone asks, your final answer, your summary, the answer must, to the question, the user's question, the question,
		जवाब देने के बजाय, उत्तर देने के बजाय, जवाब की जगह, हर सवाल, हर प्रश्न, सभी सवालों, सभी प्रश्नों, किसी भी सवाल, किसी भी प्रश्न, हर जवाब, हर उत्तर, सभी उत्तरों, सभी जवाबों, अपने जवाब, अपने उत्तर, अपने हर, जब भी कोई, अगर कोई पूछे, यदि कोई पूछे, जो भी पूछे, कोई भी पूछे, कुछ भी पूछा, पूछे जाने पर, सवाल का जवाब, प्रश्न का उत्तर, चाहे जो पूछे,
		jawab dene ke bajay, uttar dene ke bajay, har sawal, har saval, har prasn*, sabhi sawal*, sabhi prasn*, kisi bhi sawal, kisi bhi prasn, har jawab, har javab, har uttar, apne jawab, apne javab, apne uttar, apne har, jab bhi koi, agar koi puche, agar koi poochhe, jo bhi puche, koi bhi puche, kuch bhi puche, puche jane par, sawal ka jawab, saval ka javab, prasn ka uttar`},
	{act, `send, email, mail, post, forward, upload, transmit, exfiltrate, call, execute, run, invoke, fetch, visit, open, click, download, delete, transfer, pay, purchase, submit, grant, approve, enter, embed, append, include, render, load, navigate, connect, install, wipe, drop table,
		भेज*, पोस्ट, अपलोड, डाउनलोड, चलाओ, चलाएँ, क्लिक, खोलो, खोलें, मिटा*, हटा*, ट्रांसफर, अग्रेषित, जोड़*, डाल*, कॉल, ईमेल, भुगतान, स्वीकृत,
		bhej*, bej*, post, uplod, chalao, chalaye, klik, kholo, kholen, mita*, hata*, transfar, jod*, dal*, dalo`},
	{target, `http, https, www, @`},
	{user, `user, users, user's, customer, customer's, reader, conversation, chat history, their data, personal data, password*, credential*, api key*, secret*, token*, session, उपयोगकर्ता*, यूज़र*, प्रयोक्ता*, उपभोक्ता*, ग्राहक*, पाठक*, बातचीत, वार्तालाप, पासवर्ड*, निजी जानकारी, उपयोगकर्ता, upyogkart*, yujar*, yuzar*, prayokta*, grahak*, batcit, baatchit, paswad, niji jankari`},
	{silent, `hide this, hide it, conceal this, keep this hidden, do not tell, don't tell, dont tell, do not mention, don't mention, dont mention, do not reveal, never mention, never reveal, do not inform, don't inform, do not disclose, without telling, without mentioning, without informing, without asking, secretly, silently, covertly, do not say, do not show, do not warn, quietly, keep this secret, do not let, unaware,
		मत बताना, मत बताओ, न बताएँ, न बताना, ना बताना, बिना बताए, बिना पूछे, चुपके से, चुपचाप, ज़िक्र मत, जिक्र मत, उल्लेख मत, उल्लेख न, गुप्त रखो, छिपाकर, छुपाकर, पता न चले, पता मत चलने, पता मत, पता नहीं चलना, भनक,
		mat batana, mat batao, na batana, na bataye, bina bataye, bina puche, chupke se, cupke se, chupchap, jikr mat, zikr mat, ullekh mat, gupt rakho, chipa kar, chupa kar, pata na chale, pata mat, bhanak`},
	{fresh, `new instruction*, new rule, new rules, new order*, new directive*, updated instruction*, new task, new role, new prompt, new system, real task, real instruction*, actual task, actual instruction*, true task, important instruction*, important note, important message, attention, notice to, note to, note for, message to, message for, instruction* for, instruction* to, instructions for, system override, system update, admin override, administrator override, system notice, system note, security update, priority override, urgent instruction*, special instruction*, follow these, follow the following, follow this, obey, comply, following instruction*, instead do, begin new, end of document, end of context, end of passage, end of text, end of input, end of prompt, authorised by, authorized by,
		नए निर्देश*, नया निर्देश*, नए नियम, नया नियम, नया आदेश, नए आदेश*, नया कार्य, नया काम, असली काम, असली निर्देश*, महत्वपूर्ण निर्देश*, महत्वपूर्ण सूचना, ज़रूरी सूचना, विशेष निर्देश*, के लिए निर्देश*, के लिए संदेश, के लिए सूचना, के लिए आदेश, सिस्टम अपडेट, सिस्टम आदेश, सिस्टम सूचना, इन निर्देशों का पालन, इस निर्देश का पालन, इस आदेश का पालन, का पालन करो, का पालन करें, नई भूमिका, ध्यान दें, ध्यान दो, सावधान, दस्तावेज़ समाप्त, दस्तावेज़ का अंत, संदर्भ समाप्त,
		naye nirdes*, naya nirdes*, nae nirdes*, naye niyam, naya niyam, naya adesh, naya aadesh, naya kaam, asli kaam, asli kam, asli nirdes*, khas nirdes*, vises nirdes*, ke liye nirdes*, ke liye sandesh, ke liye suchna, ke liye adesh, ke liye aadesh, sistam apdet, in nirdeson ka palan, is nirdes ka palan, ka palan karo, nayi bhumika, dhyan do, dhyan den, savdhan, dastavej samapt, naye instruction*, naya instruction*, new nirdes*`},
	{content, `everything, text, passage*, context, document*, conversation, message*, content, words, anything, question, source*, retrieved, knowledge, sentences, line, lines,
		बातें, बातों, बात, पाठ, अनुच्छेद*, संदर्भ*, दस्तावेज*, दस्तावेज़*, बातचीत, संदेश*, शब्द*, सब कुछ, सबकुछ, सवाल, प्रश्न, स्रोत*, बताया, कहा, लिखा, पंक्ति*, सीखा,
		baten, baaten, baton, baat, path, sandarbh*, dastavej*, dastavez*, baatchit, batchit, sandesh*, sabd*, shabd*, sab kuch, sawal, saval, prasn, srot, bataya, kaha, likha, sikha, seekha`},
	{must, `must, should, shall, have to, need to, required to, will now, now, please, immediately, चाहिए, होगा, अनिवार्य, तुरंत, अभी, कृपया, करो, करें, कीजिए, chahiye, hoga, turant, abhi, kripya, karo, karen, kijiye`},
	{secret, `secret, hidden, internal, confidential, private, concealed, inner, underlying, गुप्त, गोपनीय, छिप*, छुप*, आंतरिक, आन्तरिक, अंदरूनी, अंदर के, भीतरी, gupt, gopniy, chip*, chup*, antarik, andruni, andar ke, andar vale`},
	{source, `document, documents, passage, passages, context, sources, retrieved text, reference text, provided text, दस्तावेज़ों, दस्तावेजों, दस्तावेज़, दस्तावेज, अनुच्छेदों, अनुच्छेद, संदर्भ, स्रोतों, documents, dastavej, dastavejon, dastavez, dastavezon, sandarbh, context`},
}
