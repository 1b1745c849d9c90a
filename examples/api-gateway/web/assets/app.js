// Puts the page together: its language, its colours and its tabs.

import * as chat from "./chat.js";
import * as documents from "./documents.js";
import { $, announce } from "./dom.js";
import * as i18n from "./i18n.js";
import { languages } from "./languages.js";
import * as search from "./search.js";
import * as source from "./source.js";

const tabs = ["chat", "search", "documents"];

// select shows one tab's panel and keeps its name in the address.
function select(name, { focus = false } = {}) {
  for (const each of tabs) {
    const chosen = each === name;
    const tab = $(`tab-${each}`);
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    $(`panel-${each}`).hidden = !chosen;
  }
  if (focus) {
    $(`tab-${name}`).focus();
  }
  if (name === "documents") {
    documents.show();
  }
  const hash = name === "chat" ? "" : `#${name}`;
  if (location.hash !== hash) {
    history.replaceState(null, "", location.pathname + hash);
  }
}

function startTabs() {
  tabs.forEach((name, i) => {
    $(`tab-${name}`).addEventListener("click", () => select(name));
    $(`tab-${name}`).addEventListener("keydown", (event) => {
      const forward = document.documentElement.dir === "rtl" ? -1 : 1;
      const to = { ArrowRight: i + forward, ArrowLeft: i - forward, Home: 0, End: tabs.length - 1 }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        select(tabs.at(to % tabs.length), { focus: true });
      }
    });
  });
  const named = location.hash.slice(1);
  select(tabs.includes(named) ? named : "chat");
  window.addEventListener("hashchange", () => {
    const name = location.hash.slice(1);
    if (tabs.includes(name)) {
      select(name);
    }
  });
}

// startLanguage writes the page in the user's language. The page is hidden until
// then: it is delivered in Hindi.
async function startLanguage() {
  const select = $("ui-language");
  languages.forEach(({ code, name, dir }) => select.append(Object.assign(new Option(name, code), { lang: code, dir })));
  select.addEventListener("change", async () => {
    try {
      await i18n.use(select.value);
      i18n.remember(select.value);
    } catch {
      select.value = i18n.uiLanguage();
      announce(i18n.t("error.NETWORK"), { visible: true });
    }
  });
  try {
    await i18n.use(i18n.preferred());
  } catch {
    $("incomplete").hidden = false;
  }
  select.value = i18n.uiLanguage();
  document.documentElement.classList.add("written");
}

function startTheme() {
  const button = $("theme-toggle");
  const root = document.documentElement;
  const show = () => button.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
  button.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("akshara.theme", root.dataset.theme);
    } catch {
      // kept for this visit only
    }
  });
  new MutationObserver(show).observe(root, { attributeFilter: ["data-theme"] }); // the system may change it too
  show();
}

startTheme();
await startLanguage();
chat.start();
search.start();
documents.start();
source.start();
startTabs();
