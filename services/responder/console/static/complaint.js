import { Refused, ask, badge, deadline, element, learn, show, span, stamp, time, title, told, until, who, withheld, words } from "./page.js";
import { entryWords } from "./entries.js";

const article = document.querySelector("[data-complaint]");
const reference = article.dataset.complaint;
const find = (name) => article.querySelector(`[data-${name}]`);
const path = `v1/complaints/${encodeURIComponent(reference)}`;

const CLOCKS = { acknowledge: "Acknowledge", first_response: "First human answer", next_update: "Next update", resolve: "Final answer" };
const EVIDENCE = { P: "primary text seen", S: "from a secondary source", M: "from memory, unverified", D: "a default of ours" };
const TONES = { running: "good", paused: "plain", met: "good", met_late: "warn", breached: "bad", cancelled: "plain" };

function fill(select, kind, first) {
  select.replaceChildren(element("option", { value: "", text: first }),
    ...Object.entries(words[kind]).map(([code, text]) => element("option", { value: code, text })));
}

async function act(action, body) {
  try {
    await ask(`${path}/${action}`, { method: "POST", body });
    await load();
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    alertOf(refused.message);
  }
}

function alertOf(text) {
  const alert = find("alert");
  alert.textContent = text;
  show(alert, Boolean(text));
  if (text) alert.scrollIntoView({ block: "nearest" });
}

function button(text, action, body, className = "") {
  const made = element("button", { text, className, type: "button" });
  made.addEventListener("click", () => act(action, body));
  return made;
}

function head(c) {
  const matter = c.subcategory ? title("subcategories", `${c.category}/${c.subcategory}`) : "";
  find("title").textContent = matter ? `${title("categories", c.category)}: ${matter}` : title("categories", c.category);
  const facts = [`received ${stamp(c.received_at)}`, `by ${c.channel.replaceAll("_", " ")}`, c.language,
    c.owner ? `with ${who(c.owner)}` : "nobody has it yet", `policy ${c.policy}`];
  if (c.reopened) facts.push(`re-opened ${c.reopened}×`);
  if (c.transfers.length) facts.push(`transferred ${c.transfers.length}×`);
  find("facts").replaceChildren(badge(c.state.replaceAll("_", " "), `state ${c.state}`), badge(c.severity, `severity ${c.severity}`),
    badge(c.priority, "plain"), badge(title("queues", c.queue), "plain"), ` ${facts.join(" · ")}`);
  const actions = [];
  if (["open", "waiting_for_customer"].includes(c.state))
    actions.push(c.owner ? button("Release", "release") : button("Claim", "claim", undefined, "primary"));
  if (c.state === "resolved") actions.push(button("Re-open: not fixed", "reopen", { reason: "not_fixed" }), button("Close", "close"));
  find("actions").replaceChildren(...actions);
}

function clock(k) {
  const running = ["running", "breached"].includes(k.state);
  const whole = (Date.parse(k.due_at) - Date.parse(k.started_at)) / 1000;
  const gone = ((k.stopped_at ? Date.parse(k.stopped_at) : Date.now()) - Date.parse(k.started_at)) / 1000;
  const tone = k.state === "running" && k.at_risk ? "warn" : TONES[k.state];
  const owed = k.state !== "cancelled";
  const said = !owed ? "not owed" : running ? until(k.due_at) : k.stopped_at ? `${k.state.replaceAll("_", " ")} after ${span(gone)}` : k.state;
  return element("div", { className: `clock ${tone}`, title: `${k.allowance} · ${k.policy} · ${k.source} · ${EVIDENCE[k.evidence] ?? k.evidence}` },
    element("p", { className: "label" }, CLOCKS[k.kind] ?? k.kind.replaceAll("_", " "), k.unverified ? badge("unverified", "warn") : null),
    element("p", { className: "figure", text: said }),
    element("progress", { max: 1, value: whole > 0 ? Math.min(1, gone / whole) : 1, "aria-label": `${CLOCKS[k.kind] ?? k.kind}: ${said}` }),
    element("p", { className: "hint" }, ...(owed ? ["due ", deadline(k.due_at)] : ["ended ", time(k.stopped_at ?? k.due_at)])), why(k));
}

function why(k) {
  const reasons = element("ul", { className: "hint" }, element("li", { text: "…" }));
  const made = element("details", { className: "why" }, element("summary", { text: "Why then?" }), reasons);
  made.addEventListener("toggle", async () => {
    if (!made.open) return;
    try {
      const explained = await ask(`${path}/clocks/${encodeURIComponent(k.kind)}/explain`);
      reasons.replaceChildren(...explained.reasons.map((reason) => element("li", {}, ...told(reason))));
    } catch (refused) { reasons.replaceChildren(element("li", { text: refused.message })); }
  });
  return made;
}

function attachment(a) {
  const size = a.size_bytes === null ? a.note : a.size_bytes < 1024 ? `${a.size_bytes} B` : `${Math.round(a.size_bytes / 1024)} KiB`;
  return element("li", { text: `${a.name} (${size ?? a.media_type})` });
}

function message(m) {
  const ours = m.direction === "outbound";
  const author = ours ? (m.by ? who(m.by) : "we") : (m.sender?.name ?? m.sender?.email ?? m.sender?.phone ?? m.sender?.handle ?? "customer");
  const made = element("li", { className: ours ? "ours" : "theirs" },
    element("p", { className: "who" }, element("strong", { text: author }), ` · ${m.channel.replaceAll("_", " ")} · `, time(m.received_at ?? m.at),
      m.edited_at ? badge("edited", "plain") : null, m.removed_at ? badge("removed by the customer", "warn") : null,
      m.automatic ? badge("automatic", "plain") : null, ours && m.state !== "sent" ? badge(m.state, m.state === "failed" ? "bad" : "plain") : null),
    m.subject ? element("p", { className: "subject", text: m.subject }) : null,
    element("p", { className: "text", text: m.text }));
  if (m.attachments?.length) made.append(element("ul", { className: "files" }, ...m.attachments.map(attachment)));
  return made;
}

function conversation(c) {
  const said = (c.messages ?? []).map(message);
  if (c.acknowledgement.text) {
    const sent = c.acknowledgement.sent_at;
    const at = said.length ? 1 : 0;
    said.splice(at, 0, element("li", { className: "ours" }, element("p", { className: "who" }, element("strong", { text: "acknowledgement" }), " · automatic · ",
      sent ? time(sent) : badge(c.acknowledgement.state, "warn")), element("p", { className: "text", text: c.acknowledgement.text })));
  } else if (c.acknowledgement.state === "withheld") {
    const { tone, badge: text, why } = withheld(c.acknowledgement.reason);
    said.push(element("li", { className: "ours" }, element("p", { className: "who" }, badge(text, tone), ` ${why}`)));
  } else if (c.acknowledgement.reason) {
    said.push(element("li", { className: "ours" }, element("p", { className: "who" }, badge(`acknowledgement ${c.acknowledgement.state}`, "bad"), ` ${c.acknowledgement.reason.replaceAll("_", " ")}`)));
  }
  if (!c.messages_available) said.unshift(element("li", { className: "theirs", text: "What was said cannot be shown: the router does not answer. It is not lost." }));
  find("messages").replaceChildren(...said);
  show(find("reply"), c.can_reply && c.state !== "closed");
}

function step(s) {
  const made = element("li", { className: s.state }, element("p", {}, element("strong", { text: s.title }), ` ${s.actor === "system" ? "· automatic" : ""}`));
  if (s.state !== "open") made.append(element("p", { className: "hint", text: [s.state, s.by === "system" ? null : (s.evidence ?? s.reason), who(s.by)].filter(Boolean).join(" · ") }));
  else {
    if (s.reason?.startsWith("withheld: ")) {
      const { tone, why } = withheld(s.reason);
      made.append(element("p", { className: "hint" }, badge("not sent", tone), ` ${why}`));
    } else if (s.reason) made.append(element("p", { className: "hint" }, badge("not sent", "bad"), ` ${s.reason.replaceAll("_", " ")}`));
    if (s.actor === "system" && !s.reason) return made; // it is taken by itself
    const form = element("form", {}, element("input", { name: "evidence", "aria-label": `Evidence for: ${s.title}`, required: s.evidence_required, placeholder: s.evidence_required ? "Evidence" : "Note (optional)" }),
      element("button", { text: "Done" }));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await ask(`${path}/steps/${encodeURIComponent(s.step)}`, { method: "PUT", body: { state: "done", evidence: form.evidence.value || null } });
        await load();
      } catch (refused) { alertOf(refused.message); }
    });
    made.append(form);
    if (s.due_at) made.append(element("p", { className: "hint" }, "by ", deadline(s.due_at)));
  }
  return made;
}

function promised(c) {
  const { terms } = c;
  if (!terms) return [element("p", { className: "hint", text: `The policy ${c.policy} has left the rulebook; the dates it gave stand.` })];
  const said = [element("p", {}, element("strong", { text: terms.title }), " ", terms.unverified ? badge("unverified", "warn") : null),
    element("p", { className: "hint", text: `${terms.source} (${EVIDENCE[terms.evidence]})` })];
  for (const note of [terms.note, terms.effective_note]) if (note) said.push(element("p", { className: "hint" }, ...told(note)));
  if (terms.pause) said.push(element("p", { className: "hint", text: `May stand still for ${terms.pause.at_most.replaceAll("_", " ")} in all: ${terms.pause.says || terms.pause.ground.replaceAll("_", " ")}` }));
  if (terms.letter === "summary_resolution") said.push(element("p", { className: "hint", text: "Ends with a summary resolution communication, if it is resolved within the window." }));
  if (terms.escalation) {
    const { body, address, post, within, unverified } = terms.escalation;
    said.push(element("p", { className: "hint" }, `The customer may turn to ${[body, address, post].filter(Boolean).join(", ")}${within ? ` within ${within}` : ""} `, unverified ? badge("unverified", "warn") : null));
  }
  return said;
}

function because(c) {
  const { because: why, rulebook } = c.decision;
  const evidence = why.evidence.map((e) => element("div", {}, element("dt", { text: e.fact.replaceAll("_", " ").replace(":", ": ") }), element("dd", {}, ...e.words.map((w) => element("q", { text: w })))));
  find("because").replaceChildren(
    element("p", {}, "Rule ", element("strong", { text: why.rule }), " of rulebook ", element("span", { text: rulebook })),
    why.facts.policy_set_aside ? element("p", { className: "hint", text: `The queue's policy counts: ${why.facts.policy_set_aside}.` }) : "",
    element("p", {}, element("code", { text: why.condition })), element("dl", { className: "evidence" }, ...evidence));
}

function entry(e, steps) {
  return element("li", {}, element("p", { className: "who" }, time(e.at), ` · ${who(e.by)}`), element("p", { text: entryWords(e, steps) }));
}

async function load() {
  const [c, ledger] = await Promise.all([ask(path), ask(`${path}/timeline`)]);
  await learn(c.owner, ...ledger.items.flatMap((e) => [e.by, e.data.owner]), ...c.steps.map((s) => s.by), ...(c.messages ?? []).map((m) => m.by));
  const steps = Object.fromEntries(c.steps.map((s) => [s.step, s.title]));
  alertOf("");
  head(c);
  find("clocks").replaceChildren(...c.clocks.map(clock));
  conversation(c);
  find("steps").replaceChildren(...c.steps.map(step));
  because(c);
  find("promised").replaceChildren(...promised(c));
  find("timeline").replaceChildren(...ledger.items.map((e) => entry(e, steps)));
  show(find("resolving"), ["open", "waiting_for_customer"].includes(c.state));
  show(find("loading"), false);
  show(find("shown"));
}

const resolving = find("resolve");
fill(resolving.outcome, "outcomes", "Choose…");
fill(resolving.root_cause, "root_causes", "Choose…");
fill(resolving.redress, "redress", "None");
resolving.addEventListener("submit", (event) => {
  event.preventDefault();
  const { outcome, root_cause, redress, summary } = resolving;
  act("resolve", { outcome: outcome.value, root_cause: root_cause.value, redress: redress.value ? [redress.value] : [], summary: summary.value || null });
});
find("reply").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  await act("replies", { text: form.text.value, final: form.final.checked });
  if (find("alert").hidden) form.reset();
});
load().catch((refused) => { show(find("loading"), false); alertOf(refused.message); });
