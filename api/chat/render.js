// From a reply, as data, to what stands on the page. Whatever a person wrote is put in as text, never as HTML.

const DAY = new Intl.DateTimeFormat("fr-FR", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const GAP = "[ .\\u00a0\\u202f]?";
const PATTERNS = [
  `https?://[^\\s<>"«»]*[^\\s<>"«».,;:!?)\\]]`,
  `(?<![\\d+]${GAP})0${GAP}8\\d{2}(?:${GAP}\\d{3}){2}(?!${GAP}\\d)`,
  `(?<![\\d+]${GAP})(?:0|\\+33${GAP})[1-9](?:${GAP}\\d{2}){4}(?!${GAP}\\d)`,
  `(?<![\\w/])/[a-z]{3,}\\b`,
];
const LINKS = new RegExp(PATTERNS.join("|"), "g");
const SHORT_NUMBER = `(?<![\\d/])(?:3\\d{3}|3 \\d{3}|11\\d|1[578])(?![\\d/]|${GAP}(?:ans|h|€|%))`;
const CARD_LINKS = new RegExp([...PATTERNS, SHORT_NUMBER].join("|"), "g");
const BY_SMS = "114";

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** A text whose addresses, telephone numbers and commands can be tapped. */
function tappable(text, say, pattern) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(end, match.index), link(match[0], say));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

function link(found, say) {
  if (found.startsWith("/")) {
    const command = element("button", "inline", found);
    command.type = "button";
    command.addEventListener("click", () => say({ text: found }, found));
    return command;
  }
  if (!found.startsWith("http")) {
    const call = element("a", "", found);
    const number = found.replace(/[^\d+]/g, "");
    call.href = number === BY_SMS ? `sms:${number}` : `tel:${number}`;
    return call;
  }
  return outward(found, found);
}

function outward(url, title) {
  const anchor = element("a", "", title);
  if (/^https?:\/\//.test(url)) anchor.href = url;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}

function sources(list) {
  const oneDay = new Set(list.map((source) => source.checked_on)).size === 1;
  const checked = (source) => ` (vérifié le ${day(source)})`;
  const links = list.flatMap((source, number) => [
    ...(number ? [" · "] : []),
    outward(source.url, source.title),
    ...(oneDay ? [] : [checked(source)]),
  ]);
  return element("p", "sources", "Source : ", ...links, ...(oneDay ? [checked(list[0])] : []));
}

function day(source) {
  return DAY.format(new Date(source.checked_on));
}

function chips(rows, say) {
  const all = rows.flat().map((button) => {
    const chip = element("button", "chip", button.title);
    chip.type = "button";
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", "true");
      say({ payload: button.payload }, button.title);
    });
    return chip;
  });
  return element("div", "chips", ...all);
}

function author(name) {
  const initial = element("i", "", (name || "T").slice(0, 1).toUpperCase());
  initial.setAttribute("aria-hidden", "true");
  return element("div", "author", initial, name || "Ton tuteur", element("small", "", "tutorat"));
}

/** A message to the student. `say(message, shown)` sends what a button or a command stands for. */
export function reply(data, say) {
  const bubble = element("div", "bubble");
  if (data.kind === "tutor") bubble.append(author(data.author));
  if (data.title) bubble.append(element("h2", "", data.title));
  const pattern = data.kind === "safety" ? CARD_LINKS : LINKS;
  bubble.append(element("p", "", ...tappable(data.text, say, pattern)));
  if (data.warning) bubble.append(element("p", "warning", data.warning));
  if (data.sources?.length) bubble.append(sources(data.sources));
  const item = element("li", `message ${data.kind}`, bubble);
  if (data.kind === "safety") bubble.setAttribute("role", "alert");
  if (data.buttons?.length) item.append(chips(data.buttons, say));
  return item;
}

/** The student's own words. */
export function spoken(text) {
  const said = element("p", "", element("span", "unseen", "Toi : "), text);
  return element("li", "message student", element("div", "bubble", said));
}

/** Marks a message that could not be sent, with a way to try again. */
export function failed(item, retry) {
  const note = element("button", "failed-note", "Pas envoyé. Réessayer");
  note.type = "button";
  note.addEventListener("click", () => {
    note.remove();
    item.classList.remove("failed");
    retry();
  });
  item.classList.add("failed");
  item.append(note);
}
