// The page's own language. An element that carries data-i18n (its text) or
// data-i18n-attr ("attribute:key;…") is rewritten when the language changes;
// data-i18n-args holds the values of its placeholders, and data-i18n-lang asks for
// the lang attribute to follow.

import { strings } from "./strings.js";

const storageKey = "akshara.ui-language";
let current = "hi";

export const uiLanguage = () => current;

// t gives the text of key with its placeholders filled in.
export function t(key, args = {}) {
  const text = strings[current][key] ?? strings.hi[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = args[name];
    return typeof value === "number" ? value.toLocaleString(current) : (value ?? whole);
  });
}

export const has = (key) => key in strings.hi;

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

function write(element) {
  const args = element.dataset.i18nArgs ? JSON.parse(element.dataset.i18nArgs) : {};
  if (element.dataset.i18n) {
    element.textContent = t(element.dataset.i18n, args);
  }
  if ("i18nLang" in element.dataset) {
    element.lang = current;
  }
  for (const pair of element.dataset.i18nAttr?.split(";") ?? []) {
    const [attribute, key] = pair.split(":");
    element.setAttribute(attribute, t(key, args));
  }
}

function apply() {
  document.documentElement.lang = current;
  document.title = t("title");
  document.querySelectorAll("[data-i18n], [data-i18n-attr]").forEach(write);
}

// start fills the page and its language select, and keeps what the user chooses.
export function start(select) {
  try {
    current = localStorage.getItem(storageKey) ?? current;
  } catch {
    // storage may be forbidden: the page then begins in Hindi
  }
  if (!(current in strings)) {
    current = "hi";
  }
  for (const [code, { name }] of Object.entries(strings)) {
    const option = new Option(name, code);
    option.lang = code;
    select.append(option);
  }
  select.value = current;
  select.addEventListener("change", () => {
    current = select.value;
    try {
      localStorage.setItem(storageKey, current);
    } catch {
      // kept for this visit only
    }
    apply();
  });
  apply();
}

// date writes an ISO 8601 time as a day.
export function date(iso) {
  const day = new Date(iso);
  return Number.isNaN(day.getTime()) ? "" : day.toLocaleDateString(current, { dateStyle: "medium" });
}
