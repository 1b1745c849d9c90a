// The source panel: a document's whole text with the quoted span highlighted.
// Beside the answer where there is room, over it where there is none.

import { getDocument } from "./api.js";
import { Utf8Text } from "./bytes.js";
import { $, announce, el, errorBox, typeName, webAddress } from "./dom.js";
import { say, t } from "./i18n.js";
import { mark, nameOf } from "./languages.js";

const wide = matchMedia("(min-width: 60rem)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let loading = null; // AbortController of the document on its way
let opener = null; // where the focus returns to
let shown = null; // id of the document in the panel

// open shows a document: {document_id, title, start, end, quote}, the offsets and
// the quote being optional. A quote marked approximate, such as a search result's
// snippet, is highlighted where it is found and not missed where it is not. With focus the panel takes it and gives it back when
// closed; without, the panel opens only where there is room beside the answer.
export async function open(place, { focus = true } = {}) {
  if (!focus && !wide.matches) {
    return;
  }
  loading?.abort();
  loading = new AbortController();
  const { signal } = loading;
  if (focus && !$("source-panel").contains(document.activeElement)) {
    opener = document.activeElement;
  }
  shown = place.document_id;
  prepare(place);
  show(focus);
  try {
    const found = await getDocument(place.document_id, signal);
    if (!signal.aborted) {
      fill(found, place, focus);
    }
  } catch (error) {
    if (!signal.aborted) {
      fail(error, place);
    }
  }
}

function prepare({ title }) {
  $("source-title").textContent = title || "";
  $("source-meta").replaceChildren();
  $("source-note").replaceChildren(say(el("p", { className: "label" }), "source.loading"));
  $("source-text").replaceChildren();
  $("source-panel").setAttribute("aria-busy", "true");
}

function show(focus) {
  const panel = $("source-panel");
  if (!panel.open) {
    if (wide.matches) {
      panel.setAttribute("open", ""); // show() would take the focus
    } else {
      panel.showModal();
    }
    document.body.classList.add("with-source");
  }
  if (focus) {
    $("source-title").focus({ preventScroll: true });
  }
}

function fill(found, place, focus) {
  const title = mark($("source-title"), found.language, found.title);
  title.textContent = found.title;
  $("source-meta").replaceChildren(...meta(found));
  $("source-panel").setAttribute("aria-busy", "false");
  const text = mark($("source-text"), found.language, found.text);
  const span = locate(found.text, place);
  $("source-note").replaceChildren(...(place.quote && !span && !place.approximate ? [say(el("p", { className: "note" }), "source.moved")] : []));
  if (!span) {
    text.replaceChildren(found.text);
    text.scrollTop = 0;
    return;
  }
  const bytes = new Utf8Text(found.text);
  const quoted = el("mark", { textContent: bytes.slice(span.start, span.end) });
  text.replaceChildren(bytes.slice(0, span.start), quoted, bytes.slice(span.end));
  // Only the text scrolls, not the page behind it.
  const top = quoted.getBoundingClientRect().top - text.getBoundingClientRect().top + text.scrollTop;
  text.scrollTo({ top: Math.max(0, top - text.clientHeight / 3), behavior: calm.matches ? "auto" : "smooth" });
  if (focus) {
    announce(t("source.opened", { title: found.title }));
  }
}

// locate gives the byte range to highlight: where the citation says, when its
// quote is what stands there, or else where the quote is found.
function locate(text, { start, end, quote }) {
  if (start < end) {
    const bytes = new Utf8Text(text);
    if (bytes.valid(start, end) && (!quote || bytes.slice(start, end) === quote)) {
      return { start, end };
    }
  }
  return Utf8Text.find(text, quote);
}

function meta(found) {
  const parts = [];
  if (found.language) {
    parts.push(mark(el("span", { textContent: nameOf(found.language) }), found.language));
  }
  if (found.content_type) {
    parts.push(el("span", { textContent: typeName(found.content_type) }));
  }
  const url = webAddress(found.url);
  if (url) {
    const link = el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, say(el("span"), "source.original"), ` · ${url.host}`);
    parts.push(link);
  }
  return parts;
}

function fail(error, place) {
  $("source-panel").setAttribute("aria-busy", "false");
  const gone = error.code === "NOT_FOUND";
  $("source-note").replaceChildren(
    gone ? say(el("p", { className: "note", role: "alert" }), "source.gone") : errorBox(error, () => open(place)),
  );
}

// close hides the panel and gives the focus back to where it came from. With
// unlessUsed a panel that has the focus stays.
export function close({ unlessUsed = false } = {}) {
  const panel = $("source-panel");
  const inside = panel.contains(document.activeElement);
  if (!panel.open || (unlessUsed && inside)) {
    return;
  }
  loading?.abort();
  panel.close();
  document.body.classList.remove("with-source");
  if (inside || document.activeElement === document.body) {
    (opener?.isConnected ? opener : $("question")).focus();
  }
  opener = null;
}

// closeIf closes the panel when it shows a document that is no more.
export function closeIf(id) {
  if (shown === id) {
    close();
  }
}

export function start() {
  const panel = $("source-panel");
  $("source-close").addEventListener("click", () => close());
  panel.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.open && !document.querySelector("dialog:modal")) {
      close();
    }
  });
  panel.addEventListener("click", (event) => {
    if (event.target === panel && panel.matches(":modal")) {
      close(); // on the backdrop
    }
  });
  wide.addEventListener("change", () => {
    if (panel.open) { // turned or resized: the other way of showing holds now
      panel.close();
      wide.matches ? panel.setAttribute("open", "") : panel.showModal();
    }
  });
}
