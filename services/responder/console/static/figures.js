import { ask, element, number, show, span, title } from "./page.js";

const filters = document.querySelector("[data-filters]");
const table = document.querySelector("[data-figures]");
const tiles = document.querySelector("[data-tiles]");
const whose = document.querySelector("[data-whose]");
const alert = document.querySelector("[data-alert]");
const NAMES = ["from", "to", "by", "period"];
const TITLES = { queue: "queues", category: "categories" };
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const asked = new URLSearchParams(location.search);
for (const name of NAMES) if (asked.get(name)) filters[name].value = asked.get(name);

const share = (value) => (value === null ? "–" : `${number(value, 1)} %`);
const plain = (code) => String(code).replaceAll("_", " ");

// A day of the reader's own calendar; the API takes instants.
const midnight = (day) => new Date(`${day}T00:00:00`).toISOString();

function query() {
  const made = new URLSearchParams({ by: filters.by.value, zone });
  if (filters.period.value) made.set("period", filters.period.value);
  for (const name of ["from", "to"]) if (filters[name].value) made.set(name, midnight(filters[name].value));
  return made;
}

function tile(label, text, tone = "") {
  return element("div", { className: `tile ${tone}` }, element("p", { className: "figure", text }), element("p", { className: "label", text: label }));
}

const cell = (label, text, tone = "") => element("td", { className: `n ${tone}`, "data-label": label, text });

function inUnit(duration, which) {
  const value = duration[which];
  return value === null ? span(duration[`${which}_seconds`]) : `${number(value, 1)} ${plain(duration.unit)}`;
}

function kept({ percent }) {
  const made = element("td", { "data-label": "Promises kept" });
  if (percent === null) made.append("–");
  else {
    const tone = percent >= 95 ? "good" : percent >= 80 ? "warn" : "bad";
    made.append(element("meter", { className: tone, min: 0, max: 100, low: 80, high: 95, optimum: 100, value: percent, "aria-label": `${percent} %` }),
      element("span", { className: "percent", text: share(percent) }));
  }
  return made;
}

function row(one) {
  const { period, ...values } = one.group;
  const [[by, code]] = Object.entries(values);
  const name = TITLES[by] ? title(TITLES[by], code) : by === "policy" ? code : plain(code);
  const first = one.durations.first_response;
  return element("tr", {},
    element("th", { scope: "row", text: period ? `${name} · ${period}` : name }),
    cell("Received", number(one.complaints)), cell("Open", number(one.open)),
    cell("First answer p50", inUnit(first, "p50")), cell("First answer p90", inUnit(first, "p90")),
    cell("Unanswered", number(first.unanswered), first.unanswered ? "warn" : "zero"),
    cell("Resolved p90", inUnit(one.durations.resolve, "p90")),
    kept(one.promises), cell("Re-opened", share(one.reopening.percent)), cell("Moved", share(one.transfers.transferred_percent)),
    cell("Chased", share(one.chasing.chased_percent)), cell("Upheld", share(one.endings.upheld_percent)));
}

function shown({ total, groups, cohort }) {
  whose.textContent = cohort.words;
  table.querySelector("[data-by]").textContent = filters.by.selectedOptions[0].text;
  table.tBodies[0].replaceChildren(...groups.map(row));
  const missed = total.promises.missed;
  tiles.replaceChildren(
    tile("received", number(total.complaints)), tile("promises kept", share(total.promises.percent), missed ? "warn" : ""),
    tile("wait for a first answer", number(total.durations.first_response.unanswered), total.durations.first_response.unanswered ? "warn" : ""),
    tile("oldest open", span(total.backlog.age.max_seconds)), tile("longest silence", span(total.silence.max_seconds)),
    tile("re-opened in 30 days", share(total.reopening.percent)));
  show(table, groups.length > 0);
  show(document.querySelector("[data-empty]"), groups.length === 0);
}

let asking = 0;

async function load() {
  const turn = ++asking; // an answer to what is no longer wanted must not fill the page
  whose.textContent = "Counting…";
  show(alert, false);
  document.querySelector("[data-csv]").href = `v1/figures?${query()}&format=csv`;
  try {
    const told = await ask(`v1/figures?${query()}`);
    if (turn === asking) shown(told);
  } catch (refused) {
    if (turn !== asking) return;
    whose.textContent = "";
    tiles.replaceChildren(); // what was shown belongs to another question
    show(table, false);
    alert.textContent = refused.message;
    show(alert);
  }
}

filters.addEventListener("change", () => {
  history.replaceState(null, "", `figures?${new URLSearchParams([...new FormData(filters)].filter(([, value]) => value))}`);
  load();
});
filters.addEventListener("submit", (event) => event.preventDefault());
load();
