// A button that opens a list of options: selects in messages and forms.
//
// Keys: Enter, Space or an arrow opens; arrows, Home, End and the first letters move; Enter picks; Escape closes only the
// list. A long list has a field to search in. It lives beside its button, so that it also works inside a modal dialog.

import { h } from "./dom.js";

const LONG = 8;

let made = 0;

/**
 * options: [{value, text, description?, group?}]. The button shows the chosen
 * option, or the placeholder. Returns {node, button, value}; value is null until something is chosen.
 */
export function picker({
  label,
  options,
  placeholder = "Choose an option",
  value = null,
  onpick = () => {},
}) {
  const id = `picker-${(made += 1)}`;
  const state = { value, at: -1, typed: "", typedAt: 0 };
  const text = h("span.picker-text");
  const button = h(
    "button.picker-button",
    {
      type: "button",
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-controls": id,
      onclick: () => (list.matches(":popover-open") ? close() : open()),
      onkeydown: keyOnButton,
    },
    text,
  );
  const rows = options.map((option, index) => row(option, index));
  const box = h("div", { id, role: "listbox", tabindex: "-1", "aria-label": label }, grouped(options, rows));
  const search =
    options.length > LONG &&
    h("input.picker-search", {
      type: "text",
      role: "combobox",
      placeholder: "Search",
      "aria-label": `Search: ${label}`,
      "aria-expanded": "true",
      "aria-controls": id,
      autocomplete: "off",
      oninput: filter,
    });
  const list = h("div.picker-list", { popover: "manual", onkeydown: keyOnList, onfocusout: leave }, search, box);
  const focusable = search || box;
  const node = h("span.picker", {}, button, list);

  function row(option, index) {
    return h(
      "div.picker-option",
      {
        id: `${id}-${index}`,
        role: "option",
        "aria-selected": "false",
        onclick: () => pick(index),
        onmousemove: () => move(index),
      },
      h("span.picker-label", {}, option.text),
      option.description && h("span.picker-description", {}, option.description),
    );
  }

  function show() {
    const chosen = options.find((option) => option.value === state.value);
    text.textContent = chosen ? chosen.text : placeholder;
    text.classList.toggle("placeholder", !chosen || chosen.value === null);
    rows.forEach((element, index) =>
      element.setAttribute("aria-selected", String(options[index].value === state.value)),
    );
  }

  function open() {
    if (!options.length) return;
    if (search) search.value = "";
    filter();
    list.showPopover();
    place(list, button);
    button.setAttribute("aria-expanded", "true");
    move(
      Math.max(
        0,
        options.findIndex((option) => option.value === state.value),
      ),
    );
    focusable.focus();
  }

  /** Only what has the letters that were typed; headings go when a search is on. */
  function filter() {
    const sought = search ? search.value.trim().toLowerCase() : "";
    rows.forEach((element, index) => {
      element.hidden = !options[index].text.toLowerCase().includes(sought);
    });
    box.querySelectorAll(".picker-group").forEach((heading) => {
      heading.hidden = Boolean(sought);
    });
    if (sought) move(rows.findIndex((element) => !element.hidden));
  }

  function close() {
    if (!list.matches(":popover-open")) return;
    list.hidePopover();
    button.setAttribute("aria-expanded", "false");
  }

  function leave(event) {
    if (event.relatedTarget !== button && !list.contains(event.relatedTarget)) close();
  }

  /** To this option; if it is not shown, on in the direction of `step`. */
  function move(index, step = 1) {
    rows[state.at]?.classList.remove("active");
    if (index < 0 && rows.every((element) => element.hidden)) return;
    let to = (index + rows.length) % rows.length;
    while (rows[to].hidden) to = (to + step + rows.length) % rows.length;
    state.at = to;
    rows[to].classList.add("active");
    rows[to].scrollIntoView({ block: "nearest" });
    focusable.setAttribute("aria-activedescendant", rows[to].id);
  }

  function pick(index) {
    state.value = options[index].value;
    show();
    close();
    button.focus();
    onpick(state.value);
  }

  const choose = () => rows[state.at] && !rows[state.at].hidden && pick(state.at);

  function keyOnButton(event) {
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    open();
  }

  function keyOnList(event) {
    const typing = event.target === search;
    const steps = { ArrowDown: state.at + 1, ArrowUp: state.at - 1 };
    if (!typing) Object.assign(steps, { Home: 0, End: rows.length - 1 });
    if (event.key in steps) move(steps[event.key], ["ArrowUp", "End"].includes(event.key) ? -1 : 1);
    else if (event.key === "Enter" || (event.key === " " && !state.typed && !typing)) choose();
    else if (event.key === "Escape" || event.key === "Tab") {
      close();
      button.focus();
      if (event.key === "Tab") return;
    } else if (typing) {
      event.stopPropagation();
      return;
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) typeahead(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function typeahead(character) {
    const now = performance.now();
    state.typed = now - state.typedAt > 700 ? character : state.typed + character;
    state.typedAt = now;
    const sought = state.typed.toLowerCase();
    const found = options.findIndex((option) => option.text.toLowerCase().startsWith(sought));
    if (found >= 0) move(found);
  }

  show();
  return {
    node,
    button,
    get value() {
      return state.value;
    },
    set value(next) {
      state.value = next;
      show();
    },
  };
}

function grouped(options, rows) {
  return options.flatMap((option, index) =>
    option.group && option.group !== options[index - 1]?.group
      ? [h("div.picker-group", { role: "presentation" }, option.group), rows[index]]
      : [rows[index]],
  );
}

/** Below the button if there is room, else above, and never past the window's edge. */
export function place(list, button) {
  const edge = 8;
  const at = button.getBoundingClientRect();
  list.style.minWidth = `${Math.min(Math.max(at.width, 200), innerWidth - 2 * edge)}px`;
  const size = list.getBoundingClientRect();
  const below = innerHeight - at.bottom - edge;
  const up = size.height > below && at.top > below;
  list.style.maxHeight = `${Math.min(360, (up ? at.top : innerHeight - at.bottom) - 2 * edge)}px`;
  const height = Math.min(size.height, Number.parseFloat(list.style.maxHeight));
  list.style.left = `${Math.max(edge, Math.min(at.left, innerWidth - size.width - edge))}px`;
  list.style.top = `${up ? at.top - height - 4 : at.bottom + 4}px`;
}
