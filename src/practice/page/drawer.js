// The panel at the right: traffic, the pager, a thread, pinned messages or members.

import { clock, dayLabel, secondsOf } from "./dates.js";
import { h, icon, redraw } from "./dom.js";
import { avatar } from "./people.js";
import { channelOf, pinnedTs } from "./store.js";

const TITLES = { traffic: "Traffic", pager: "Pager", thread: "Thread", pins: "Pinned messages", members: "Members" };

/** `parts` = {traffic, pager, thread} with their nodes; `acts` = {close(), jump(ts), preview(message)}. */
export function makeDrawer(region, parts, acts) {
  const body = h("div.drawer-body");
  const title = h("h2", { id: "drawer-title" });
  region.append(
    h(
      "header.drawer-head",
      {},
      title,
      h("button.icon-button", { type: "button", "aria-label": "Close panel", onclick: acts.close }, icon("close")),
    ),
    body,
  );
  region.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) acts.close();
  });
  let showing = null;

  return function draw(store) {
    region.hidden = !store.drawer;
    document.body.classList.toggle("drawer-open", Boolean(store.drawer));
    if (!store.drawer) {
      showing = null;
      return;
    }
    title.textContent = TITLES[store.drawer];
    const fixed = parts[store.drawer];
    if (fixed) {
      if (showing !== store.drawer) body.replaceChildren(fixed.node);
      fixed.draw(store);
    } else redraw(body, store.drawer === "pins" ? pins(store, acts) : members(store));
    showing = store.drawer;
  };
}

function pins(store, acts) {
  const channel = channelOf(store);
  const messages = store.messages.get(store.channel) ?? [];
  const all = pinnedTs(channel);
  if (!all.length) return h("p.empty", {}, "Nothing is pinned here.");
  return h(
    "ul.pins",
    {},
    all.map((ts) => {
      const message = messages.find((candidate) => candidate.ts === ts);
      const who = store.users.get(message?.user)?.name ?? "";
      return h(
        "li",
        {},
        h(
          "button.pin",
          { type: "button", "data-key": ts, onclick: () => acts.jump(ts) },
          h("b", {}, who),
          h("small", {}, `${dayLabel(secondsOf(ts))} ${clock(secondsOf(ts))}`),
          h("span", {}, message ? acts.preview(message) : ""),
        ),
      );
    }),
  );
}

function members(store) {
  return h(
    "ul.member-list",
    {},
    (channelOf(store)?.members ?? [])
      .map((id) => store.users.get(id))
      .filter(Boolean)
      .map((user) =>
        h(
          "li",
          {},
          avatar(user),
          h("span", {}, h("b", {}, user.name), h("small", {}, user.is_bot ? "App" : (user.real_name ?? ""))),
        ),
      ),
  );
}
