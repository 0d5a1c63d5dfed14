/* What the page knows: the answers of watch.json, put together, and what changed between them. */

/** By API: `place` (how much was seen), `entries` (requests, oldest first), `items` by identifier,
 * `more` if there are more than are told, and `ahead`, by how many milliseconds the sandbox's clock is ahead of the browser's. */
export const parts = Object.fromEntries(
  ["fivetran", "elastic"].map((api) => [api, {place: "", entries: [], items: new Map(), ahead: 0}]));

/** By "api/identifier": `state` and `values`, each with what it was `before` and when (`at`) it changed. */
export const moves = new Map();

/** What the reader chose, as "api/identifier"; empty if nothing is chosen. */
export const choice = {key: ""};

/** Adds an answer to what is known; says which parts are served, and what has changed. */
export function take(news) {
  const changed = {served: [], items: [], requests: false};
  for (const [api, part] of Object.entries(parts)) {
    const fresh = news[api];
    if (!fresh) continue;
    const first = part.place === "";
    changed.served.push(api);
    changed.requests ||= first || fresh.whole || fresh.entries.length > 0;
    part.place = fresh.place;
    part.ahead = Date.parse(fresh.now) - Date.now();
    if (fresh.items) {
      changed.items.push(api);
      part.more = fresh.more_items;
      takeItems(api, part, fresh.items);
    }
    if (fresh.whole) part.entries = [];
    part.entries.push(...fresh.entries.map((entry) => ({...entry, api, fresh: !first})));
    part.entries.splice(0, part.entries.length - news.most_entries);
  }
  return changed;
}

function takeItems(api, part, items) {
  const known = part.items;
  part.items = new Map(items.map((item) => [item.id, item]));
  for (const item of items) {
    const old = known.get(item.id);
    if (old) noteMoves(`${api}/${item.id}`, facts(api, old), facts(api, item));
  }
}

function noteMoves(key, before, after) {
  const noted = moves.get(key) || {};
  for (const name of ["state", "values"]) {
    if (JSON.stringify(before[name]) === JSON.stringify(after[name])) continue;
    noted[name] = {before: before[name], at: Date.now()};
  }
  moves.set(key, noted);
}

/** The item of a key; undefined if there is none. */
export function find(key) {
  const slash = key.indexOf("/");
  const api = key.slice(0, slash), id = key.slice(slash + 1);
  return {api, id, item: parts[api] && parts[api].items.get(id)};
}

export const titleOf = (api, item) =>
  (api === "elastic" ? item.name : item.answer.schema) || item.id;

export const writes = (entry) => !["GET", "HEAD"].includes(entry.method);

/** All requests of the filters, the newest first. */
export function requests(writesOnly) {
  const all = Object.values(parts).flatMap((part) => part.entries);
  const wanted = all.filter((entry) =>
    (!writesOnly || writes(entry)) && (!choice.key || `${entry.api}/${entry.about}` === choice.key));
  wanted.sort((one, other) =>
    (one.at < other.at ? 1 : one.at > other.at ? -1 : other.number - one.number));
  return {wanted, all: all.length};
}

/** An item as texts by path: its state (null if none was written), and all that was set (values). */
export function facts(api, item) {
  if (api === "elastic") return {state: null, values: leaves(item)};
  const moving = ["status", "succeeded_at", "failed_at"];
  const rest = Object.entries(item.answer).filter(([name]) => !moving.includes(name));
  return {state: item.state && leaves(item.state), values: leaves(Object.fromEntries(rest))};
}

function leaves(value, path = "", found = {}) {
  const isBranch = value !== null && typeof value === "object" && Object.keys(value).length > 0;
  if (!isBranch) {
    found[path] = JSON.stringify(value);
    return found;
  }
  for (const [key, inner] of Object.entries(value)) {
    const below = path ? `${path}.${key}` : key;
    leaves(inner, Array.isArray(value) ? `${path}[${key}]` : below, found);
  }
  return found;
}
