// Dialogs of the page itself: a title, what stands in it, and the way out. Escape closes, the focus stays inside.

import { h, icon } from "./dom.js";

/** Tab goes round inside the dialog, never out to the browser's own controls. */
export function keepFocus(event) {
  if (event.key !== "Tab") return;
  const stops = [
    ...event.currentTarget.querySelectorAll("a[href], button, input, textarea, select, [tabindex='0']"),
  ].filter((node) => !node.disabled && node.tabIndex >= 0 && node.checkVisibility());
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}

/** Open a dialog with this title (it may be hidden: the dialog then carries it as its label). Returns {dialog, close}. */
export function openDialog(kind, title, ...content) {
  const close = () => dialog.close();
  const dialog = h(
    `dialog.${kind}`,
    {
      "aria-label": title,
      onkeydown: keepFocus,
      onclick: (event) => event.target === dialog && close(),
      onclose: () => dialog.remove(), // the browser has given the focus back by then
    },
    h(
      "header.modal-head",
      {},
      h("h2", {}, title),
      h("button.icon-button", { type: "button", "aria-label": "Close", onclick: close }, icon("close")),
    ),
    content,
  );
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, close };
}

/** Whether any dialog is open: the page's own keys then rest. */
export const dialogOpen = () => Boolean(document.querySelector("dialog[open]"));
