// Changing one's own message where it stands.

import { h } from "./dom.js";
import { unescape } from "./mrkdwn.js";

/** A message's text as its author typed it: references become names again. */
export function asTyped(text, people) {
  return unescape(
    String(text ?? "")
      .replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => (people.user(id) ? `@${people.user(id).name}` : whole))
      .replace(/<#(\w+)(?:\|([^>]*))?>/g, (whole, id, name) => `#${people.channel(id)?.name ?? (name || id)}`)
      .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
      .replace(/<((?:https?:\/\/|mailto:)[^|>]+)(?:\|[^>]*)?>/g, "$1"),
  );
}

/** `scene` = {people, saveEdit(message, text), edit(null)}. */
export function makeEditor(message, scene) {
  const before = asTyped(message.text, scene.people);
  const field = h("textarea", {
    rows: "2",
    "aria-label": "Edit message",
    "data-key": "editor",
    value: before,
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") scene.edit(null);
      else if (event.key === "Enter" && !event.shiftKey) save();
      else {
        event.stopPropagation();
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    },
  });
  const save = () => (field.value.trim() === before ? scene.edit(null) : scene.saveEdit(message, field.value.trim()));
  return h(
    "div.editor",
    {},
    field,
    h(
      "div.editor-buttons",
      {},
      h("button.btn", { type: "button", onclick: () => scene.edit(null) }, "Cancel"),
      h("button.btn.primary", { type: "button", onclick: save }, "Save"),
    ),
  );
}
