// Questions and their streamed answers.

import { chat } from "./api.js";
import { Utf8Text } from "./bytes.js";
import { $, announce, el, errorBox } from "./dom.js";
import { say, sayNumber, t } from "./i18n.js";
import { mark, options } from "./languages.js";
import * as source from "./source.js";

const samples = [
  ["hi", "ताजमहल किसने बनवाया था?"],
  ["hi-Latn", "taj mahal kisne banwaya tha"],
  ["en", "Who built the Taj Mahal?"],
];

const aksharas = new Intl.Segmenter(undefined, { granularity: "grapheme" });

let session = ""; // id of the conversation, given by the first answer
let running = null; // AbortController of the answer on its way

// Answer draws one exchange and keeps it up to date while the answer streams in.
class Answer {
  #text = "";
  #claims = [];
  #numbers = new Map(); // a citation's place -> its number
  #opened = false;

  constructor(question) {
    this.body = el("p", { className: "answer-text", dir: "auto" });
    this.box = el("div", { className: "answer" });
    const asked = el("h2", { className: "asked" }, say(el("span", { className: "visually-hidden" }), "asked"), el("span", { className: "visually-hidden", textContent: ": " }), el("bdi", { textContent: question }));
    this.element = el("article", { className: "exchange" }, asked, this.box);
    this.begin();
  }

  begin() {
    this.#text = "";
    this.#claims = [];
    this.#numbers.clear();
    this.#opened = false;
    this.body.replaceChildren();
    this.box.className = "answer waiting";
    this.box.setAttribute("aria-busy", "true");
    this.box.replaceChildren(say(el("p", { className: "thinking" }), "thinking"), this.body);
  }

  token({ text }) {
    this.box.classList.remove("waiting");
    this.#text += text;
    this.body.append(text);
  }

  claim(claim) {
    this.#claims.push(claim);
    this.#draw();
    this.#openFirst();
  }

  done(answer) {
    this.#text = answer.answer;
    this.#claims = answer.claims ?? [];
    this.#numbers.clear();
    this.box.classList.remove("waiting");
    this.box.setAttribute("aria-busy", "false");
    mark(this.body, answer.language, answer.answer);
    if (answer.refused) {
      this.box.classList.add("refusal");
      this.body.replaceChildren(answer.answer);
      this.box.replaceChildren(say(el("p", { className: "refusal-title" }), "refusal"), this.body, ...instead(answer.refusal_suggestions));
      source.close({ unlessUsed: true }); // what an earlier answer rests on is no source of this one
    } else {
      this.#draw();
      this.box.replaceChildren(this.body, ...this.#sources(answer.sources));
      this.#openFirst();
    }
    announce(t("answer.ready", { text: answer.answer }), { language: answer.language });
  }

  end(child) {
    this.box.classList.remove("waiting");
    this.box.setAttribute("aria-busy", "false");
    this.box.replaceChildren(...(this.#text ? [this.body] : []), child);
  }

  // #draw writes the text with each claim followed by its citations. A claim whose
  // bytes do not lie in the text keeps its citations, at the end.
  #draw() {
    const bytes = new Utf8Text(this.#text);
    const parts = [];
    const loose = [];
    let at = 0;
    for (const claim of [...this.#claims].sort((a, b) => a.start - b.start)) {
      if (claim.start < at || claim.start === claim.end || !bytes.valid(claim.start, claim.end)) {
        loose.push(...this.#buttons(claim));
        continue;
      }
      parts.push(bytes.slice(at, claim.start));
      parts.push(this.#claim(bytes.slice(claim.start, claim.end), this.#buttons(claim)));
      at = claim.end;
    }
    this.body.replaceChildren(...parts, bytes.slice(at), ...loose);
  }

  // #claim ties a claim's last word to its citations, so that no line begins with one.
  // Of a word that is too long for that it ties the last aksharas.
  #claim(text, buttons) {
    let cut = text.search(/\S{1,24}$/);
    const around = aksharas.segment(text).containing(cut);
    if (around?.index < cut) {
      cut = around.index + around.segment.length;
    }
    const [head, last] = cut < 0 ? [text, ""] : [text.slice(0, cut), text.slice(cut)];
    return el("span", { className: "claim" }, head, el("span", { className: "tail" }, last, ...buttons));
  }

  #number(citation) {
    const key = `${citation.document_id} ${citation.start} ${citation.end}`;
    if (!this.#numbers.has(key)) {
      this.#numbers.set(key, { n: this.#numbers.size + 1, citation });
    }
    return this.#numbers.get(key).n;
  }

  #buttons({ citations }) {
    return (citations ?? []).map((citation) => {
      const n = this.#number(citation);
      const button = sayNumber(el("button", { type: "button", className: "citation" }), n);
      button.dataset.i18nLang = ""; // its name is in the page's language, within an answer in another
      say(button, "citation", { n, title: citation.title }, "aria-label");
      button.addEventListener("click", () => source.open(citation));
      return button;
    });
  }

  // #sources lists what is cited under its numbers; known tells the documents' languages.
  #sources(known = []) {
    if (this.#numbers.size === 0) {
      return [];
    }
    const languages = new Map(known.map((each) => [each.document_id, each.language]));
    const rows = [...this.#numbers.values()].map(({ n, citation }) => {
      const language = languages.get(citation.document_id);
      const title = mark(el("span", { className: "source-name", textContent: citation.title }), language, citation.title);
      const quote = mark(el("span", { className: "source-quote", textContent: citation.quote }), language, citation.quote);
      const button = el("button", { type: "button", className: "source-link" }, sayNumber(el("span", { className: "number" }), n), el("span", { className: "source-words" }, title, quote));
      button.addEventListener("click", () => source.open(citation));
      return el("li", {}, button);
    });
    return [say(el("h3", { className: "label" }), "sources"), el("ol", { className: "sources" }, ...rows)];
  }

  #openFirst() {
    const first = this.#claims.find((claim) => claim.citations?.length)?.citations[0];
    if (first && !this.#opened) {
      this.#opened = true;
      source.open(first, { focus: false });
    }
  }
}

// instead offers what may be asked in place of a question that was refused.
function instead(suggestions = []) {
  if (suggestions.length === 0) {
    return [];
  }
  const title = say(el("h3", { className: "label" }), "suggest");
  const rows = suggestions.map((text) => {
    const chip = el("button", { type: "button", className: "chip", dir: "auto", textContent: text });
    chip.addEventListener("click", () => ask(text));
    return el("li", {}, chip);
  });
  return [title, el("ul", { className: "chips" }, ...rows)];
}

// converse asks within the conversation. Where that has ended meanwhile, a new one begins.
async function converse(question, answer, signal) {
  const body = { message: question, language: $("language").value };
  if (session) {
    body.session_id = session;
  }
  try {
    for await (const { event, data } of chat(body, signal)) {
      signal.throwIfAborted(); // what still comes belongs to a conversation that was left
      if (event === "token") {
        answer.token(data);
      } else if (event === "claim") {
        answer.claim(data);
      } else if (event === "done") {
        session = data.session_id;
        answer.done(data);
      }
    }
  } catch (error) {
    if (error.code !== "NOT_FOUND" || error.field !== "session_id" || !body.session_id || signal.aborted) {
      throw error;
    }
    session = "";
    announce(t("conversation.cleared"), { visible: true });
    await converse(question, answer, signal);
  }
}

async function run(question, answer) {
  const controller = new AbortController();
  running = controller;
  busy(true);
  announce(t("thinking"));
  const again = () => {
    if (!running) {
      answer.begin();
      run(question, answer);
      $("stop").focus({ preventScroll: true }); // the button that was pressed is no more
    }
  };
  try {
    await converse(question, answer, controller.signal);
  } catch (error) {
    if (controller.signal.aborted) {
      answer.end(say(el("p", { className: "note" }), "stopped"));
      announce(t("stopped"));
    } else {
      answer.end(errorBox(error, again));
    }
  } finally {
    if (running === controller) {
      running = null;
      busy(false);
    }
  }
}

function busy(on) {
  const focused = document.activeElement === $("stop") || document.activeElement === $("send");
  $("stop").hidden = !on;
  $("send").hidden = on;
  if (focused) {
    (on ? $("stop") : $("question")).focus({ preventScroll: true });
  }
}

function ask(text) {
  const question = text.trim();
  if (running) {
    return;
  }
  if (!question) {
    announce(t("question.empty"), { visible: true });
    $("question").focus();
    return;
  }
  $("welcome").hidden = true;
  $("new-conversation").hidden = false;
  $("question").value = "";
  grow();
  const answer = new Answer(question);
  $("answers").append(answer.element);
  if (matchMedia("(pointer: coarse)").matches) {
    $("question").blur(); // the keyboard would cover the answer
  }
  answer.element.scrollIntoView({ block: "start" });
  run(question, answer);
}

function clear() {
  running?.abort();
  session = "";
  source.close();
  $("answers").replaceChildren();
  $("welcome").hidden = false;
  $("new-conversation").hidden = true;
  announce(t("conversation.cleared"));
  $("question").focus();
}

// grow gives the question box as many lines as its text needs, up to six.
function grow() {
  const box = $("question");
  box.rows = 1;
  while (box.rows < 6 && box.scrollHeight > box.clientHeight + 4) {
    box.rows++;
  }
}

export function start() {
  options($("language"), say(new Option("", "auto", true), "language.auto"));
  for (const [language, text] of samples) {
    const chip = el("button", { type: "button", className: "chip", textContent: text, lang: language, dir: "auto" });
    chip.addEventListener("click", () => ask(text));
    $("samples").append(el("li", {}, chip));
  }
  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    ask($("question").value);
  });
  $("question").addEventListener("input", grow);
  $("question").addEventListener("keydown", (event) => {
    // While an input method composes a word, Enter belongs to it.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      ask($("question").value);
    }
  });
  $("stop").addEventListener("click", () => running?.abort());
  $("new-conversation").addEventListener("click", clear);
}
