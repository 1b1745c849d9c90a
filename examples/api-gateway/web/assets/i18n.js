// The page's own language. An element that carries data-i18n (its text) or
// data-i18n-attr ("attribute:key;…") is rewritten when the language changes;
// data-i18n-args holds the values of its placeholders, and data-i18n-lang asks for
// the lang attribute to follow. data-i18n-number and data-i18n-date hold what is
// written in the language's own way.

import { directionOf, languages } from "./languages.js";

const storageKey = "akshara.ui-language";
const usual = "hi";
let current = usual;
let texts = {};

export const uiLanguage = () => current;

// preferred gives the language that the user has chosen, else the first of the
// browser's that is one of the 23.
export function preferred() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(storageKey);
  } catch {
    // storage may be forbidden
  }
  const known = (tag) => languages.find(({ code }) => code === tag?.toLowerCase().split("-")[0])?.code;
  return [chosen, ...(navigator.languages ?? [])].map(known).find(Boolean) ?? usual;
}

// remember keeps the language for the next visit.
export function remember(code) {
  try {
    localStorage.setItem(storageKey, code);
  } catch {
    // kept for this visit only
  }
}

let latest = 0;

// use fetches the texts of a language and writes the page in it. When two are
// asked for at once, the later one holds. Without its texts nothing changes, and it throws.
export async function use(code) {
  const turn = ++latest;
  const response = await fetch(`/texts/${code}`);
  if (!response.ok) {
    throw new Error(`the texts of ${code} did not come: ${response.status}`);
  }
  const fetched = await response.json();
  if (turn !== latest) {
    return;
  }
  texts = fetched;
  current = code;
  document.documentElement.lang = code;
  document.documentElement.dir = directionOf(code);
  document.title = t("title");
  document.querySelectorAll("[data-i18n], [data-i18n-attr], [data-i18n-number], [data-i18n-date]").forEach(write);
}

// t gives the text of key with its placeholders filled in. A text that is filled
// in may run the other way: the isolates (UAX 9) keep it from turning its surroundings.
export function t(key, args = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = args[name] ?? whole;
    return typeof value === "number" ? number(value) : `\u2068${value}\u2069`;
  });
}

export const has = (key) => key in texts;

// say binds an element's text to key; say(element, key, args, "aria-label") an attribute.
export function say(element, key, args, attribute) {
  if (attribute) {
    element.dataset.i18nAttr = `${attribute}:${key}`;
  } else {
    element.dataset.i18n = key;
  }
  if (args) {
    element.dataset.i18nArgs = JSON.stringify(args);
  } else {
    delete element.dataset.i18nArgs;
  }
  write(element);
  return element;
}

// sayNumber and sayDate bind an element's text to a number, and to the day of an ISO 8601 time.
export function sayNumber(element, n) {
  element.dataset.i18nNumber = n;
  write(element);
  return element;
}

export function sayDate(element, iso) {
  element.dataset.i18nDate = iso;
  write(element);
  return element;
}

function write(element) {
  const { i18n, i18nArgs, i18nAttr, i18nNumber, i18nDate } = element.dataset;
  const args = i18nArgs ? JSON.parse(i18nArgs) : {};
  if (i18n) {
    element.textContent = t(i18n, args);
  } else if (i18nNumber) {
    element.textContent = number(Number(i18nNumber));
  } else if (i18nDate) {
    element.textContent = date(i18nDate);
  }
  if ("i18nLang" in element.dataset) {
    element.lang = current;
  }
  for (const pair of i18nAttr?.split(";") ?? []) {
    const [attribute, key] = pair.split(":");
    element.setAttribute(attribute, t(key, args));
  }
}

// locale gives the page's language where the browser can write numbers and dates in it, else null.
function locale() {
  const tag = current === "mni" ? "mni-Mtei" : current; // by default Unicode's tables mean the Bengali script
  return Intl.DateTimeFormat.supportedLocalesOf(tag)[0] ?? null;
}

const number = (n) => n.toLocaleString(locale() ?? "en");

export const percent = (share) => share.toLocaleString(locale() ?? "en", { style: "percent" });

function date(iso) {
  const day = new Date(iso);
  if (Number.isNaN(day.getTime())) {
    return "";
  }
  return locale() ? day.toLocaleDateString(locale(), { dateStyle: "medium" }) : day.toLocaleDateString("sv"); // 2026-01-31
}
