import { ask, badge, element, learn, show, time, title, until, who, withheld, words } from "./page.js";

const list = document.querySelector("[data-work]");
const filters = document.querySelector("[data-filters]");
const more = document.querySelector("[data-more]");
const alert = document.querySelector("[data-alert]");
let cursor = null;

for (const [code, text] of Object.entries(words.queues)) filters.queue.append(element("option", { value: code, text }));
const asked = new URLSearchParams(location.search);
for (const name of ["queue", "state", "owner"]) if (asked.has(name)) filters[name].value = asked.get(name);

function due(item) {
  if (!item.due_at) return element("p", { className: "due done", text: "nothing owed" });
  const tone = item.breached ? "bad" : item.at_risk ? "warn" : "good";
  return element("p", { className: `due ${tone}` }, element("strong", { text: until(item.due_at) }), time(item.due_at));
}

function row(item) {
  const matter = title("subcategories", `${item.category}/${item.subcategory}`);
  const what = item.subcategory ? `${title("categories", item.category)}: ${matter}` : title("categories", item.category);
  const link = element("a", { href: `complaints/${item.reference}`, className: "reference", text: item.reference });
  return element("li", { className: item.breached ? "breached" : item.at_risk ? "risky" : "" },
    due(item),
    element("div", { className: "what" }, element("p", {}, link, badge(item.severity, `severity ${item.severity}`), badge(item.priority, "plain")),
      element("p", { className: "matter", text: what }),
      element("p", { className: "facts", text: `${title("queues", item.queue)} · ${item.channel.replaceAll("_", " ")} · ${item.language}` })),
    element("div", { className: "whose" },
      element("p", { text: item.owner ? who(item.owner) : "nobody yet", className: item.owner ? "" : "nobody" }),
      item.state === "open" ? null : badge(item.state.replaceAll("_", " "), "plain"),
      acknowledgement(item.acknowledgement)));
}

function acknowledgement({ state, reason }) {
  if (state === "failed") return badge("acknowledgement failed", "bad");
  if (state !== "withheld") return null;
  const { tone, badge: text, why } = withheld(reason);
  const made = badge(text, tone);
  made.title = why;
  return made;
}

let asking = 0;

async function load() {
  const turn = ++asking; // an answer to what is no longer wanted must not fill the list
  const query = new URLSearchParams({ limit: "50" });
  for (const name of ["queue", "state", "owner"]) if (filters[name].value) query.set(name, filters[name].value);
  if (cursor) query.set("cursor", cursor);
  try {
    const page = await ask(`v1/complaints?${query}`);
    await learn(...page.items.map((item) => item.owner));
    if (turn !== asking) return;
    list.append(...page.items.map(row));
    cursor = page.next_cursor;
    show(alert, false);
  } catch (refused) {
    if (turn !== asking) return;
    alert.textContent = refused.message;
    show(alert);
  }
  show(more, Boolean(cursor));
  show(document.querySelector("[data-empty]"), !list.children.length && alert.hidden);
}

filters.addEventListener("change", () => {
  const query = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
  history.replaceState(null, "", `work?${query}`);
  list.replaceChildren();
  cursor = null;
  load();
});
more.addEventListener("click", load);
load();
