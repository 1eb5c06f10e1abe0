// Where a person types: a message, or a slash command. Suggestions for commands, people and channels.

import { h, icon } from "./dom.js";
import { avatar } from "./people.js";

/**
 * `source` = {commands(), people(), channels(), recall(), placeholder()}; `send(text)` is asked on Enter and may answer
 * false to keep the text. Returns {node, input, update()}.
 */
export function makeComposer({ id, source, send }) {
  const state = { options: [], at: 0, back: 0 };
  const list = h("div.suggestions", { id: `${id}-list`, role: "listbox", "aria-label": "Suggestions", hidden: true });
  const input = h("textarea", {
    id,
    rows: "1",
    autocomplete: "off",
    spellcheck: "true",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": `${id}-list`,
    oninput: () => {
      state.back = 0;
      changed();
    },
    onkeydown: key,
    onblur: () => suggest([]),
  });
  const button = h(
    "button.send",
    { type: "button", "aria-label": "Send", title: "Send (Enter)", onclick: submit },
    icon("send"),
  );
  const node = h("div.composer", {}, list, h("div.composer-box", {}, input, button));

  function changed() {
    input.style.height = "";
    if (input.value) input.style.height = `${Math.min(input.scrollHeight, 168)}px`;
    button.disabled = !input.value.trim();
    suggest(suggestions());
  }

  function suggestions() {
    const typed = input.value.slice(0, input.selectionStart);
    if (/^\/\S*$/.test(typed))
      return source
        .commands()
        .filter((command) => command.command.startsWith(typed))
        .map((command) => ({
          text: command.command,
          hint: command.usage_hint || command.description || "",
          insert: `${command.command} `,
          from: 0,
        }));
    const match = /(?:^|\s)([@#])([\w.-]*)$/.exec(typed);
    if (!match) return [];
    const from = typed.length - match[2].length - 1;
    const starts = (named) => named.name.toLowerCase().startsWith(match[2].toLowerCase());
    const found = match[1] === "@" ? source.people().filter(starts) : source.channels().filter(starts);
    return found
      .slice(0, 8)
      .map((named) => ({
        text: match[1] + named.name,
        hint: named.real_name ?? "",
        insert: `${match[1]}${named.name} `,
        from,
        user: match[1] === "@" ? named : null,
      }));
  }

  function suggest(options) {
    state.options = options;
    state.at = 0;
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(Boolean(options.length)));
    list.replaceChildren(
      ...options.map((option, index) =>
        h(
          "div.suggestion",
          {
            id: `${id}-${index}`,
            role: "option",
            onmousedown: (event) => {
              event.preventDefault();
              take(index);
            },
          },
          option.user && avatar(option.user, "small"),
          h("b", {}, option.text),
          h("span", {}, option.hint),
        ),
      ),
    );
    mark();
  }

  function mark() {
    [...list.children].forEach((child, index) => child.setAttribute("aria-selected", String(index === state.at)));
    if (state.options.length) input.setAttribute("aria-activedescendant", `${id}-${state.at}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function take(index) {
    const option = state.options[index];
    input.setRangeText(option.insert, option.from, input.selectionStart, "end");
    changed();
  }

  function key(event) {
    const open = !list.hidden;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (open && event.key in steps) {
      state.at = (state.at + steps[event.key] + state.options.length) % state.options.length;
      mark();
    } else if (open && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) take(state.at);
    else if (open && event.key === "Escape") suggest([]);
    else if (event.key === "Enter" && !event.shiftKey) submit();
    else if (event.key === "ArrowUp" && (!input.value || state.back)) recall(1);
    else if (event.key === "ArrowDown" && state.back) recall(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Step through what was sent before, the newest first. */
  function recall(step) {
    const sent = source.recall();
    state.back = Math.max(0, Math.min(sent.length, state.back + step));
    input.value = state.back ? sent[sent.length - state.back] : "";
    const back = state.back;
    changed();
    suggest([]);
    state.back = back;
    input.setSelectionRange(input.value.length, input.value.length);
  }

  async function submit() {
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    state.back = 0;
    changed();
    if ((await send(text)) === false && !input.value) {
      input.value = text;
      changed();
    }
  }

  function update() {
    input.placeholder = source.placeholder();
    input.setAttribute("aria-label", source.placeholder());
  }

  update();
  changed();
  return { node, input, update };
}
