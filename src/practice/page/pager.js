// The pager: whose phone rings, for what, and whether somebody answered. It is answered in Slack, as whoever it wakes.

import { clock } from "./dates.js";
import { h, icon, redrawOn } from "./dom.js";

const STATES = { ringing: "Ringing", acknowledged: "Acknowledged", resolved: "Resolved" };
export const ringing = (store) => store.pages.filter((page) => page.state === "ringing");
const narrow = matchMedia("(max-width: 760px)"); // the panel hides the room there
const named = (page) => page.people.map((person) => person.name).join(", ") || "nobody";

/** Which began to ring since the last time, each in a sentence; on a fresh page what rings already is no news. */
export function newlyRinging(store, pages) {
  const before = new Map(store.pages.map((page) => [page.key, page.rang]));
  const fresh = pages.filter((page) => page.state === "ringing" && page.rang > (before.get(page.key) ?? 0));
  return store.pagesKnown ? fresh.map((page) => `The pager wakes ${named(page)}: ${page.summary}`) : [];
}

/** The way to the pager: a button that says how many ring. `acts` = {pager()}. */
export function pagerButton(selector, store, acts) {
  const count = ringing(store).length;
  const label = count ? `Pager: ${count} ringing` : "Pager";
  const facts = { type: "button", "data-key": "pager", "aria-label": label, title: label, onclick: acts.pager };
  return h(
    `${selector}${count ? ".ringing" : ""}`,
    { ...facts, "aria-pressed": String(store.drawer === "pager") },
    icon("bell"),
    h("span", {}, selector.startsWith("button.btn") ? label : String(count)),
  );
}

/** `acts` = {actAs(id), follow(address), close()}. */
export function makePager(acts) {
  const node = h("div.pager");
  const draw = (store) =>
    redrawOn(node, [store.pages, store.me], () =>
      store.pages.length
        ? h("ul.pages", { "aria-label": "Pages, newest first" }, store.pages.map((page) => row(page, store, acts)))
        : h("p.empty", {}, "Nobody was woken yet. At SEV1, and where nobody answers, phones ring here."),
    );
  return { node, draw };
}

function row(page, store, acts) {
  const rings = page.state === "ringing";
  const open = (event) => acts.follow(page.url) && (event.preventDefault(), narrow.matches && acts.close());
  return h(
    `li.page.${page.state}`,
    {},
    h(
      "p.page-state",
      {},
      icon("bell"),
      h("b", {}, STATES[page.state]),
      page.rang > 1 && ` · rang ${page.rang} times`,
      h("small", {}, `${clock(page.at)}${rings ? "" : `, ${page.state} ${clock(page.changed)}`}`),
    ),
    h("p.page-what", {}, page.summary),
    page.service && h("p.page-where", {}, page.service),
    h(
      "div.page-people",
      {},
      h("span", {}, rings ? "Wakes" : "Woke"),
      page.people.length ? page.people.map((person) => face(page, person, store, acts)) : "nobody",
      page.url && h("a", { href: page.url, "data-key": `open-${page.key}`, onclick: open }, "Open the room"),
    ),
    rings && h("p.hint", {}, "It is answered in Slack. Choose a name to act as them."),
  );
}

function face(page, { user, name }, store, acts) {
  if (!store.users.has(user)) return h("span", {}, name);
  const key = `${page.key}-${user}`;
  const pressed = String(store.me === user);
  return h(
    "button.btn",
    { type: "button", "data-key": key, "aria-pressed": pressed, title: `Act as ${name}`, onclick: () => acts.actAs(user) },
    name,
  );
}
