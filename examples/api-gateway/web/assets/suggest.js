// Completions under a search field, by the combobox pattern of the WAI-ARIA
// Authoring Practices: the focus stays in the field, the arrows go through the
// list, Enter takes what is marked, Escape closes.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

import { suggest } from "./api.js";
import { announce, el } from "./dom.js";
import { t, uiLanguage } from "./i18n.js";

const pause = 120; // milliseconds without a key before the service is asked
const most = 8; // shown at once

// Suggestions belongs to a field and the list under it; take is called once a
// suggestion stands in the field. A service that has none keeps the list closed.
export class Suggestions {
  #input;
  #list;
  #take;
  #timer = 0;
  #asking = null; // AbortController of the request on its way
  #marked = -1; // place of the option that is marked
  #offered = true; // until the service says that it has no such route

  constructor(input, list, take) {
    this.#input = input;
    this.#list = list;
    this.#take = take;
    input.addEventListener("input", () => this.#later());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.close());
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
    list.addEventListener("click", (event) => this.#choose(event.target.closest("[role=option]")));
  }

  // close hides the list and forgets what was asked for.
  close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#input.setAttribute("aria-expanded", "false");
    this.#mark(-1);
  }

  #later() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#mark(-1);
    if (this.#input.value.trim() === "") {
      this.close();
    } else if (this.#offered) {
      this.#timer = setTimeout(() => this.#ask(), pause);
    }
  }

  async #ask() {
    const controller = new AbortController();
    this.#asking = controller;
    let found = [];
    try {
      // Typed in Latin letters, a word is most likely meant in the language of the page.
      const answer = await suggest({ q: this.#input.value, language: uiLanguage() }, controller.signal);
      found = answer?.suggestions ?? [];
    } catch (error) {
      this.#offered &&= error.status !== 404;
    }
    if (!controller.signal.aborted) {
      this.#show(found.slice(0, most));
    }
  }

  #show(found) {
    if (found.length === 0 || document.activeElement !== this.#input) {
      this.close();
      return;
    }
    this.#list.replaceChildren(...found.map(({ text }, i) =>
      el("li", { id: `${this.#list.id}-${i}`, role: "option", ariaSelected: "false", dir: "auto", textContent: text })));
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#mark(-1);
    announce(t("suggest.count", { n: found.length }));
  }

  #mark(place) {
    this.#marked = place;
    [...this.#list.children].forEach((option, i) => (option.ariaSelected = String(i === place)));
    const option = this.#list.children[place];
    if (option) {
      this.#input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.#input.removeAttribute("aria-activedescendant");
    }
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) { // the key belongs to an input method
      return;
    }
    if (this.#list.hidden) {
      if (event.key === "ArrowDown" && this.#offered && this.#input.value.trim()) {
        event.preventDefault();
        this.#ask();
      }
      return;
    }
    const last = this.#list.children.length - 1;
    if (event.key === "ArrowDown") {
      this.#mark(this.#marked < last ? this.#marked + 1 : 0);
    } else if (event.key === "ArrowUp") {
      this.#mark(this.#marked > 0 ? this.#marked - 1 : last);
    } else if (event.key === "Escape") {
      event.stopPropagation(); // an open source stays open
      this.close();
    } else if (event.key === "Enter" && this.#marked >= 0) {
      this.#choose(this.#list.children[this.#marked]);
    } else {
      return;
    }
    event.preventDefault();
  }

  #choose(option) {
    if (option) {
      this.#input.value = option.textContent;
      this.close();
      this.#take();
    }
  }
}
