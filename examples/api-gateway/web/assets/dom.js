// Small pieces that every part of the page uses. Text from outside goes in as
// text, never as markup.

import { has, say } from "./i18n.js";
import { mark } from "./languages.js";

export const $ = (id) => document.getElementById(id);

// el makes an element: properties first, then children; null children are left out.
export function el(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter((child) => child != null));
  return element;
}

let toastTimer;

// announce speaks through the live region; visible says it on the screen as well.
export function announce(text, { language = document.documentElement.lang, visible = false } = {}) {
  const status = $("status");
  mark(status, language, text);
  status.textContent = "";
  requestAnimationFrame(() => (status.textContent = text)); // the same words twice are spoken twice
  if (visible) {
    const toast = $("toast");
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => (toast.hidden = true), 6000);
  }
}

// errorBox shows what went wrong, in the page's language where the code is known,
// with the server's own words, the request id, and a way to try again.
export function errorBox(error, retry) {
  const key = `error.${error.code}`;
  const box = el("div", { className: "error", role: "alert" });
  box.append(say(el("p", { className: "error-title" }), has(key) ? key : "error.INTERNAL_ERROR"));
  if (error.message && error.code) {
    box.append(el("p", { className: "error-message", textContent: error.message, lang: "en", dir: "auto" }));
  }
  if (error.retryAfter > 0) {
    box.append(say(el("p"), "error.wait", { n: error.retryAfter }));
  }
  if (error.requestId) {
    box.append(say(el("p", { className: "request-id" }), "error.request", { id: error.requestId }));
  }
  if (retry) {
    const button = say(el("button", { type: "button", className: "retry" }), "retry");
    button.addEventListener("click", retry);
    box.append(button);
  }
  return box;
}

// pages fills a nav with previous, the place, and next; go gets the page's number.
export function pages(nav, page, total, go) {
  nav.hidden = total < 2;
  const step = (key, to) => {
    const button = say(el("button", { type: "button", disabled: to < 1 || to > total }), key);
    button.addEventListener("click", () => go(to));
    return button;
  };
  nav.replaceChildren(
    step("page.previous", page - 1),
    say(el("span"), "page.of", { page, pages: total }),
    step("page.next", page + 1),
  );
}

const typeNames = new Map([
  ["text/html", "HTML"],
  ["text/plain", "TXT"],
  ["text/markdown", "Markdown"],
  ["application/pdf", "PDF"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "DOCX"],
]);

export const contentTypes = [...typeNames.keys()];
export const typeName = (type) => typeNames.get(type) ?? type ?? "";

// webAddress gives an address that a link may lead to, or null: a document's
// address comes from outside and might begin with javascript:.
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}
