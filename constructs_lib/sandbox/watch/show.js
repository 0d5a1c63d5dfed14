/* What the page shows. Whatever comes from the sandbox becomes a text node, never HTML: the page's
 * Content-Security-Policy forbids anything else. */

import {choice, facts, find, moves, parts, requests, titleOf, writes} from "./model.js";

const NEWS_MS = 4000;
const SETUP = {connected: "good", incomplete: "busy", broken: "bad"};
const STATUS = {connected: "good", configured: "good", error: "bad", needs_configuration: "busy"};
const WAITING = {
  sync: "a sync waits for the pause to end",
  resync: "a re-sync waits for the pause to end",
};
const links = new Map();  // By "api/identifier".

export const byId = (id) => document.getElementById(id);

/** A new element with attributes and children; children that are null are left out. */
function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

const tag = (kind, text) => make("span", {class: "tag", "data-is": kind}, text);
const row = (...children) => make("span", {class: "row"}, ...children);
const clockOf = (moment) => new Date(moment).toLocaleTimeString([], {hour12: false});

// --- The lists ------------------------------------------------------------------------------

/** The connections or the connectors. */
export function showItems(api) {
  const {items, more} = parts[api], list = byId(`${api}-items`);
  // What is there stays in its place, because moving it would take the focus from it.
  for (const node of [...list.children]) {
    if (items.has(find(node.firstChild.dataset.key).id)) continue;
    links.delete(node.firstChild.dataset.key);
    node.remove();
  }
  for (const item of items.values()) {
    const link = linkOf(api, item);
    if (!link.isConnected) list.append(link.parentNode);
  }
  byId(`${api}-empty`).hidden = items.size > 0;
  byId(`${api}-count`).textContent = more ? `the first ${items.size}` : items.size;
  showOptions();
}

function linkOf(api, item) {
  const key = `${api}/${item.id}`;
  if (!links.has(key)) {
    const made = make("a", {href: `#${new URLSearchParams({chosen: key})}`, "data-key": key});
    make("li", {}, made);
    links.set(key, made);
  }
  const link = links.get(key), {state} = facts(api, item);
  const cursor = Object.entries(state || {}).map(([path, text]) => `${path} = ${text}`).join(", ");
  const kind = api === "elastic" ? item.service_type || "" : item.answer.service;
  link.replaceChildren(
    row(make("strong", {}, titleOf(api, item)), make("span", {class: "hint"}, kind),
      make("span", {class: "hint mono"}, item.id)),
    row(...tagsOf(api, item), ...newsOf(key)),
    make("span", {class: "cursor mono"}, cursor));
  return link;
}

function tagsOf(api, item) {
  if (api === "elastic") return [tag(STATUS[item.status] || "", item.status.replaceAll("_", " "))];
  const {setup_state, sync_state, rescheduled_for} = item.answer.status;
  return [
    tag(SETUP[setup_state], `setup ${setup_state}`),
    sync_state === "syncing" ? syncTag(item) : null,
    sync_state === "scheduled" ? tag("", "no sync runs") : null,
    sync_state === "rescheduled" ? tag("busy", `put off until ${clockOf(rescheduled_for)}`) : null,
    item.answer.paused ? tag("busy", "paused") : null,
    item.waiting ? tag("busy", WAITING[item.waiting]) : null,
  ];
}

function syncTag(item) {
  const kind = item.answer.status.is_historical_sync ? "historical sync" : "sync";
  const made = tag("busy", `${kind} runs, without an end`);
  if (item.ends_at) Object.assign(made.dataset, {ends: item.ends_at, kind});
  return made;
}

function newsOf(key) {
  const noted = moves.get(key) || {};
  const texts = {state: "state has moved", values: "changed"};
  return Object.keys(noted).filter((name) => noted[name].at + NEWS_MS > Date.now()).map((name) => {
    const made = tag("news", texts[name]);
    made.dataset.until = noted[name].at + NEWS_MS;
    return made;
  });
}

function showOptions() {
  const items = Object.entries(parts).flatMap(([api, part]) =>
    [...part.items.values()].map((item) => [`${api}/${item.id}`, titleOf(api, item)]));
  const list = byId("about"), text = JSON.stringify(items);
  if (list.dataset.shown === text) return;  // Somebody may be choosing at this moment.
  list.dataset.shown = text;
  list.replaceChildren(...[["", "all"], ...items].map(([value, title]) =>
    make("option", {value}, title)));
}

/** What changes by time alone: how long syncs still run, and what is no news any more. */
export function tick() {
  for (const node of document.querySelectorAll("[data-ends]")) {
    const left = Date.parse(node.dataset.ends) - Date.now() - parts.fivetran.ahead;
    const text = `${node.dataset.kind} runs, ${Math.max(Math.ceil(left / 1000), 0)} s left`;
    if (node.textContent !== text) node.textContent = text;
  }
  for (const node of document.querySelectorAll("[data-until]")) {
    if (Number(node.dataset.until) < Date.now()) node.remove();
  }
}

// --- What was chosen ------------------------------------------------------------------------

export function showChosen() {
  const {key} = choice, {api, id, item} = find(key);
  byId("detail").hidden = !key;
  document.body.classList.toggle("chosen", Boolean(key));
  for (const [each, link] of links) link.setAttribute("aria-current", String(each === key));
  byId("about").value = item ? key : "";
  if (!key) return;
  const said = item ? facts(api, item) : {}, noted = moves.get(key) || {};
  byId("detail-title").textContent = item ? titleOf(api, item) : id;
  byId("detail-about").replaceChildren(...(item ? about(api, item)
    : [`There is none with the identifier ${id}: not yet, or not any more.`]));
  byId("state-part").hidden = api !== "fivetran" || !item;
  byId("values-part").hidden = !item;
  openFor(byId("values-part"), noted.values ? `${key} ${noted.values.at}` : "");
  showValues("state", said.state, noted.state, "None was written yet, or the service keeps none.");
  showValues("values", said.values, noted.values, "");
  tick();
}

/** Opens what is closed once for each change, so that nobody has to look for it. */
function openFor(part, change) {
  if (change && part.dataset.change !== change) part.open = true;
  part.dataset.change = change;
}

function about(api, item) {
  const {succeeded_at: good, failed_at: bad} = item.answer || {};
  const lasts = [
    good ? `A sync succeeded last at ${clockOf(good)}.` : "No sync has succeeded yet.",
    bad ? `One failed last at ${clockOf(bad)}.` : "",
  ];
  const what = api === "elastic" ? "Connector " : "Connection ";
  const text = api === "elastic" ? "." : `. ${lasts.join(" ")}`;
  return [row(...tagsOf(api, item)), make("span", {}, what, make("code", {}, item.id), text)];
}

function showValues(name, values, move, none) {
  const after = values || {}, before = move ? move.before || {} : after;
  const paths = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  byId(name).replaceChildren(...paths.map((path) => pairOf(path, before[path], after[path])));
  const moved = move ? `What is marked changed at ${clockOf(move.at)}.` : "";
  byId(`${name}-hint`).textContent = values ? moved : none;
}

function pairOf(path, before, after) {
  const gone = after === undefined;
  const was = before === undefined ? "new" : gone ? "removed" : `was ${before}`;
  const kind = before === after ? "" : gone ? "moved gone" : "moved";
  return make("div", {class: kind}, make("dt", {}, path || "(all of it)"),
    make("dd", {}, make("span", {}, gone ? before : after),
      kind ? make("span", {class: "was"}, was) : null));
}

// --- The requests ---------------------------------------------------------------------------

export function showRequests() {
  const {wanted, all} = requests(byId("writes").checked);
  byId("journal").replaceChildren(...wanted.map(rowOf));
  byId("count").textContent = wanted.length === all ? all : `${wanted.length} of ${all}`;
  byId("no-requests").hidden = wanted.length > 0;
  byId("no-requests").textContent = all ? "None of this kind."
    : "None yet. Each request appears here as soon as it is answered.";
}

function rowOf(entry) {
  const refused = entry.status >= 400, never = entry.status === 0;
  const {item} = find(`${entry.api}/${entry.about}`);
  const kinds = {write: writes(entry), refused, fresh: entry.fresh};
  entry.fresh = false;  // Only the first time that it is shown.
  return make("li", {class: Object.keys(kinds).filter((kind) => kinds[kind]).join(" ")},
    make("div", {class: "row"},
      make("time", {datetime: entry.at}, clockOf(entry.at)),
      make("span", {class: "api"}, entry.api === "elastic" ? "Elastic" : "Fivetran"),
      tag(refused ? "bad" : never ? "" : "good", never ? "never arrived" : String(entry.status)),
      make("span", {class: "method"}, entry.method),
      make("code", {class: "path"}, entry.path),
      make("span", {class: "name hint"}, item && !choice.key ? titleOf(entry.api, item) : ""),
      entry.fault === null ? null : tag("bad", `fault: ${entry.fault}`)),
    entry.body === null ? null : make("code", {class: "body"}, JSON.stringify(entry.body)));
}
