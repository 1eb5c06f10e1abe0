// The tools of the message under the pointer or with the focus: quick reactions, thread, and everything else.

import { h, icon } from "./dom.js";
import { emoji } from "./emoji.js";
import { pickEmoji } from "./emojipicker.js";
import { reacted } from "./message.js";
import { menuButton } from "./menu.js";
import { isEphemeral, isSystem } from "./store.js";

const QUICK = ["pushpin", "+1", "eyes"];

/**
 * One toolbar for a whole list: it stands in the row that was pointed at last. `acts` = {react, openThread, edit, remove,
 * markUnread, copyLink, shortcuts() → [{name, callback_id}], shortcut(callback_id, message), me()}; `row.message` is the
 * message of a row.
 */
export function makeToolbar(list, acts, inThread = false) {
  let standing = null; // {row, node}

  function attach(row) {
    if (!row?.message || standing?.row === row || isSystem(row.message) || isEphemeral(row.message)) return;
    if (standing?.node.querySelector("[aria-expanded=true]") && standing.row.isConnected) return;
    standing?.node.remove();
    standing = { row, node: build(row.message) };
    row.append(standing.node);
  }

  function build(message) {
    const tool = (key, label, act, face) =>
      h("button", { type: "button", tabindex: "-1", "data-key": key, title: label, "aria-label": label, onclick: act }, face);
    const buttons = QUICK.map((name) =>
      tool(
        `quick-${name}`,
        `React with ${name}`,
        () => acts.react(message, name, reacted(message, name, acts.me())),
        emoji(name),
      ),
    );
    const smile = tool("react", "Add reaction", () => pickReaction(message, smile), icon("smile"));
    buttons.push(smile);
    if (!inThread) buttons.push(tool("reply", "Reply in thread", () => acts.openThread(message.ts), icon("thread")));
    buttons.push(
      menuButton(
        "button",
        { tabindex: "-1", "data-key": "more", title: "More actions", "aria-label": "More actions" },
        icon("dots"),
        "More actions",
        () => entries(message),
      ),
    );
    buttons[0].tabIndex = 0;
    const along = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length).focus();
    };
    return h("div.tools", { role: "toolbar", "aria-label": "Message actions", onkeydown: along }, buttons);
  }

  function pickReaction(message, button) {
    pickEmoji(button, (name) => reacted(message, name, acts.me()) || acts.react(message, name, false));
  }

  function entries(message) {
    const mine = message.user === acts.me() && !message.bot_id;
    const shortcuts = acts.shortcuts();
    return [
      shortcuts.length > 0 && { title: "Shortcuts" },
      ...shortcuts.map((one) => ({
        text: one.name,
        hint: one.description,
        icon: "bolt",
        act: () => acts.shortcut(one.callback_id, message),
      })),
      { title: "Message" },
      !inThread && { text: "Mark unread from here", icon: "unread", act: () => acts.markUnread(message) },
      { text: "Copy link", icon: "link", act: () => acts.copyLink(message) },
      mine && { text: "Edit message", icon: "edit", act: () => acts.edit(message.ts) },
      mine && { text: "Delete message…", icon: "trash", danger: true, act: () => acts.remove(message) },
    ];
  }

  const rowOf = (target) => target.closest?.("[data-row]");
  list.addEventListener("pointerover", (event) => attach(rowOf(event.target)));
  list.addEventListener("focusin", (event) => attach(rowOf(event.target)));

  /** What one key does with the message that has the focus: the rest of the keys stay what they are. */
  list.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (event.target !== row || event.ctrlKey || event.metaKey || event.altKey) return;
    const { message } = row;
    const near = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling }[event.key];
    if (near !== undefined) walk(near, event.key);
    else if (event.key === "ArrowRight") (attach(row), standing?.node.querySelector("button")?.focus());
    else if (!message || isSystem(message)) return;
    else if (event.key === "t" && !inThread) acts.openThread(message.ts);
    else if (event.key === "e" && message.user === acts.me()) acts.edit(message.ts);
    else if (event.key === "r") (attach(row), row.querySelector("[data-key=react]")?.click());
    else if (event.key === "m") (attach(row), row.querySelector("[data-key=more]")?.click());
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function walk(row, key) {
    let next = row;
    while (next && !next.matches("[tabindex]"))
      next = key === "ArrowUp" ? next.previousElementSibling : next.nextElementSibling;
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  return { attach, pickReaction };
}
