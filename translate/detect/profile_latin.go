package detect

import "github.com/akshara-go/akshara/translate/lang"

// latinProfiles tell the languages that are written in Latin letters, English and romanised, apart.
var latinProfiles = []profile{
	{
		language: lang.English,
		prior:    1,
		words: "the of and in to was what a by as that with for on from it were which who whom whose when where why how is are be been am has have " +
			"had do does did done will would can could should may might must shall not no yes this these those there here their they them he she " +
			"his her him you your we our us i me my if or but so than then at about into over under between before after during up down out off " +
			"all any some many much more most other such only also very just because while until again please build built make made find tell " +
			"show give get name city country year people long old new first last population capital river called located",
		endings: "ed he nd es ing ion ng ts hat ly st ted ent ce on nt ns sed ons red as er rs nce ty rom ned ith re or led ere ded ow me ity ies his " +
			"lly eir",
	},
	{
		language: lang.Hindi,
		prior:    1,
		words: "kya kaun kisne kise kiska kiski kab kahan kahaan kaise kyon kyun kitna kitne kitni konsa mujhe main mai hum aap tum mera meri aapka " +
			"hoon hun banwaya banvaya karein karo chahiye chaahiye aur ya lekin agar to toh mein me par pe se ko ka ki ke ne hai hain tha thi " +
			"the nahi nahin yahan wahan bhi hi kar raha rahi rahe karna batao bataiye yah men ek kiya liye karne tatha jata gaya rup unke ve " +
			"iske iska sath uske evam samay karte sabhi hota roop unhone kii bharat lie karta sabse apne diya dvara tak is unki adhik prakar " +
			"jaise ho vah hua kuch sthit unhe baad kshetra sakta hone dwara yaha apni hoti unka isliye rajya kisi log jati prapt use kaha ise " +
			"kiye kai saath jismen keval rashi gaye jab sthapit jiske bich uttar sabha kyonki liya mem jile unhen fir uska iski inhone manav " +
			"tarah jise pradesh varsh lagbhag hue yadi huye baar anya uski hindi wale aise jane vibhinn halanki kuchh koi sammanit pahale chunav",
		endings: "ai ur ar it ta ah ske iya ya in en on iye ein ak kar ye ain rne yon ha ik hi ne ska ti se hit nki sh ata han iy may nke aya rta bhi " +
			"oop og",
	},
	{
		language: lang.Bengali,
		words: "ke ki kokhon kothay keno kivabe kibhabe koto kon kake kar ami amra apni tumi se tini ache chilo chilen noy nei ebong kintu jodi " +
			"toiri korechilen baniyechilen er kore koren ekti ei o hoy kora theke jonno saale prothom tar shathe korte por eti moddhe e hoyeche " +
			"saaler thake korar tader niye taar hoye holo royeche hishebe ba hoyechilo kono onek pore dike hisebe dui kichu porjonto r kache hon " +
			"korechen somoy hobe ti tobe notun jatiyo jay shomoy akjon upor boro dekha koreche jelar shuru kaaj moto take prodhan bole porichito " +
			"choto pray bangladesh tokhon proti ekjon bachor thaken jemon byabohar bibhinno beshi pare prodan fole diye taake bola dey uttor " +
			"puroskar prathomik markin jekhane bivinno bharotiyo purbo prokashito porobortite obosthit nirmito namok muloto kotha dewa biyer " +
			"abong naame jaay shikkha sei ongsho oi madhyome juddho jonmogrohon grohon ekhane dhoroner daler purbe korten karone jonmo jodio",
		endings: "er to oy ito ong ner ke rer der be ore nno ti ren len no oto ho kti ar yo ora re ir ler or eke ilo on ay ini tir ng ei ebe her iyo " +
			"tro ro ok",
	},
	{
		language: lang.Telugu,
		words: "evaru emi em eppudu ekkada ela enduku enta enni evarini nenu memu meeru nuvvu atanu ame undi unnadi ledu kadu mariyu kani " +
			"kattincharu nirminchadu cheppandi oka lo koodaa ee nundi idi yokka tana vunna aayana chendina gaa konni unna vaari rendu ledaa " +
			"varaku vanti taruvaata nunchi valana vundi gurinchi aame mandalaaniki kosam jillaaloni pai kaligi graamamu chinna chese vuntundi " +
			"paatu vaaru untundi samayamlo manchi loni kaani aa avi valla taruvata modati koraku chesina veeri pedda mundu ayina aneka vadda " +
			"kooda vunnaayi vishayam prabhutvam kalipi jarigina ikkada chesi chesaaru chesaadu chaalaa ayana madhya kuda abhivruddhi ante " +
			"unnaayi moodu kalisi kaligina itadu chesindi atani appudu antaaru anedi vale ku adi vaipu peruto meeda konta kaalamlo eeyana choosi " +
			"ayite cinema vividha varu vaariki tirigi tanaku sambandhinchina rachayita prakaaram pelli oke leda ivi graamam deenini itara " +
			"prabhutva kaanee thana vidudalaina vesi unde tarvaata rendava rachinchina prastutam prapancha ekkuva eeme chitram anagaa dvaaraa ni",
		endings: "gaa lu lo aku iki di ndi am ni mlo ina na ulu du ki adu aa amu aru mu alu ku ka alo ru iyu anu oni udu nni la nu chi unu ula ana yu " +
			"ala daa ani",
	},
	{
		language: lang.Marathi,
		words: "kon koni konache kay kaay kadhi kuthe kase kasa kashi kiti ka mi amhi tumhi tu majhe aahe ahe aahet nahi ani aani pan jar tar " +
			"bandhla bandhale sanga pahije ya ha va he ahet tyanni yethe ase hote kele yanni mhanun zale keli karun kela madhye chya asun tya " +
			"jate tasech zala kahi tyanchya anek hya zali yethil tyanna jato don hi yete tyachya suru ek yanchya tyanche rajyatil hoti hota " +
			"pudhe nav yanna tyala chitrapat hot roji asa w asha yanche tyancha thikani mothe karnyat jatat gele vya shikshan tyamule sali " +
			"mhantat mahiti puraskar yanchi sumare mhanje kheladu karnyasathi aste bharatiya sahitya zalelya yancha tyanchi tyache mothya motha " +
			"itar dili bharatachya aslelya asate antaravar te dile pune sarvat astat aali sarva varil tyane nantar jast gheun bharatatil asato " +
			"vividh lahan bhagat samavesh hee shahar saali nirman asto tyanantar pradeshat navane kivva kimva kartat karit karanyat kalat asatat " +
			"aale dr",
		endings: "hya ya at che hi cha tat lya til un ha hye he ni chi le het sun it la et li nni ar yat eli ali ele run var il ahi ane ela ahe thi " +
			"ote shi ale rya",
	},
	{
		language: lang.Tamil,
		words: "yaar yar enna eppodhu eppothu enge eppadi yen evvalavu ethanai naan naangal neengal nee avan aval irukku illai mattum aanal " +
			"kattiyathu kattinar sollunga mattrum matrum oru intha allathu ivar aagum ithu ulla irukkum pondra pinnar enbathu aam endra irandu " +
			"ena il athan pala yendru varai pothu sila antha aandu irunthu aagiya moondru melum ithan endru muthal ondru makkal ullathu avar " +
			"konda ivai indha alladhu kondu thamizh aandil yena mukkiya athiga varum yendra ullana palveru kalanthu indhiya amainthullathu " +
			"moolam iru yenbathu thanathu ponra nilai miga iruppinum enum avai idam vendum thodarnthu porul peyar nool niruvanam migavum ivarin " +
			"ivarathu avarathu arasu neer idhu sirantha sellum pothuvaaga piragu paguthiyil magan maavattam irundhu aanaal perum thaan ennum " +
			"sirappu pettra naangu merku kalvi iyarkai ivargal ithanai irunthathu arasiyal adhan aatchi than athai vazhiyaaga thoguthi siru " +
			"ovvoru mattume makkalin kurikkum ingu enru enra avarai angu kizhakku periya thurai siriya sendru pottigalil pattam nadantha manitha " +
			"malai kaalaththil ivan avargal avaradhu",
		endings: "hu um thu ai al il lai gal aga ga rum dhu gum yil kku am rai kum dru tha ana lil ku ru in ar lin dum lum yin vai ppu nar hai nai " +
			"hil aar var iya aip",
	},
	{
		language: lang.Urdu,
		words: "kya kaun kis kisne kab kahan kaise kyun kitna kitne mujhe hum aap mein hai hain tha thi thay aur ya agar nahi nahin banwaya woh yeh " +
			"ke kee se ka ki aik ko main wa is ye kar un bhi hen ne par wo kiya he ho liye bin jaata gaya baad jis diya mohammad ad us per kisi " +
			"tak huye al gaye ney apne ziyada wajah zyada kaha paida saath unhon lekin naam taur karne jab huwe fehrist haasil sab waqt abdul " +
			"phir hone sau abu hazrat ibne zila bahut saal qabl yaani gayi hukoomat jin baaz isi imam ab zindagi zabaan mutabiq waale theen " +
			"maulana daur do ali hui ahmad shakhs mukammal darj hota sirf raha apni shah maujood allah ghair baat bada amal mukhtalif khud waali " +
			"adadi jata shuroo taraqqi doosri tamaam pehle unho laikin deegar yahan karte sheikh",
		endings: "in ein ur ain at ar ah ad aat ab on ye az aad iya een aye iye iq ul qa eem ai rah si mi mad eh aam aaz za aya lah yat aur rat eer " +
			"oh aq is",
	},
	{
		language: lang.Gujarati,
		words: "kon kone shu shun kyare kyaare kya kyan kem kevi ketla ketli hu ame tame te che chhe hato hati hata nathi ane pan jo bandhavyo " +
			"bandhavyu kaho maate aa aave saathe hataa teo pana temane hatee eka hatu tene vadhu mate temne karee jyaare shake tareeke karyo " +
			"para karavaamaan hatun tenaa rite reete kaarane naa aavee loko jema hoya tathaa temanaa kari thayo aavelaa karvama dharaave aavyo " +
			"thai thaaya nathee j khaate potaanaa tarike tyaare temanee karyu anya dvaaraa pachhi aavi e thaay tema sudhi athvaa kare sauthee " +
			"maan divas athavaa tena temna mujab karvaamaa karavaa saamaanya jene baada sathe sudhee aavyaa male tenee parantu ja motaa upayoga " +
			"temni shakaaya sauthi karyun daramiyaana aavyu vagere thay teno teni navaa kareene karataa jovaa gayaa aavyun thaee karavaamaam na " +
			"banne mukhya rahee vishe thayaa pachee mujaba maam kensara jillo jevaa banee aavela vade dha vadhaare thayun temnaa potaanee karine " +
			"hatum",
		endings: "aa ee naa hhe ne nee hee ma he maa aan vaa taa no ano yaa ama tee ara na ra ana ane ta vee ree ate lee ene ave un aam ka ata ato " +
			"laa nun eo ve sa",
	},
	{
		language: lang.Kannada,
		words: "yaaru yaru enu eenu yaavaga yavaga elli hege yake eshtu naanu navu neevu avanu avalu ide illa mattu aadare kattisidaru kattidaru " +
			"heli ondu endu ralli idu avaru mele ee haagoo avara tanna tamma nalli adu haagu hechchu kelavu eradu emba ra adara idannu nantara " +
			"modala moolaka idara athavaa bagge kadime hosa athava illi enba dodda avugala bere maadalu mulaka aneka ivaru onde nanthara maadida " +
			"adannu ella kevala namma mooru hesaru hechchina avana itara annu pramukha udaaharanege halavu maadi bahala neya shatamaanada rinda " +
			"kelasa ivu avarige avadhiyalli allade sumaaru kannada cbs saamaanyavaagi kaaladalli ive idakke heege galannu ekendare avali " +
			"avakaasha shree viruddha ge sanna samayadalli muntaada kaalada hondide hecchu bharatada avu avarannu amd modalu munde dakshina alli " +
			"saha sandarbhadalli reetiyalli naduve mattondu maaduva jote jilleya janaru idarinda embudannu prathama dina atyanta uttama yaavude " +
			"saarvajanika pratiyondu prashasti obba nagarada mundina kempu kelavomme jotege ivugala ivara hagu haageye bhaaratada andare " +
			"prasaara praacheena",
		endings: "lli da ada nnu tu li du nu ttu ige uva alu agi ge aru lu de gi ndu itu va ara ru ade nda ra kke eya avu ide oo vu ala na ege ina la " +
			"ka goo ya",
	},
	{
		language: lang.Malayalam,
		words: "aar aaru aaranu entha enthu enthaanu eppol evide engane enthukondu ethra njan njangal ningal avan aval undu illa alla pakshe " +
			"nirmichathu panithathu parayu oru enna cheythu ee ninnum il ennu ninnu thante adheham yenna thanne aanu valiya l chila valare " +
			"jillayile thudangiya vare yettavum sthithi netware kooduthal ethu pradhana yennu ettavum athu peril thudangi niravadhi cheyyunnu " +
			"shesham enniva ayirunnu avarude athinte randu yennal samvidhanam nadanna ennee chernnu nalki ninnulla ariyappedunnu pala adutha " +
			"prathyeka parayunnu labhichu keralathil janichu ithinte idheham chithram cheyyunna cheytha ennum varsham rachicha iva ava angane " +
			"eva ith indian avar ithu yennee yennanu veendum varunna upayogikkunna upayogichu thudarnnu samvidhaanam pinneed nepolean nalkunnu " +
			"malayala indyan ennal edheham cheriya avide allenkil nalla vannu vivaham vendi volters thudakkam thangalude saahithya pusthakam " +
			"pinneedu paristhithi naashanal naalu munp mathram kshethram kond kollam etharam cheyunnu avayude amerikkan adyathe adhehathinte k p " +
			"koodi kadha adya mikka muthal pole ithil vadakkan thudakkathil thirichu thammilulla swantham",
		endings: "nu um am ude nte il nnu anu nna hu yum lla lum ile thu ayi yi chu ham num de kal al nam hil vum inu la aya yil lil ram te le na yam " +
			"the gal kku lam",
	},
	{
		language: lang.Punjabi,
		words: "kaun ki kado kadon kithe kithhe kiven kyon kinna kinne main asin tusi tusin oh eh hai han si san nahi nahin ate te par je " +
			"banaya banvaya dasso vich de di ton nu da daa naal vi kita ikk layi es janda kiti ik geya lai ne nun us utte kise ohna hor hundi " +
			"diyan jis vichon nal hunda takk jaan ih karn duara sabh pind hi uh karan hunde jadon samen diaan usne jan kamm reha taur vakh sakda " +
			"karde is tan ditta kite jandi dita ehna janam karda aapne jande bahut lok hoeya ch vallon vall unhaan kujh ek hoi vajon jiven rahi " +
			"c vikhe shabad khetar lokan kaavi gayi hoe usde toh keha taan wala pehlan jaandi bharati raaj kardi film sathit samey mukkh kar " +
			"apne bare valon jaandaa duje atey vaar manukh duaaraa vadde do sare jivan prapat jithe vaddh pehlaan karadaa",
		endings: "an ich ch ai aan te aa iaa yan ar aal kk kh on kkh ak eya ran di ita nde aar iti tte eha daa ngh de hna ti rhe han tar akk nda sde " +
			"rhi ad yi aun",
	},
	{
		language: lang.Sindhi,
		words: "cha chha ker kahin kadahin kithe kien chho ketra ketro maan asan tawhan ahe aahe ahin na ain aen par jekadahin thahrayo je khe jo " +
			"men hin ta saan una khan kayo tho sandas hik wayo bi hiku jahin kare jaa jeko ji ho laai te aahin thi unhan khanu thiyo ware " +
			"pahinje karanu eesvi me ma thaa uho jadahin manhun poi kitaab wakt jeke khes main rahiyo yaa joon ahi ie uhe thiyan thiay paan shah " +
			"naale taaen kanhin wari hui hondo adabu naalo waji hyderabad jin toru windo kayain aahay b unahia mulku jee qasam lae ae taarikha " +
			"saahiba karachi wiya pinu huwa san tay dino wado muqarar aayo kai un biyan hukumat wendo boli wade chayo agu bu saala wagaira " +
			"wadheeka uha taraha tarafu kayaa doru para ali kando adabi thindo shahru saghe poe pahriyun mojod mashuru istaemal",
		endings: "en an in hin yo ayo do ndo he han aan ho je nr ea das aie aen ad iku oon yun ndh iyo nje eko un are ro re hn ahe iay ah dr ia eon " +
			"ie ab dh",
	},
	{ // none of the languages: French, German, Spanish, Portuguese, Italian, Dutch, Indonesian
		words: "le les des une est dans pour que qui avec sur pas elle du au aux où comment quand pourquoi quoi combien a-t-il construit der die " +
			"das und ist nicht ein eine mit von den dem zu auf für wer wie wo wann warum hat wurde el los las una por con del es y como cuál " +
			"dónde cuándo quién o os um uma não da em na onde quem il lo che di per della non sono een het van niet wat yang dan ini itu dengan " +
			"untuk siapa apa de la et un je vous nous ce sont",
	},
}
