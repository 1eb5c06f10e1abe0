// "?": what this page is, and its keys.

import { openDialog } from "./dialogs.js";
import { h } from "./dom.js";
import { setSingleKeys, singleKeys } from "./settings.js";

const KEYS = [
  [
    "Go",
    [
      ["Ctrl+K", "Jump to a channel, Home, or a person to act as"],
      ["Alt+↑ Alt+↓", "Channel above, below; with Shift the next unread one"],
      ["F6", "Next part of the page; with Shift the one before"],
      ["b", "Buttons of the newest message that has some; again: of the one before"],
      ["p", "Buttons of the pinned message (an incident's card)"],
      ["Esc", "Close what is open; else mark all as read here"],
    ],
  ],
  [
    "Write",
    [
      ["/", "Begin a command in the message box"],
      ["c", "Go to the message box"],
      ["Enter", "Send; with Shift a new line"],
      ["↑ in an empty box", "What you sent before"],
      ["@ # : /", "People, channels, emoji, commands; Tab or Enter takes one"],
      ["Ctrl+B Ctrl+I", "Bold, italic"],
    ],
  ],
  [
    "On a message",
    [
      ["↑ ↓", "Message above, below"],
      ["→", "Its tools"],
      ["r t m e", "Add a reaction, reply in a thread, more actions, edit"],
    ],
  ],
];

export function openHelp() {
  const keys = KEYS.map(([title, rows]) =>
    h(
      "section",
      {},
      h("h3", {}, title),
      h(
        "dl.keys",
        {},
        rows.map(([pressed, does]) =>
          h("div", {}, h("dt", {}, pressed.includes(" in ") ? keyIn(pressed) : pressed.split(" ").map(key)), h("dd", {}, does)),
        ),
      ),
    ),
  );
  const single = h("input", {
    type: "checkbox",
    checked: singleKeys(),
    onchange: () => setSingleKeys(single.checked),
  });
  openDialog(
    "help",
    "Help",
    h(
      "div.modal-body",
      {},
      h(
        "p",
        {},
        "A Slack workspace on this machine, for trying the app and for drills. Choose at the left whom to act as: ",
        "what one person does, the others see. Nothing leaves this machine.",
      ),
      h(
        "p",
        {},
        h("b", {}, "Kill the bot"),
        " ends its process at that instant and starts it again: nothing that it acknowledged may be lost. ",
        h("b", {}, "Traffic"),
        " shows each call of the bot and each delivery to it.",
      ),
      keys,
      h("label.choice", {}, single, h("span", {}, "Single keys (b, c, p, / …) do something outside text fields")),
    ),
  );
}

const key = (name) => h("kbd", {}, name);
const keyIn = (text) => [key(text.split(" ")[0]), text.slice(text.indexOf(" "))];
