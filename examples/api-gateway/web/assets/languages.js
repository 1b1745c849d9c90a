// The contract's languages: code, native name, direction of the usual script.

export const languages = [
  ["hi", "हिन्दी"],
  ["en", "English"],
  ["bn", "বাংলা"],
  ["te", "తెలుగు"],
  ["mr", "मराठी"],
  ["ta", "தமிழ்"],
  ["ur", "اردو", "rtl"],
  ["gu", "ગુજરાતી"],
  ["kn", "ಕನ್ನಡ"],
  ["ml", "മലയാളം"],
  ["or", "ଓଡ଼ିଆ"],
  ["pa", "ਪੰਜਾਬੀ"],
  ["as", "অসমীয়া"],
  ["mai", "मैथिली"],
  ["sa", "संस्कृतम्"],
  ["ne", "नेपाली"],
  ["sd", "سنڌي", "rtl"],
  ["kok", "कोंकणी"],
  ["doi", "डोगरी"],
  ["mni", "ꯃꯩꯇꯩꯂꯣꯟ"],
  ["sat", "ᱥᱟᱱᱛᱟᱲᱤ"],
  ["brx", "बर'"],
  ["ks", "کٲشُر", "rtl"],
].map(([code, name, dir = "ltr"]) => ({ code, name, dir }));

const byCode = new Map(languages.map((language) => [language.code, language]));

// nameOf gives a language's own name, or the code itself when it is not known.
export const nameOf = (code) => byCode.get(code)?.name ?? code ?? "";

const strong = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|\p{L}/u;
const arabic = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

// directionOf tells which way a text runs. Sindhi and Kashmiri are written in
// Arabic letters and in Devanagari: the text's first letter decides.
export function directionOf(code, text = "") {
  if (byCode.get(code)?.dir !== "rtl") {
    return byCode.has(code) ? "ltr" : "auto";
  }
  const first = strong.exec(text)?.[0];
  return first && !arabic.test(first) ? "ltr" : "rtl";
}

// mark says in which language an element's text is, for fonts and for voices.
export function mark(element, code, text) {
  if (code && code !== "auto") {
    element.lang = code;
  } else {
    element.removeAttribute("lang");
  }
  element.dir = directionOf(code, text);
  return element;
}

// options fills a select with all languages in their own names, after a first
// option that stands for none of them.
export function options(select, first) {
  const all = languages.map(({ code, name, dir }) => {
    const option = new Option(name, code);
    option.lang = code;
    option.dir = dir;
    return option;
  });
  select.replaceChildren(first, ...all);
}
