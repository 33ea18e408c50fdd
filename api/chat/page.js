// The conversation: what is written goes out by POST, what comes back arrives on one event stream.

import { failed, reply, spoken } from "./render.js";

const $ = (id) => document.getElementById(id);
const log = $("log");
const scroller = $("scroller");
const words = $("words");
const state = $("state");
const calm = state.textContent;
const TYPING_LIMIT = 20_000;
const ATTEMPTS = 4;
const MARGIN = 12;
const TOGETHER = 1500;
const TOO_LONG = "C'est la longueur maximale d'un message (4 096 caractères). Tu peux écrire la suite dans un autre.";

let stream;
let opening = [];
let markReady;
const ready = new Promise((resolve) => {
  markReady = resolve;
});
const unsent = new Set();
const tabs = new BroadcastChannel("passerelle");
let typingTimer;
let first;
let shownAt = 0;
let outgoing = Promise.resolve();

// --- Showing ---------------------------------------------------------------------------------------------------

function isAtEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

/** Shows a message; who reads at the end is taken along, but never past the beginning of what has just come. */
function show(item, follow = isAtEnd()) {
  $("hello").hidden = true;
  log.append(item);
  if (Date.now() - shownAt > TOGETHER || item.matches(".student") || first.matches(".student, .welcome")) first = item;
  shownAt = Date.now();
  if (!follow) return;
  toEnd();
  scroller.scrollTop = Math.min(scroller.scrollTop, first.offsetTop - MARGIN);
}

function showTyping(on) {
  clearTimeout(typingTimer);
  const follow = isAtEnd();
  $("typing").hidden = !on;
  if (on) typingTimer = setTimeout(() => showTyping(false), TYPING_LIMIT);
  if (on && follow) toEnd();
}

function say(message, shown) {
  const item = spoken(shown);
  show(item, true);
  const body = JSON.stringify({ ...message, nonce: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` });
  tabs.postMessage({ shown });
  queue(body, item);
}

/** One message after the other, and none before the stream has told what was said so far. */
function queue(body, item) {
  unsent.add(item);
  showTyping(true);
  outgoing = outgoing.then(() => ready).then(() => send(body, item));
}

// --- Sending ---------------------------------------------------------------------------------------------------

async function send(body, item) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const response = await post("/chat/messages", body);
      if (response.ok) {
        const { route } = await response.json();
        unsent.delete(item);
        if (route === "tutor") showTyping(false);
        return;
      }
      if (response.status < 500) break;
    } catch {
      // the network is away: the same nonce makes another attempt harmless
    }
    await new Promise((done) => setTimeout(done, 700 * 2 ** attempt));
  }
  showTyping(false);
  failed(item, () => queue(body, item));
}

function post(path, body) {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

// --- Receiving -------------------------------------------------------------------------------------------------

function listen() {
  stream?.close();
  $("live").setAttribute("aria-live", "off"); // what was said before is not read out again
  stream = new EventSource("/chat/events");
  stream.addEventListener("open", () => showTrouble(false));
  stream.addEventListener("error", () => {
    showTrouble(true);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
  stream.addEventListener("history", ({ data }) => showHistory(JSON.parse(data)));
  stream.addEventListener("reply", ({ data }) => {
    const { reply: said } = JSON.parse(data);
    const follow = isAtEnd();
    if (said.kind !== "welcome") showTyping(false);
    show(reply(said, say), follow);
  });
  stream.addEventListener("erased", begin);
}

function showHistory(lines) {
  const items = lines.map((line) => (line.reply ? reply(line.reply, say) : spoken(line.text)));
  log.replaceChildren(...opening, ...items, ...unsent);
  $("hello").hidden = log.childElementCount > 0;
  toEnd();
  setTimeout(() => $("live").setAttribute("aria-live", "polite"));
  markReady();
}

function showTrouble(on) {
  state.textContent = on ? "Connexion perdue, je réessaie…" : calm;
  state.classList.toggle("trouble", on);
}

/** Everything was erased: the browser starts over with a new session. */
async function begin() {
  stream.close();
  showTyping(false);
  await post("/chat/forget").catch(() => {}); // the former session knows nothing any more either
  tabs.postMessage({ forgotten: true });
  startOver();
}

function startOver() {
  const text = "C'est fait : tout ce qui te concerne est effacé. Si tu m'écris de nouveau, on repart de zéro.";
  opening = [reply({ kind: "notice", text }, say)];
  listen();
}

// What another tab of this browser has said, or that it has begun a new session: the cookie is the same for all.
tabs.addEventListener("message", ({ data }) => {
  if (data.forgotten) startOver();
  else show(spoken(data.shown));
});

// --- Writing ---------------------------------------------------------------------------------------------------

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = words.value.trim();
  if (!text) return;
  words.value = "";
  grow();
  say({ text }, text);
  words.focus();
});

words.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
});

function grow() {
  words.style.height = "auto";
  words.style.height = `${words.scrollHeight + 2}px`;
  $("limit").textContent = words.value.length < words.maxLength ? "" : TOO_LONG;
}

function openMenu(on) {
  $("menu").hidden = !on;
  $("menu-button").setAttribute("aria-expanded", String(on));
}

words.addEventListener("input", grow);
scroller.addEventListener("scroll", () => {
  $("to-end").hidden = isAtEnd();
});
$("to-end").addEventListener("click", toEnd);
$("menu-button").addEventListener("click", () => openMenu($("menu").hidden));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !$("menu").hidden) {
    openMenu(false);
    $("menu-button").focus();
  }
});
document.addEventListener("click", (event) => {
  const command = event.target.closest("[data-say]");
  if (command) say({ text: command.dataset.say }, command.textContent.trim());
  if (!event.target.closest("#menu-button")) openMenu(false);
});

listen();
if (matchMedia("(hover: hover)").matches) words.focus();
