// The capture inbox: opens messages without reloading the page, polls for new ones, handles keys.
// All HTML comes escaped from the server's templates; no content of mail is assembled here.
"use strict";

const WATCH_MS = 2000;
const MAX_REMEMBERED = 2000;
const TABS = ["html", "text", "headers", "source", "attachments", "timeline"];

const app = document.getElementById("app");
const list = document.getElementById("list");
const detail = document.getElementById("detail");
const search = document.getElementById("query");
const status = document.getElementById("status");

const state = readAddress();
let tag = "";
let opening = 0;
const readIds = new Set(remembered());

function readAddress() {
  const asked = new URLSearchParams(location.search);
  return {
    id: asked.get("id") || "",
    tab: asked.get("tab") || "",
    query: asked.get("query") || "",
    limit: asked.get("limit") || "",
    state: asked.get("state") || "",
  };
}

function asQuery(values) {
  const kept = Object.entries(values).filter(([, value]) => value);
  return kept.length ? `?${new URLSearchParams(kept)}` : "";
}

function writeAddress(isNewPlace) {
  const address = `/${asQuery(state)}`;
  if (isNewPlace) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

// Only this browser knows which messages were read.

function remembered() {
  try {
    return JSON.parse(localStorage.getItem("aerogram.read")) || [];
  } catch {
    return [];
  }
}

function markRead(id) {
  if (!id || readIds.has(id)) return;
  readIds.add(id);
  try {
    localStorage.setItem("aerogram.read", JSON.stringify([...readIds].slice(-MAX_REMEMBERED)));
  } catch {
    // Without storage, everything is unread on the next visit; nothing else is lost.
  }
}

// Times in the local time zone.

const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function localise(root) {
  const today = new Date().toDateString();
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const isToday = at.toDateString() === today;
    time.title = full.format(at);
    time.textContent = "short" in time.dataset ? (isToday ? hours : days).format(at) : full.format(at);
  }
}

function rows() {
  return [...list.querySelectorAll(".row")];
}

function showMarks() {
  let unread = 0;
  for (const row of rows()) {
    const isUnread = !readIds.has(row.dataset.id);
    row.classList.toggle("unread", isUnread);
    unread += isUnread;
    if (row.dataset.id === state.id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  document.getElementById("clear").hidden = rows().length === 0;
  document.title = `${unread ? `(${unread}) ` : ""}Inbox · Aerogram`;
}

// Fragments of the page

async function fetchPiece(address, headers) {
  const response = await fetch(address, { headers, cache: "no-store" });
  if (response.status === 304) return null;
  return { response, piece: new DOMParser().parseFromString(await response.text(), "text/html").body };
}

function prepare(root) {
  localise(root);
  for (const button of root.querySelectorAll("[data-delete], .copy")) button.hidden = false;
}

async function renewList() {
  const address = `/inbox/list${asQuery({ query: state.query, limit: state.limit, state: state.state })}`;
  const headers = tag ? { "If-None-Match": tag } : {};
  const wanted = JSON.stringify([state.query, state.limit, state.state]);
  const renewed = await fetchPiece(address, headers);
  if (renewed === null || !renewed.response.ok || wanted !== JSON.stringify([state.query, state.limit, state.state])) return;
  const known = new Set(rows().map((row) => row.dataset.id));
  const focused = document.activeElement?.closest?.(".row")?.dataset.id;
  tag = renewed.response.headers.get("ETag") || "";
  prepare(renewed.piece);
  list.replaceChildren(...renewed.piece.childNodes);
  showMarks();
  if (focused) list.querySelector(`.row[data-id="${CSS.escape(focused)}"]`)?.focus();
  const fresh = rows().filter((row) => !known.has(row.dataset.id)).length;
  if (fresh && known.size) status.textContent = `${fresh} new message${fresh > 1 ? "s" : ""}`;
  if (rows().length && detail.querySelector(".first")) showHint();
}

async function renewDetail(images) {
  const mine = ++opening;
  const address = `/inbox/messages/${state.id}${asQuery({ tab: state.tab, query: state.query, state: state.state, images })}`;
  const renewed = await fetchPiece(address, {});
  if (mine !== opening || renewed === null) return;
  prepare(renewed.piece);
  detail.replaceChildren(...renewed.piece.childNodes);
  detail.scrollTop = 0;
  showTab();
}

function showTab() {
  const tab = detail.querySelector(".tabs [aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;
}

function showHint() {
  opening += 1;
  detail.replaceChildren(document.getElementById("hint").content.cloneNode(true));
}

async function show(id, tab, isNewPlace) {
  state.id = id;
  state.tab = tab;
  writeAddress(isNewPlace);
  app.classList.toggle("has-detail", Boolean(id));
  markRead(id);
  showMarks();
  list.querySelector(".row[aria-current]")?.scrollIntoView({ block: "nearest" });
  if (id) await renewDetail("");
  else showHint();
}

async function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.dataset.id === state.id);
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  if (next.dataset.id !== state.id) await show(next.dataset.id, state.tab, false);
}

async function reasonOf(response) {
  try {
    return (await response.json()).error || "Deleting failed";
  } catch {
    return "Deleting failed";
  }
}

async function forget(path) {
  const response = await fetch(path, { method: "DELETE" });
  status.textContent = response.ok ? "Deleted" : await reasonOf(response);
  tag = "";
  await renewList();
}

// Mouse, keys and polling

document.addEventListener("click", async (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const target = event.target.closest("a, button");
  if (!target) return;
  if (target.matches(".row")) {
    event.preventDefault();
    await show(target.dataset.id, state.tab, true);
  } else if (target.dataset.tab) {
    event.preventDefault();
    state.tab = target.dataset.tab;
    writeAddress(false);
    await renewDetail(target.dataset.images || "");
    detail.querySelector(`.tabs [data-tab="${state.tab}"]`)?.focus({ preventScroll: true });
  } else if (target.matches(".states a")) {
    event.preventDefault();
    state.state = target.dataset.state;
    state.limit = "";
    tag = "";
    writeAddress(true);
    await renewList();
    list.querySelector(".states [aria-current]")?.focus();
  } else if (target.matches(".more")) {
    event.preventDefault();
    state.limit = target.dataset.limit;
    tag = "";
    await renewList();
  } else if (target.matches(".back")) {
    event.preventDefault();
    await show("", state.tab, true);
  } else if (target.dataset.delete) {
    const gone = rows().findIndex((row) => row.dataset.id === target.dataset.delete);
    await forget(`/inbox/api/messages/${target.dataset.delete}`);
    const next = rows()[gone] || rows()[gone - 1];
    await show(gone >= 0 && next ? next.dataset.id : "", state.tab, false);
  } else if (target.matches(".copy")) {
    await navigator.clipboard.writeText(target.parentElement.querySelector("code").textContent);
    target.textContent = "Copied";
  } else if (target.id === "clear") {
    document.getElementById("confirm").showModal();
  }
});

document.getElementById("confirm").addEventListener("close", async (event) => {
  if (event.target.returnValue !== "yes") return;
  event.target.returnValue = "";
  await forget("/inbox/api/messages");
  await show("", "", false);
});

let typing = 0;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(async () => {
    state.query = search.value.trim();
    state.limit = "";
    tag = "";
    writeAddress(false);
    await renewList();
  }, 150);
});
search.form.addEventListener("submit", (event) => event.preventDefault());

document.addEventListener("keydown", async (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const digit = Number(event.key);
  if (event.key === "j") await move(1);
  else if (event.key === "k") await move(-1);
  else if (event.key === "/") {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape" && state.id) await show("", state.tab, true);
  else if (digit >= 1 && digit <= TABS.length && state.id) {
    state.tab = TABS[digit - 1];
    writeAddress(false);
    await renewDetail("");
  }
});

window.addEventListener("popstate", async () => {
  Object.assign(state, readAddress());
  search.value = state.query;
  tag = "";
  await renewList();
  app.classList.toggle("has-detail", Boolean(state.id));
  showMarks();
  if (state.id) await renewDetail("");
  else showHint();
});

async function watch() {
  try {
    if (document.visibilityState === "visible") await renewList();
  } catch {
    status.textContent = "The server does not respond";
  }
  setTimeout(watch, WATCH_MS);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") renewList().catch(() => {});
});

prepare(document);
markRead(state.id);
showMarks();
showTab();
setTimeout(watch, WATCH_MS);
