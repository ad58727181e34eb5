// What every page of the console uses: the API, words for codes, dates, and elements made without markup from outside.

export const words = JSON.parse(document.getElementById("vocabulary").textContent);

export class Refused extends Error {
  constructor(problem) {
    const fields = (problem.errors ?? []).map((e) => `${e.pointer.replace(/^\//, "")}: ${e.detail}`);
    super([problem.detail ?? "It did not work.", ...fields].join(" — "));
    this.status = problem.status;
  }
}

export async function ask(path, { method = "GET", body } = {}) {
  const headers = { Accept: "application/json", "X-Ascolto-Console": "1" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (answer.status === 401) location.assign("login");
  const told = answer.status === 204 ? null : await answer.json().catch(() => ({ status: answer.status }));
  if (!answer.ok) throw new Refused(told);
  return told;
}

export function element(tag, { text, className, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter(Boolean));
  return made;
}

export const show = (node, visible = true) => { node.hidden = !visible; };

export function title(kind, code) {
  return words[kind]?.[code] ?? String(code ?? "").replaceAll("_", " ");
}

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

export function span(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.max(0, Math.round(Math.abs(seconds)));
  const at = UNITS.findIndex(([, size]) => whole >= size);
  if (at < 0) return "0 s";
  const [unit, size] = UNITS[at];
  const first = Math.floor(whole / size);
  const next = UNITS[at + 1];
  const rest = next ? Math.floor((whole - first * size) / next[1]) : 0;
  return rest && at < 2 ? `${first} ${unit} ${rest} ${next[0]}` : `${first} ${unit}`;
}

export function until(instant, now = Date.now()) {
  const seconds = (Date.parse(instant) - now) / 1000;
  return seconds >= 0 ? `in ${span(seconds)}` : `${span(seconds)} ago`;
}

const FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const stamp = (instant) => FORMAT.format(new Date(instant));

export function time(instant, text) {
  return element("time", { datetime: instant, title: stamp(instant), text: text ?? stamp(instant) });
}

// What ends at midnight ends with the day before: "1 December, 00:00" would be read as a day more.
export function deadline(instant) {
  const at = new Date(instant);
  return time(instant, at.getHours() + at.getMinutes() + at.getSeconds() === 0 ? stamp(at - 1) : undefined);
}

// Names of the rulebook stand between backticks in sentences that are also read in a shell.
export const told = (sentence) => sentence.split("`").map((part, i) => (i % 2 ? element("code", { text: part }) : part));

export const number = (value, digits = 0) =>
  value === null || value === undefined ? "–" : value.toLocaleString(undefined, { maximumFractionDigits: digits });

export function badge(text, kind) {
  return element("span", { className: `badge ${kind}`, text });
}

const people = new Map();

// Learn whose keys stand in what is about to be shown; what cannot be learned is shown as it is.
export async function learn(...owners) {
  const keys = [...new Set(owners)].filter((o) => o?.startsWith("key:") && !people.has(o)).map((o) => o.slice(4));
  if (!keys.length) return;
  const query = new URLSearchParams(keys.slice(0, 200).map((key) => ["key", key]));
  const told = await ask(`console/names?${query}`).catch(() => ({}));
  for (const [key, label] of Object.entries(told)) people.set(`key:${key}`, label);
}

export const who = (owner) => people.get(owner) ?? owner;

const NOBODY = {
  no_reply_address: "the customer gave no address",
  automatic_mail: "a robot wrote",
  acknowledged_lately: "they had one a moment ago",
  channel_cannot_send: "this channel cannot answer",
};

// Why no acknowledgement went out: there was nobody to tell, which is as it should be, or its text was not fit to go.
export function withheld(reasons) {
  const codes = String(reasons ?? "").replace(/^withheld: /, "").split(", ").filter(Boolean);
  const nobody = codes.length > 0 && codes.every((code) => code in NOBODY);
  const why = codes.map((code) => NOBODY[code] ?? code.replaceAll("_", " ")).join(", ");
  return nobody ? { tone: "plain", badge: "no acknowledgement", why } : { tone: "bad", badge: "acknowledgement withheld", why };
}

document.querySelector("[data-find]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const reference = event.target.reference.value.trim().toUpperCase();
  if (/^[A-Z0-9]{9}$/.test(reference)) location.assign(`complaints/${reference}`);
  else event.target.reference.select();
});
