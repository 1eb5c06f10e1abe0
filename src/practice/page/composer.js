// Where a person types: a message, or a slash command. Suggestions for commands, people and channels.

import { h, icon } from "./dom.js";
import { allEmoji } from "./emoji.js";
import { pickEmoji } from "./emojipicker.js";
import { menuButton } from "./menu.js";
import { avatar } from "./people.js";

const SUGGESTED = 8;

/**
 * `source` = {commands(), shortcuts(), shortcut(callback_id), people(), channels(), recall(), placeholder()}; `send(text)`
 * is asked on Enter and may answer false to keep the text. Returns {node, input, update()}.
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
  const smile = h(
    "button.composer-tool",
    { type: "button", "aria-label": "Emoji", title: "Emoji", onclick: () => pickEmoji(smile, (name) => insert(`:${name}: `)) },
    icon("smile"),
  );
  const hint = h("p.composer-hint", { "aria-live": "polite" });
  const tools = h("div.composer-tools", {}, source.shortcut && shortcutsButton(source), smile, button);
  const node = h("div.composer", {}, list, h("div.composer-box", {}, input, tools), hint);

  function changed() {
    input.style.height = "";
    if (input.value) input.style.height = `${Math.min(input.scrollHeight, 168)}px`;
    button.disabled = !input.value.trim();
    const command = source.commands().find((one) => input.value.startsWith(`${one.command} `));
    hint.textContent = command ? [command.command, command.usage_hint].filter(Boolean).join(" ") : "";
    suggest(suggestions());
  }

  /** Put text in the place of the selection. */
  function insert(text, inside = 0) {
    input.focus();
    input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
    if (inside) input.setSelectionRange(input.selectionEnd - inside, input.selectionEnd - inside);
    changed();
  }

  /** Slack's marks around the selection, as Ctrl+B and Ctrl+I do. */
  function wrap(mark) {
    const chosen = input.value.slice(input.selectionStart, input.selectionEnd);
    insert(`${mark}${chosen}${mark}`, chosen ? 0 : 1);
  }

  function suggestions() {
    const typed = input.value.slice(0, input.selectionStart);
    if (/^\/\S*$/.test(typed))
      return source
        .commands()
        .filter((command) => command.command.startsWith(typed))
        .map((command) => ({
          text: command.command,
          hint: command.description || command.usage_hint || "",
          insert: `${command.command} `,
          from: 0,
        }));
    const short = /(?:^|\s):([a-z0-9_+-]{2,})$/.exec(typed);
    if (short) return emojiLike(short[1], typed.length - short[1].length - 1);
    const match = /(?:^|\s)([@#])([\w.-]*)$/.exec(typed);
    if (!match) return [];
    const from = typed.length - match[2].length - 1;
    const starts = (named) => named.name.toLowerCase().startsWith(match[2].toLowerCase());
    const found = match[1] === "@" ? source.people().filter(starts) : source.channels().filter(starts);
    return found
      .slice(0, SUGGESTED)
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
    const marks = { b: "*", i: "_" };
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key in marks) {
      event.preventDefault();
      return wrap(marks[event.key]);
    }
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return undefined;
    if (open && event.key in steps) {
      state.at = (state.at + steps[event.key] + state.options.length) % state.options.length;
      mark();
    } else if (open && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) take(state.at);
    else if (open && event.key === "Escape") suggest([]);
    else if (event.key === "Enter" && !event.shiftKey) submit();
    else if (event.key === "ArrowUp" && (!input.value || state.back)) recall(1);
    else if (event.key === "ArrowDown" && state.back) recall(-1);
    else return undefined;
    event.preventDefault();
    event.stopPropagation();
    return undefined;
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

/** Emoji that have the letters, those that begin with them first. */
function emojiLike(letters, from) {
  const all = Object.entries(allEmoji()).filter(([name]) => name.includes(letters));
  return all
    .sort(([a], [b]) => Number(b.startsWith(letters)) - Number(a.startsWith(letters)))
    .slice(0, SUGGESTED)
    .map(([name, character]) => ({ text: `${character} :${name}:`, hint: "", insert: `:${name}: `, from }));
}

/** The app's global shortcuts. */
function shortcutsButton(source) {
  return menuButton(
    "button.composer-tool",
    { "aria-label": "Shortcuts", title: "Shortcuts", "data-key": "shortcuts" },
    icon("bolt"),
    "Shortcuts",
    () => {
      const entries = source.shortcuts().map((one) => ({
        text: one.name,
        hint: one.description,
        icon: "bolt",
        act: () => source.shortcut(one.callback_id),
      }));
      return entries.length ? [{ title: "Shortcuts" }, ...entries] : [{ text: "The app has none", act() {} }];
    },
  );
}
