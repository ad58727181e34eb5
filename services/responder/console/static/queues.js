import { badge, element, number, show, span, time, title, until } from "./page.js";

const body = document.querySelector("[data-queues] tbody");
const tiles = document.querySelector("[data-tiles]");
const live = document.querySelector("[data-live]");
const liveWords = document.querySelector("[data-live-words]");

const sum = (queues, figure) => queues.reduce((total, queue) => total + queue[figure], 0);

function tile(label, value, tone) {
  return element("div", { className: `tile ${value > 0 ? tone : ""}` },
    element("p", { className: "figure", text: number(value) }), element("p", { className: "label", text: label }));
}

function count(value, label, tone = "") {
  return element("td", { className: `n ${value > 0 ? tone : "zero"}`, "data-label": label, text: number(value) });
}

function kept(queue) {
  const cell = element("td", { "data-label": "Within promise" });
  if (queue.within_sla_percent === null) return element("td", { className: "zero", "data-label": "Within promise", text: "–" });
  const percent = queue.within_sla_percent;
  const tone = percent >= 95 ? "good" : percent >= 80 ? "warn" : "bad";
  cell.append(element("meter", { className: tone, min: 0, max: 100, low: 80, high: 95, optimum: 100, value: percent, "aria-label": `${percent} %` }),
    element("span", { className: "percent", text: `${number(percent, 1)} %` }));
  return cell;
}

function forecast(queue) {
  const cell = element("td", { "data-label": "First breach expected" });
  if (queue.breach_forecast_at) cell.append(badge(until(queue.breach_forecast_at), "bad"), " ", time(queue.breach_forecast_at));
  else { cell.className = "zero"; cell.textContent = "none"; }
  return cell;
}

function row(queue) {
  const link = element("a", { href: `work?queue=${encodeURIComponent(queue.queue)}`, text: title("queues", queue.queue) });
  return element("tr", { className: queue.breached ? "breached" : queue.at_risk ? "risky" : queue.open + queue.waiting ? "" : "quiet" },
    element("th", { scope: "row" }, link),
    count(queue.open, "Open"), count(queue.unassigned, "Unassigned", "warn"), count(queue.waiting, "Waiting"),
    count(queue.at_risk, "At risk", "warn"), count(queue.breached, "Breached", "bad"),
    element("td", { className: "n", "data-label": "Oldest open", text: span(queue.oldest_open_seconds) }),
    element("td", { className: "n", "data-label": "In / out per hour", text: `${number(queue.arrivals_per_hour, 1)} / ${number(queue.resolutions_per_hour, 1)}` }),
    kept(queue),
    element("td", { className: "n", "data-label": "Acknowledged p90", text: span(queue.acknowledged_p90_seconds) }),
    forecast(queue));
}

const urgency = (queue) => [queue.breached, queue.at_risk, queue.open];

function shown({ at, queues }) {
  const ordered = [...queues].sort((a, b) => {
    const [x, y] = [urgency(a), urgency(b)];
    const differs = x.findIndex((value, i) => value !== y[i]);
    return differs < 0 ? title("queues", a.queue).localeCompare(title("queues", b.queue)) : y[differs] - x[differs];
  });
  body.replaceChildren(...ordered.map(row));
  tiles.replaceChildren(
    tile("open", sum(queues, "open"), ""), tile("breached", sum(queues, "breached"), "bad"),
    tile("at risk", sum(queues, "at_risk"), "warn"), tile("with no owner", sum(queues, "unassigned"), "warn"),
    tile("waiting for the customer", sum(queues, "waiting"), ""),
    tile("acknowledgements withheld", sum(queues, "acknowledgements_withheld"), "bad"));
  show(document.querySelector("[data-empty]"), sum(queues, "open") + sum(queues, "waiting") === 0);
  live.className = "live on";
  liveWords.textContent = `Live · ${new Date(at).toLocaleTimeString()}`;
}

const stream = new EventSource("v1/queue-health/stream");
stream.addEventListener("queue_health", (event) => shown(JSON.parse(event.data)));
stream.addEventListener("error", () => {
  live.className = "live off";
  liveWords.textContent = "Connection lost, trying again…";
});
