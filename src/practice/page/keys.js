// The page's keys. help.js lists them for people.

import { dialogOpen } from "./dialogs.js";
import { singleKeys } from "./settings.js";

/** Where F6 stops, region by region: the control that takes the focus. */
const STOPS = {
  people: "[aria-checked=true]",
  channels: "[tabindex='0'][aria-current], [tabindex='0']",
  bot: "button:enabled",
  home: "button, a, input",
  scroll: ".message:nth-last-child(1 of .message)",
  foot: "textarea, button",
  drawer: "button",
};
const BUTTONS = ".actions button:enabled, .accessory button:enabled, .actions a.btn, .accessory a.btn";

/** `acts` = {switcher(), help(), step(by), stepUnread(by), composer(text), escape(), menuOpen(), closeMenu()}. */
export function followKeys(acts) {
  let last = null; // the row whose buttons "b" reached last

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const held = event.ctrlKey || event.metaKey;
    if (held && event.key.toLowerCase() === "k" && !event.altKey && !dialogOpen()) acts.switcher();
    else if (dialogOpen()) return;
    else if (event.key === "F6") nextRegion(event.shiftKey ? -1 : 1);
    else if (event.altKey && !held && event.key === "ArrowDown") acts[event.shiftKey ? "stepUnread" : "step"](1);
    else if (event.altKey && !held && event.key === "ArrowUp") acts[event.shiftKey ? "stepUnread" : "step"](-1);
    else if (event.key === "Escape") acts.escape();
    else if (held || event.altKey || typing(event.target) || !single(event)) return;
    event.preventDefault();
  });

  function single(event) {
    if (!singleKeys()) return false;
    const does = {
      "/": () => acts.composer("/"),
      c: () => acts.composer(""),
      b: buttons,
      p: () => focusButtons(document.querySelector("#messages .message.pinned:has(.btn)")),
      "?": acts.help,
    }[event.key];
    if (!does) return false;
    does();
    return true;
  }

  /** The newest message with buttons; from there, each time the one before. */
  function buttons() {
    const rows = [...document.querySelectorAll("#messages .message")].filter((row) => row.querySelector(BUTTONS));
    const at = document.activeElement.closest(".message") === last ? rows.indexOf(last) : -1;
    focusButtons(rows.at(at > 0 ? at - 1 : -1));
  }

  function focusButtons(row) {
    last = row ?? null;
    const button = row?.querySelector(BUTTONS);
    button?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  function nextRegion(by) {
    const stops = Object.entries(STOPS).map(([id, stop]) => {
      const part = document.getElementById(id);
      return [part, part.querySelector(stop)];
    });
    const open = stops.filter(([, stop]) => stop?.checkVisibility());
    const at = open.findIndex(([part]) => part.contains(document.activeElement));
    open.at((at + by) % open.length)?.[1].focus();
  }
}

const typing = (node) => node.matches("input:not([type=radio], [type=checkbox]), textarea, select, [role=listbox]");
