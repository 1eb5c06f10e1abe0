// The list of messages: days, the line above what is new, and one row a message.

import { dayLabel, dayOf, secondsOf } from "./dates.js";
import { h } from "./dom.js";
import { author, messageRow, systemRow } from "./message.js";
import { isEphemeral, isSystem } from "./store.js";

const TOGETHER_S = 300;

/**
 * Bring a list up to date, keeping the elements of messages that did not change (and so focus, selection and open lists).
 * `scene` is that of message.js, with {pinned(ts), names, editing, newFrom, isNew(message), tools}.
 */
export function drawMessages(list, all, scene) {
  const entries = joinsTogether(all);
  const standing = new Map([...list.children].map((node) => [node.dataset.row, node]));
  const rows = [];
  let before = null;
  let divided = scene.newFrom === null;
  for (const entry of entries) {
    const { message } = entry;
    const sameDay = before && dayOf(secondsOf(before.ts)) === dayOf(secondsOf(message.ts));
    const isNew = !divided && scene.isNew(message);
    if (!sameDay) rows.push(dayRow(message, standing));
    if (isNew) rows.push(newRow(standing));
    divided ||= isNew;
    const compact = sameDay && !isNew && follows(before, message) && !scene.pinned(before.ts);
    rows.push(row(entry, compact, scene, standing));
    before = message;
  }
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  arrange(list, rows);
  if (focused && !focused.isConnected) refocus(list, focused, scene);
}

/** Put the rows into this order, moving as few as possible. */
function arrange(list, rows) {
  const staying = new Set(rows);
  for (const node of [...list.children]) if (!staying.has(node)) node.remove();
  let at = list.firstElementChild;
  for (const node of rows) {
    if (node === at) at = at.nextElementSibling;
    else list.insertBefore(node, at);
  }
}

/** The row was drawn anew: to the same control in it, or where there is none any more, to the row. */
function refocus(list, focused, scene) {
  const before = focused.closest("[data-row]");
  const same = before && [...list.children].find((node) => node.dataset.row === before.dataset.row);
  if (!same) return;
  scene.tools?.attach(same);
  const alike = (row) => [...row.querySelectorAll("[data-key]")].filter((node) => node.dataset.key === focused.dataset.key);
  (alike(same)[alike(before).indexOf(focused)] ?? alike(same)[0] ?? same).focus({ preventScroll: true });
}

function dayRow(message, standing) {
  const label = dayLabel(secondsOf(message.ts));
  return standing.get(`day-${label}`) ?? h("li.day", { "data-row": `day-${label}` }, h("span", {}, label));
}

const newRow = (standing) => standing.get("new") ?? h("li.new", { "data-row": "new" }, h("span", {}, "New"));

const follows = (before, message) =>
  author(before) === author(message) &&
  !isSystem(before) &&
  !isSystem(message) &&
  isEphemeral(before) === isEphemeral(message) &&
  secondsOf(message.ts) - secondsOf(before.ts) < TOGETHER_S;

function row(entry, compact, scene, standing) {
  const { message } = entry;
  const key = `${isEphemeral(message) ? "e" : "m"}-${message.ts}`;
  const flags = { compact, pinned: scene.pinned(message.ts), editing: scene.editing === message.ts };
  const signature = [...Object.values(flags), scene.people.me, entry.joined?.join() ?? "", scene.names].join("|");
  const old = standing.get(key);
  if (old?.message === message && old.signature === signature) return old;
  const node = isSystem(message) ? systemRow(entry, scene) : messageRow(entry, flags, scene);
  node.dataset.row = key;
  node.dataset.ts = message.ts;
  return Object.assign(node, { message, signature });
}

/** People who come in one after the other are one line: the first entry gets all of them as `joined`. */
function joinsTogether(messages) {
  const together = [];
  for (const message of messages) {
    const last = together.at(-1);
    if (message.subtype !== "channel_join" && message.subtype !== "group_join") together.push({ message });
    else if (last?.joined) last.joined.push(message.user);
    else together.push({ message, joined: [message.user] });
  }
  return together;
}
