// Ctrl+K: type some letters of a place, Enter goes there.

import { openDialog } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { avatar } from "./people.js";
import { bot, channelTitle, HOME, isDirect, people, visible } from "./store.js";

const SHOWN = 40;

/** `acts` = {open(channel), home(), actAs(user)}. */
export function openSwitcher(store, acts) {
  const all = places(store, acts);
  let found = [];
  let at = 0;
  const list = h("div.finder-list", { id: "finder-list", role: "listbox", "aria-label": "Places" });
  const input = h("input.finder-input", {
    type: "text",
    placeholder: "Jump to a channel, a message, Home, or a person to act as",
    "aria-label": "Jump to",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "finder-list",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => show(),
    onkeydown: key,
  });
  const { close } = openDialog("finder", "Jump to", input, list);

  function show() {
    found = rank(all, input.value.trim().toLowerCase().replace(/^[#@]/, "")).slice(0, SHOWN);
    at = 0;
    list.replaceChildren(
      ...found.map((place, index) =>
        h(
          "div.finder-option",
          { id: `finder-${index}`, role: "option", onclick: () => take(index), onmousemove: () => mark(index) },
          place.mark(),
          h("span.finder-text", {}, place.text),
          h("small", {}, place.hint),
        ),
      ),
    );
    if (!found.length) list.append(h("p.empty", {}, "Nothing has that in its name."));
    mark(0);
  }

  function mark(index) {
    at = index;
    [...list.children].forEach((node, number) => node.setAttribute?.("aria-selected", String(number === at)));
    if (found.length) input.setAttribute("aria-activedescendant", `finder-${at}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function take(index) {
    const place = found[index];
    if (!place) return;
    close();
    place.act();
  }

  function key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      mark((at + step + found.length) % found.length);
      list.children[at].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") take(at);
    else return;
    event.preventDefault();
  }

  show();
  input.focus();
}

function places(store, acts) {
  const { mine, open, archived, direct } = visible(store);
  const channel = (hint) => (one) => ({
    text: channelTitle(store, one),
    hint: store.unread.has(one.id) ? "unread" : hint,
    weight: store.unread.has(one.id) ? 0 : 1,
    mark: () => icon(isDirect(one) ? "thread" : one.private ? "lock" : "hash"),
    act: () => acts.open(one.id),
  });
  return [
    ...mine.map(channel("channel")),
    ...direct.map(channel("direct message")),
    store.app.home && {
      text: `${store.app.name} Home`,
      hint: "app",
      weight: 1,
      mark: () => avatar(bot(store), "small"),
      act: () => acts.open(HOME),
    },
    ...open.map(channel("not joined")),
    ...people(store).map((user) => ({
      text: user.name,
      hint: user.id === store.me ? "you" : "act as",
      weight: 2,
      mark: () => avatar(user, "small"),
      act: () => acts.actAs(user.id),
    })),
    ...archived.map(channel("archived")),
  ].filter(Boolean);
}

/** What begins with the letters, then what has a word that does, then what has them anywhere; unread first. */
function rank(all, sought) {
  const score = (text) => {
    const name = text.toLowerCase();
    if (name.startsWith(sought)) return 0;
    if (name.split(/[^a-z0-9]+/).some((word) => word.startsWith(sought))) return 1;
    return name.includes(sought) ? 2 : 9;
  };
  return all
    .map((place) => ({ place, score: score(place.text) * 10 + place.weight }))
    .filter((one) => one.score < 90)
    .sort((a, b) => a.score - b.score)
    .map((one) => one.place);
}
