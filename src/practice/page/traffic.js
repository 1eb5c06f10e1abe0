// The inspector: each call of the bot, each delivery to it, and each refusal with the block and the limit.

import { clockWithSeconds } from "./dates.js";
import { h } from "./dom.js";

const KEPT = 500;
const FILTERS = [
  ["all", "All"],
  ["bot→slack", "Calls"],
  ["slack→bot", "Deliveries"],
  ["refused", "Refused"],
];

/** Add new entries to those the store keeps, the newest last. */
export function keep(store, entries) {
  store.traffic = [...store.traffic, ...entries].slice(-KEPT);
}

export function makeTraffic() {
  const state = { filter: "all" };
  const list = h("ol.traffic-list", { tabindex: "0", "aria-label": "Traffic, newest first" });
  const filters = h(
    "div.filters",
    { role: "group", "aria-label": "Show" },
    FILTERS.map(([value, label]) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(value === state.filter),
          "data-value": value,
          onclick: () => {
            state.filter = value;
            draw(state.store);
          },
        },
        label,
        h("span.filter-count"),
      ),
    ),
  );
  const node = h("div.traffic", {}, filters, list);

  function draw(store) {
    state.store = store;
    for (const button of filters.children) {
      button.setAttribute("aria-pressed", String(button.dataset.value === state.filter));
      const count =
        button.dataset.value === "refused" ? store.traffic.filter((entry) => shown(entry, "refused")).length : 0;
      button.lastElementChild.textContent = count ? ` ${count}` : "";
    }
    const standing = new Map([...list.children].map((row) => [row.dataset.n, row]));
    const rows = store.traffic
      .filter((entry) => shown(entry, state.filter))
      .reverse()
      .map((entry) => standing.get(String(entry.n)) ?? row(entry));
    list.replaceChildren(
      ...(rows.length ? rows : [h("li.empty", {}, "Nothing yet. Calls of the bot and what it is sent appear here.")]),
    );
  }

  return { node, draw };
}

const shown = (entry, filter) => filter === "all" || (filter === "refused" ? !entry.ok : entry.direction === filter);

function row(entry) {
  const outward = entry.direction === "bot→slack";
  const detail =
    typeof entry.detail === "string" ? entry.detail : entry.detail ? JSON.stringify(entry.detail, null, 2) : "";
  return h(
    `li.entry${entry.ok ? "" : ".refused"}`,
    { "data-n": String(entry.n) },
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h(`span.arrow.${outward ? "out" : "in"}`, { title: entry.direction }, outward ? "→" : "←"),
        h("code.name", {}, entry.name),
        h("span.verdict", {}, entry.ok ? "ok" : (entry.error ?? "refused")),
        h("time", {}, clockWithSeconds(entry.at)),
      ),
      detail && h("pre", {}, detail),
    ),
    !entry.ok && why(entry) && h("p.why", {}, why(entry)),
  );
}

/** The first words of what was wrong, so that a refusal reads without opening it. */
function why(entry) {
  const detail = entry.detail ?? {};
  if (typeof detail === "string") return detail.slice(0, 300);
  if (Array.isArray(detail.messages) && detail.messages.length) return detail.messages.join(" · ");
  return typeof detail.reason === "string" ? detail.reason.slice(0, 300) : "";
}
