// Modals (views), and the question that a confirm object asks. Both are native dialogs: the rest of the page is inert.

import { renderBlocks, textNodes } from "./blocks.js";
import { keepFocus } from "./dialogs.js";
import { h, icon, keyed } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { makeField } from "./fields.js";

const plain = (object, otherwise) => (object?.text ? withEmoji(object.text) : otherwise);

/** Ask a confirm object's question; true if the person said yes. */
export function confirm(object, people) {
  return new Promise((answer) => {
    const dialog = h(
      "dialog.confirm",
      {
        "aria-labelledby": "confirm-title",
        onkeydown: keepFocus,
        onclose: () => {
          dialog.remove();
          answer(dialog.returnValue === "yes");
        },
      },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "confirm-title" }, plain(object.title, "Are you sure?")),
        h("div.text", {}, textNodes(object.text, people)),
        h(
          "div.dialog-buttons",
          {},
          h("button.btn", { value: "no" }, plain(object.deny, "Cancel")),
          h(
            `button.btn.${object.style === "danger" ? "danger" : "primary"}`,
            { value: "yes" },
            plain(object.confirm, "Yes"),
          ),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Shows the topmost modal of the acting person. `acts` = {submit(view, values), close(view), click(view, action),
 * confirm, failed(text)}; submit answers {errors} or throws. Returns {show(view | null, depth), fault(errors)}.
 */
export function makeModals(acts) {
  let open = null; // {view, dialog, fields, signature, opener}

  function show(view, depth, people) {
    if (!view) return hide();
    const signature = JSON.stringify([view.id, view.hash, view.blocks, view.title, view.submit]);
    if (open?.signature === signature && open.me === people.me) return undefined;
    const kept = open?.view.id === view.id ? keptValues(open) : new Map();
    const dialog = open?.dialog ?? shell();
    const opener = open?.opener ?? whence(document.activeElement);
    const focused = dialog.contains(document.activeElement)
      ? (document.activeElement.closest("[data-block]")?.dataset.block ?? document.activeElement.dataset.key)
      : null;
    open = { view, dialog, signature, opener, fields: [], me: people.me };
    fill(open, depth, people);
    for (const field of open.fields) if (kept.has(keyOf(field))) field.write(kept.get(keyOf(field)));
    if (!dialog.open) dialog.showModal();
    startFocus(open, focused);
    return undefined;
  }

  function hide() {
    if (!open) return;
    const { dialog, opener } = open;
    open = null;
    dialog.remove(); // not closed first: Chromium would then leave the focused text box without a caret
    (stillThere(opener) ?? document.querySelector("#composer"))?.focus();
  }

  function shell() {
    const dialog = h("dialog.modal", {
      "aria-labelledby": "modal-title",
      onkeydown: keepFocus,
      oncancel: (event) => {
        event.preventDefault();
        acts.close(open.view);
      },
    });
    document.body.append(dialog);
    return dialog;
  }

  function fill(modal, depth, people) {
    const { view, dialog } = modal;
    const act = (action) => acts.click(view, action);
    const field = (block) => {
      const changed = (value) => block.dispatch_action && act({ action_id: block.element.action_id, value });
      const made = makeField(block, people, changed);
      modal.fields.push(made);
      return made.node;
    };
    const status = h("p.fault.form-fault", { role: "alert", hidden: true });
    const submit = view.submit && h("button.btn.primary", {}, plain(view.submit, "Submit"));
    dialog.replaceChildren(
      h(
        "form",
        {
          novalidate: true,
          onsubmit: (event) => {
            event.preventDefault();
            send(modal, status, submit);
          },
        },
        h(
          "header.modal-head",
          {},
          h("h2", { id: "modal-title" }, plain(view.title, "")),
          h(
            "button.icon-button",
            { type: "button", "aria-label": "Close", onclick: () => acts.close(view) },
            icon("close"),
          ),
        ),
        h("div.modal-body", {}, renderBlocks(view.blocks ?? [], { people, field, act, confirm: acts.confirm })),
        h(
          "footer.modal-foot",
          {},
          status,
          h(
            "button.btn",
            { type: "button", onclick: () => acts.close(view) },
            plain(view.close, depth > 1 ? "Back" : "Cancel"),
          ),
          submit,
        ),
      ),
    );
  }

  async function send(modal, status, submit) {
    if (!submit || submit.disabled) return;
    const missing = modal.fields.filter((field) => !field.block.optional && isEmpty(field.read()));
    modal.fields.forEach((field) =>
      field.fault(missing.includes(field) ? "Please complete this required field." : null),
    );
    status.hidden = true;
    if (missing.length) return missing[0].focus();
    submit.disabled = true;
    submit.classList.add("busy");
    try {
      showErrors(modal, await acts.submit(modal.view, values(modal)));
    } catch (error) {
      status.textContent = error.message;
      status.hidden = false;
    } finally {
      submit.disabled = false;
      submit.classList.remove("busy");
    }
    return undefined;
  }

  return {
    show,
    get view() {
      return open?.view ?? null;
    },
  };
}

/** What had the focus when the form came: the control, its row and its key, for the row may be drawn anew meanwhile. */
const whence = (node) => ({ node, row: node.closest("[data-row]")?.dataset.row, key: node.dataset.key });

function stillThere({ node, row, key }) {
  if (node.isConnected && node !== document.body) return node;
  const standing = row && [...document.querySelectorAll("#messages [data-row]")].find((one) => one.dataset.row === row);
  return standing ? (keyed(standing, key) ?? standing) : null;
}

const isEmpty = (value) => value === null || value === "" || (Array.isArray(value) && !value.length);
const keyOf = (field) => `${field.block.block_id}/${field.block.element?.action_id}`;
const keptValues = (modal) => new Map(modal.fields.map((field) => [keyOf(field), field.read()]));

/** What the form says now: {block_id: plain value}. An emptied field is sent as "" so that its first value is not taken. */
const values = (modal) => Object.fromEntries(modal.fields.map((field) => [field.block.block_id, field.read() ?? ""]));

function showErrors(modal, errors) {
  const faulty = modal.fields.filter((field) => {
    const text = errors?.[field.block.block_id];
    field.fault(text ?? null);
    return Boolean(text);
  });
  faulty[0]?.focus();
}

/** A fresh form starts in its first field; an updated one stays where the person was. */
function startFocus(modal, focused) {
  const field = modal.fields.find((candidate) => candidate.block.block_id === focused) ?? modal.fields[0];
  const key = [...modal.dialog.querySelectorAll("[data-key]")].find((node) => node.dataset.key === focused);
  (key ?? field ?? { focus: () => modal.dialog.querySelector(".modal-foot button:last-child")?.focus() }).focus();
  // With the caret at its end a long text would show its last lines.
  for (const area of modal.dialog.querySelectorAll("textarea")) area.scrollTop = 0;
}
