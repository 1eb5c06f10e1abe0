// The app's Home tab: what the app has published for the acting person.

import { renderBlocks } from "./blocks.js";
import { h, redrawOn } from "./dom.js";
import { makeField } from "./fields.js";

/** `acts` = {click(view, action), confirm(object), retry()}. */
export function drawHome(region, store, people, acts) {
  const view = store.home;
  const facts = view ? [view.id, view.hash, view.blocks, store.users.size] : [store.app.name];
  redrawOn(region, [store.me, facts], () => {
    if (!view) return empty(store, acts);
    const act = (action, control) => acts.click(view, action, control);
    const field = (block) =>
      makeField(block, people, (value) => block.dispatch_action && act({ action_id: block.element.action_id, value })).node;
    return h("div.home-body", {}, renderBlocks(view.blocks ?? [], { people, act, field, confirm: acts.confirm }));
  });
}

function empty(store, acts) {
  const { name } = store.app;
  return h(
    "div.home-empty",
    {},
    h("h2", {}, `${name} has nothing here yet`),
    h("p", {}, `It publishes this page when you open it. If it stays empty, ${name} may not be connected.`),
    h("button.btn", { type: "button", "data-key": "retry", onclick: acts.retry }, "Ask again"),
  );
}
