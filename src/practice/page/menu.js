// A menu of commands that opens from a button: role menu, with the keys that go with it.
//
// Enter, Space or ArrowDown opens; arrows, Home, End and first letters move; Escape closes only the menu and gives the
// focus back to the button.

import { h, icon } from "./dom.js";
import { place } from "./picker.js";

/**
 * Open a menu beside `button`. entries: {text, hint?, icon?, danger?, checked?, act()} or {title} for a heading, null for
 * nothing. `closed()` is told when it is gone, whatever happened.
 */
export function openMenu(button, label, entries, closed = () => {}) {
  const listed = entries.filter(Boolean);
  const items = [];
  const menu = h(
    "div.menu",
    { role: "menu", popover: "manual", "aria-label": label, onkeydown: key, onfocusout: leave },
    listed.map((entry) => (entry.title ? h("div.picker-group", { role: "presentation" }, entry.title) : item(entry))),
  );

  function item(entry) {
    const node = h(
      `button.menu-item${entry.danger ? ".danger" : ""}`,
      {
        type: "button",
        role: entry.checked === undefined ? "menuitem" : "menuitemradio",
        "aria-checked": entry.checked === undefined ? null : String(entry.checked),
        tabindex: "-1",
        onclick: () => {
          close();
          entry.act();
        },
        onmousemove: () => node.focus(),
      },
      entry.icon ? icon(entry.icon) : null,
      h("span.menu-text", {}, entry.text, entry.hint && h("small", {}, entry.hint)),
      entry.checked && h("span.tick", { "aria-hidden": "true" }, "✓"),
    );
    items.push(node);
    return node;
  }

  function close() {
    if (!menu.isConnected) return;
    const inside = menu.contains(document.activeElement);
    menu.remove();
    button.setAttribute("aria-expanded", "false");
    if (inside && button.isConnected) button.focus();
    closed();
  }

  function leave(event) {
    if (!menu.contains(event.relatedTarget)) setTimeout(() => menu.contains(document.activeElement) || close());
  }

  function key(event) {
    const at = items.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    if (event.key in steps) items.at(steps[event.key] % items.length).focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (/^\S$/.test(event.key) && !event.ctrlKey && !event.metaKey) letter(event.key.toLowerCase(), at);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }

  function letter(character, at) {
    const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    const text = (node) => node.querySelector(".menu-text").textContent.trim().toLowerCase();
    after.find((node) => text(node).startsWith(character))?.focus();
  }

  (button.closest("dialog") ?? document.body).append(menu);
  menu.showPopover();
  place(menu, button);
  button.setAttribute("aria-expanded", "true");
  items[0]?.focus();
  const outside = (event) => {
    if (!menu.isConnected) return document.removeEventListener("pointerdown", outside, true);
    if (!menu.contains(event.target) && !button.contains(event.target)) close();
    return undefined;
  };
  document.addEventListener("pointerdown", outside, true);
  return { close };
}

/** A button with a menu: `entries()` are asked for each time it opens. */
export function menuButton(selector, properties, face, label, entries) {
  let open = null;
  const button = h(
    selector,
    {
      type: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      ...properties,
      onclick: toggle,
      onkeydown: (event) => {
        if (event.key !== "ArrowDown") return;
        event.preventDefault();
        toggle();
      },
    },
    face,
  );

  function toggle() {
    if (open) return open.close();
    open = openMenu(button, label, entries(), () => {
      open = null;
    });
    return undefined;
  }

  return button;
}
