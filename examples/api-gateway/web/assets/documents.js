// The documents: listed, added and deleted.

import { ApiError, deleteDocument, listDocuments, upload } from "./api.js";
import { $, announce, el, errorBox, pages, typeName } from "./dom.js";
import { percent, say, sayDate, t } from "./i18n.js";
import { mark, nameOf } from "./languages.js";
import * as source from "./source.js";

const pageSize = 20;
let current = 1;
let doomed = null; // the document that the dialog asks about
let sending = null; // AbortController of the upload on its way
let waiting = []; // files that are uploaded after it
let listing = null; // AbortController of the list on its way

// show loads a page of the list.
export async function show(page = current) {
  listing?.abort();
  const controller = new AbortController();
  listing = controller;
  $("document-list").setAttribute("aria-busy", "true");
  try {
    const found = await listDocuments({ page, page_size: pageSize }, controller.signal);
    const last = Math.max(1, found.total_pages ?? Math.ceil(found.total / pageSize));
    if (page > last) { // the last document of the last page was deleted
      return show(last);
    }
    current = page;
    draw(found, last);
  } catch (error) {
    if (!controller.signal.aborted) {
      $("documents-error").replaceChildren(errorBox(error, () => turn(page)));
    }
  }
  $("document-list").setAttribute("aria-busy", "false");
}

// turn shows a page of the list to who has asked for it by a button that goes away.
async function turn(page) {
  await show(page);
  $("documents-title").focus();
}

function draw(found, last) {
  $("documents-error").replaceChildren();
  say($("documents-title"), "documents.count", { n: found.total });
  $("documents-empty").hidden = found.total > 0;
  $("document-list").replaceChildren(...(found.items ?? []).map(row));
  pages($("document-pages"), current, last, turn);
}

function row(item) {
  const title = item.title || item.url || item.document_id;
  const open = mark(el("button", { type: "button", className: "result-title", textContent: title }), item.language, title);
  open.addEventListener("click", () => source.open(item));
  const facts = [el("span", { textContent: typeName(item.content_type) }), sayDate(el("span"), item.created_at)].filter((each) => each.textContent);
  if (item.language) {
    facts.unshift(mark(el("span", { textContent: nameOf(item.language) }), item.language));
  }
  const remove = el("button", { type: "button", className: "delete-document quiet" }, say(el("span", { ariaHidden: "true" }), "delete"));
  say(remove, "delete.of", { title }, "aria-label");
  remove.addEventListener("click", () => confirm({ ...item, title }));
  const element = el("li", { className: "row" }, el("div", { className: "row-words" }, open, el("p", { className: "meta" }, ...facts)), remove);
  element.dataset.documentId = item.document_id;
  return element;
}

function confirm(item) {
  doomed = item;
  say($("delete-text"), "delete.text", { title: item.title });
  $("delete-dialog").showModal();
  $("cancel-delete").focus();
}

async function remove() {
  const { document_id: id, title } = doomed;
  $("confirm-delete").disabled = true;
  let failure = null;
  try {
    await deleteDocument(id);
  } catch (error) {
    failure = error.code === "NOT_FOUND" ? null : error; // somebody else was quicker
  }
  $("confirm-delete").disabled = false;
  $("delete-dialog").close();
  if (failure) {
    $("documents-error").replaceChildren(errorBox(failure));
    return;
  }
  source.closeIf(id);
  await turn(current);
  announce(t("delete.done", { title }), { visible: true });
}

// send uploads the files one after the other, behind those that wait already; one
// that fails does not stop the rest.
async function send(files) {
  waiting.push(...files);
  if (sending || waiting.length === 0) {
    return;
  }
  sending = new AbortController();
  $("upload-error").replaceChildren();
  $("upload-state").hidden = false;
  while (waiting.length > 0 && !sending.signal.aborted) {
    await sendOne(waiting.shift(), sending.signal);
  }
  waiting = [];
  if ($("upload-state").contains(document.activeElement)) {
    $("upload-input").focus();
  }
  $("upload-state").hidden = true;
  $("upload-input").value = "";
  sending = null;
  await show(1);
}

async function sendOne(file, signal) {
  $("upload-name").textContent = file.name;
  progress(0);
  try {
    if (file.size > Number($("upload-input").dataset.maxBytes)) {
      throw new ApiError({ code: "PAYLOAD_TOO_LARGE" }); // the server would hang up in the middle
    }
    const added = await upload(file, progress, signal);
    announce(t("upload.done", { title: added?.title || file.name }), { visible: true });
  } catch (error) {
    if (signal.aborted) {
      announce(t("upload.cancelled"), { visible: true });
      return;
    }
    const box = errorBox(error, () => {
      box.remove();
      send([file]);
      $("upload-cancel").focus();
    });
    box.prepend(say(el("p", { className: "error-title" }), "upload.failed", { title: file.name }));
    $("upload-error").append(box);
  }
}

// progress shows the share of a file that was sent; once all is, the server still reads it.
function progress(share) {
  const bar = $("upload-progress");
  if (share < 1) {
    bar.value = Math.round(share * 100);
    $("upload-percent").textContent = percent(share);
  } else {
    bar.removeAttribute("value");
    $("upload-percent").textContent = t("upload.indexing");
  }
}

export function start() {
  $("upload-form").addEventListener("submit", (event) => event.preventDefault());
  $("upload-input").addEventListener("change", (event) => send([...event.target.files]));
  $("upload-cancel").addEventListener("click", () => sending?.abort());
  $("cancel-delete").addEventListener("click", () => $("delete-dialog").close());
  $("confirm-delete").addEventListener("click", remove);
  const drop = $("drop");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop") {
        send([...event.dataTransfer.files]);
      }
    });
  }
}
