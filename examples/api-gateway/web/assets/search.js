// Searching the documents.

import { health, search } from "./api.js";
import { $, announce, contentTypes, el, errorBox, pages, typeName } from "./dom.js";
import { say, t } from "./i18n.js";
import { mark, nameOf, options } from "./languages.js";
import * as source from "./source.js";
import { Suggestions } from "./suggest.js";

const pageSize = 10;
let running = null; // AbortController of the search on its way

async function run(values, { moved = false } = {}) {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const summary = $("search-summary");
  summary.hidden = false;
  say(summary, "search.busy");
  $("search-error").replaceChildren();
  $("search-results").setAttribute("aria-busy", "true");
  try {
    const found = await search({ language: "auto", page_size: pageSize, ...values }, controller.signal);
    draw(found, values);
    if (moved) {
      summary.focus();
    }
  } catch (error) {
    if (controller.signal.aborted) {
      return;
    }
    summary.hidden = true;
    $("search-results").replaceChildren();
    $("search-pages").hidden = true;
    $("search-error").replaceChildren(errorBox(error, () => run(values, { moved: true })));
    if (moved) {
      $("search-error").querySelector(".retry").focus();
    }
  }
  $("search-results").setAttribute("aria-busy", "false");
}

function draw(found, values) {
  const results = found.results ?? [];
  const total = found.total_results ?? results.length;
  const summary = $("search-summary");
  if (total === 0) {
    say(summary, "search.none", { query: values.q });
  } else {
    say(summary, "search.found", { n: total });
  }
  announce(summary.textContent);
  tellModel(); // an index gets vectors, and may have to do without them for a while
  const list = $("search-results");
  list.start = (values.page - 1) * pageSize + 1;
  list.replaceChildren(...results.map(row));
  pages($("search-pages"), values.page, Math.ceil(total / pageSize), (page) => run({ ...values, page }, { moved: true }));
}

// tellModel says which model is searched by beside words, while one is.
async function tellModel() {
  const { checks } = await health().catch(() => ({}));
  const model = checks?.generation?.detail;
  const byMeaning = Boolean(model) && model !== "words and sounds";
  if (byMeaning) {
    say($("search-model"), "search.model", { model });
  }
  $("search-model").hidden = !byMeaning;
}

// words gives a snippet without the dots that say it was cut.
const words = (snippet = "") => snippet.replace(/^(?:…|\.{3})\s*|\s*(?:…|\.{3})$/g, "");

function row(result) {
  const title = el("button", { type: "button", className: "result-title", textContent: result.title || result.url });
  mark(title, result.language, result.title);
  title.addEventListener("click", () => source.open({ document_id: result.document_id, title: result.title, quote: words(result.snippet), approximate: true }));
  const snippet = mark(el("p", { className: "snippet", textContent: result.snippet }), result.language, result.snippet);
  const facts = [result.source_site, typeName(result.content_type)].filter(Boolean).map((text) => el("span", { textContent: text }));
  if (result.language) {
    facts.unshift(mark(el("span", { textContent: nameOf(result.language) }), result.language));
  }
  return el("li", { className: "result" }, el("h2", {}, title), snippet, el("p", { className: "meta" }, ...facts));
}

export function start() {
  tellModel();
  options($("filter-language"), say(new Option("", ""), "search.any"));
  $("filter-type").append(say(new Option("", ""), "search.any"), ...contentTypes.map((type) => new Option(typeName(type), type)));
  const submit = (event) => {
    event?.preventDefault();
    suggestions.close();
    const q = $("search-input").value.trim();
    if (!q) {
      $("search-input").focus();
      announce(t("question.empty"), { visible: true });
      return;
    }
    run({ q, page: 1, document_language: $("filter-language").value, content_type: $("filter-type").value });
  };
  const suggestions = new Suggestions($("search-input"), $("suggestions"), submit);
  $("search-form").addEventListener("submit", submit);
  for (const id of ["filter-language", "filter-type"]) {
    $(id).addEventListener("change", () => $("search-input").value.trim() && submit());
  }
}
