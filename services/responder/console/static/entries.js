// A line of the ledger in words.
import { stamp, title, who, withheld } from "./page.js";

const plain = (code) => String(code ?? "").replaceAll("_", " ");
const at = stamp;

const WORDS = {
  opened: (d) => `Opened in ${title("queues", d.queue)}, playbook ${d.playbook}, ${d.severity}`,
  message: () => "The customer wrote again",
  message_edited: () => "The customer changed a message; the first words are kept",
  message_removed: () => "The customer removed a message; the words are kept",
  transferred: (d) => `Moved to ${title("queues", d.queue)}: ${d.reason ?? ""}`,
  recategorised: (d) => `Corrected to ${title("categories", d.category)}: ${d.reason ?? ""}`,
  acknowledgement_queued: () => "Acknowledgement on its way",
  acknowledgement_withheld: (d) => withheldWords(withheld((d.reasons ?? [d.reason]).join(", "))),
  acknowledged: (d) => `Acknowledged by ${plain(d.channel)}`,
  acknowledgement_failed: (d) => `The acknowledgement could not be sent: ${plain(d.reason)}`,
  acknowledgement_delivered: () => "The acknowledgement was delivered",
  replied: (d) => (d.final ? "Final answer written" : "Answer written"),
  reply_sent: () => "Answer sent",
  delivered: () => "Answer delivered",
  undelivered: (d) => `The answer did not arrive: ${plain(d.reason)}`,
  claimed: (d) => `Taken by ${d.owner ? who(d.owner) : "somebody"}`,
  released: () => "Given back to the queue",
  waiting: (d) => `Waiting for the customer until ${at(d.until)}: ${d.reason}`,
  resumed: () => "Waiting is over",
  extended: (d) => `${plain(d.clock)} moved to ${at(d.due_at ?? d.until)}: ${d.reason}`,
  rebased: (d) => Object.entries(d.clocks).map(([kind, c]) => `${plain(kind)} moved ${c.earlier ? "EARLIER, " : ""}from ${at(c.previous_due_at)} to ${at(c.due_at)}: ${c.why}`).join(". "),
  resolved: (d) => `Resolved: ${title("outcomes", d.outcome)}, because of ${title("root_causes", d.root_cause).toLowerCase()}`,
  reopened: (d) => `Opened again: ${title("reopen_reasons", d.reason)}`,
  closed: () => "Closed",
  step: (d, steps) => `Step “${steps[d.step] || plain(d.step)}”: ${plain(d.to ?? d.state)}`,
  told: (d) => `Told: ${plain(d.what)}`,
  lapsed: (d) => `Window closed: ${plain(d.clock)}`,
  at_risk: (d) => `At risk: ${plain(d.clock)}`,
  breached: (d) => `Promise broken: ${plain(d.clock)}`,
};

const withheldWords = ({ tone, why }) => (tone === "bad" ? `Acknowledgement withheld: ${why}` : `No acknowledgement: ${why}`);

// `steps` holds the titles of the playbook's steps by their codes.
export function entryWords({ kind, data }, steps = {}) {
  return WORDS[kind]?.(data, steps) ?? plain(kind);
}
