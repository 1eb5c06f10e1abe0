// Choosing an emoji: a field to search in, and a grid to walk with the arrows.

import { h } from "./dom.js";
import { allEmoji } from "./emoji.js";
import { place } from "./picker.js";

const FIRST = ["pushpin", "+1", "eyes", "white_check_mark", "fire", "tada", "raised_hands", "question"];
const COLUMNS = 8;

/** Open beside `button`; `picked(name)` gets the shortcode without colons. */
export function pickEmoji(button, picked) {
  const all = allEmoji();
  const names = [...FIRST.filter((name) => name in all), ...Object.keys(all).filter((name) => !FIRST.includes(name))];
  const search = h("input.emoji-search", {
    type: "text",
    placeholder: "Search emoji",
    "aria-label": "Search emoji",
    autocomplete: "off",
    oninput: () => show(),
  });
  const grid = h("div.emoji-grid", { role: "group", "aria-label": "Emoji" });
  const name = h("p.emoji-name", { "aria-hidden": "true" });
  const box = h(
    "div.emoji-picker",
    { popover: "manual", role: "dialog", "aria-label": "Choose an emoji", onkeydown: key, onfocusout: leave },
    search,
    grid,
    name,
  );

  function show() {
    const sought = search.value.trim().toLowerCase().replaceAll(":", "");
    const found = names.filter((one) => one.includes(sought));
    grid.replaceChildren(
      ...found.map((one) =>
        h(
          "button",
          {
            type: "button",
            tabindex: "-1",
            title: `:${one}:`,
            "aria-label": one.replaceAll("_", " "),
            onclick: () => choose(one),
            onfocus: () => name.replaceChildren(`:${one}:`),
          },
          all[one],
        ),
      ),
    );
    name.textContent = found.length ? `:${found[0]}:` : "Nothing found";
  }

  function choose(one) {
    close();
    picked(one);
  }

  function close() {
    if (!box.isConnected) return;
    const inside = box.contains(document.activeElement);
    box.remove();
    if (inside && button.isConnected) button.focus();
  }

  function leave(event) {
    if (!box.contains(event.relatedTarget)) setTimeout(() => box.contains(document.activeElement) || close());
  }

  function key(event) {
    const cells = [...grid.children];
    const at = cells.indexOf(document.activeElement);
    const typing = at < 0;
    const steps = typing
      ? { ArrowDown: 0 }
      : { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + COLUMNS, ArrowUp: at - COLUMNS };
    if (event.key in steps) (cells[Math.min(steps[event.key], cells.length - 1)] ?? search).focus();
    else if (event.key === "Enter" && typing) cells[0]?.click();
    else if (event.key === "Escape") close();
    else {
      if (event.key !== "Tab") event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  show();
  (button.closest("dialog") ?? document.body).append(box);
  box.showPopover();
  place(box, button);
  search.focus();
}
