/* The page of the sandbox: asks what is new, and does what its reader wants. */

import {choice, parts, take} from "./model.js";
import {byId, showChosen, showItems, showRequests, tick} from "./show.js";

const POLL_MS = 400;
const RETRY_MS = 2000;
const PATIENCE_MS = 10000;
let paused = false;
let round = 0;
let timer = 0;

// --- Asking ---------------------------------------------------------------------------------

async function ask() {
  const mine = ++round;
  const news = await fetched();
  if (mine !== round) return;  // Paused meanwhile; who goes on asks anew.
  timer = setTimeout(ask, news ? POLL_MS : RETRY_MS);
  if (news) {
    say("live", "Live");
    show(take(news));
  } else {
    say("lost", "The sandbox does not answer. What you see is from before; trying again.");
  }
}

/** The answer of the sandbox; null if there is none. */
async function fetched() {
  const places = Object.entries(parts).map(([api, part]) => [api, part.place]);
  try {
    const address = `watch.json?${new URLSearchParams(places)}`;
    const answer = await fetch(address, {signal: AbortSignal.timeout(PATIENCE_MS)});
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function show(changed) {
  for (const api of Object.keys(parts)) byId(`${api}-part`).hidden = !changed.served.includes(api);
  changed.items.forEach(showItems);
  if (changed.items.length) showChosen();
  if (changed.requests) showRequests();
  tick();
}

function say(kind, text) {
  const live = byId("live");
  live.dataset.is = kind;
  if (live.textContent !== text) live.textContent = text;
}

// --- Acting ---------------------------------------------------------------------------------

function togglePause() {
  paused = !paused;
  byId("pause").textContent = paused ? "Go on" : "Pause";
  byId("pause").setAttribute("aria-pressed", String(paused));
  round += 1;
  clearTimeout(timer);
  if (paused) say("paused", "Paused");
  else ask();
}

const choose = (key) => { location.hash = key && new URLSearchParams({chosen: key}); };

/** The address of the page says what is chosen, so that it can be kept, and "back" works. */
function follow() {
  if (location.hash === "#requests") return;  // The link at the top, which only goes there.
  const before = choice.key;
  choice.key = new URLSearchParams(location.hash.slice(1)).get("chosen") || "";
  if (choice.key === before) return;
  showChosen();
  showRequests();
  if (document.activeElement === byId("about")) return;
  const link = document.querySelector(`[data-key="${CSS.escape(before)}"]`);
  (choice.key ? byId("detail-title") : link || byId("requests")).focus();
}

/** Goes to the next link of the lists, or the one before; false if none has the focus. */
function step(by) {
  const links = [...document.querySelectorAll(".things a")];
  const at = links.indexOf(document.activeElement);
  if (at >= 0 && links[at + by]) links[at + by].focus();
  return at >= 0;
}

const KEYS = {
  p: togglePause,
  w: () => byId("writes").click(),
  c: () => byId("connections-title").focus(),
  e: () => byId("connectors-title").focus(),
  r: () => byId("requests").focus(),
  escape: () => choose(""),
  "?": () => byId("keys").toggleAttribute("open"),
  arrowdown: () => step(1),
  arrowup: () => step(-1),
};

document.addEventListener("keydown", (event) => {
  const act = byId("use-keys").checked && KEYS[event.key.toLowerCase()];
  const taken = event.ctrlKey || event.metaKey || event.altKey || event.target === byId("about");
  if (act && !taken && act() !== false) event.preventDefault();
});
byId("pause").addEventListener("click", togglePause);
byId("writes").addEventListener("change", showRequests);
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("about").addEventListener("change", (event) => choose(event.target.value));
window.addEventListener("hashchange", follow);
setInterval(tick, 500);
follow();
ask();
