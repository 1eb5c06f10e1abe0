// Input blocks of a modal: a label, a control, a hint, and the fault that came back for it.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { choiceGroup, choices, initial } from "./elements.js";
import { picker } from "./picker.js";

let made = 0;

/**
 * One input block as {node, read, write, fault, focus}. `read` gives the plain value (text, an option's value, a list of
 * values, null when empty); `fault(text)` shows what is wrong beside it, `fault(null)` clears it. `changed(value)` is called
 * when the person has chosen or typed something.
 */
export function makeField(block, people, changed = () => {}) {
  const id = `field-${(made += 1)}`;
  const control = makeControl(block, withEmoji(block.label?.text ?? ""), people, changed);
  const error = h("p.fault", { id: `${id}-fault`, role: "alert", hidden: true });
  const hint = block.hint && h("p.hint", { id: `${id}-hint` }, withEmoji(block.hint.text));
  const grouped = control.node.matches("[role=group], [role=radiogroup]");
  const label = h(
    grouped ? "span.label" : "label.label",
    { id: `${id}-label`, for: grouped ? null : id },
    withEmoji(block.label?.text ?? ""),
    block.optional && h("span.optional", {}, " (optional)"),
  );
  control.focusable.id = grouped ? `${id}-first` : id;
  control.node.setAttribute(grouped ? "aria-labelledby" : "data-field", grouped ? `${id}-label` : block.block_id);
  control.focusable.setAttribute("aria-describedby", [hint && `${id}-hint`, `${id}-fault`].filter(Boolean).join(" "));
  const node = h("div.field", { "data-block": block.block_id }, label, control.node, hint, error);
  return {
    node,
    block,
    read: control.read,
    write: control.write,
    fault(text) {
      error.textContent = text ?? "";
      error.hidden = !text;
      node.classList.toggle("faulty", Boolean(text));
      control.focusable.setAttribute("aria-invalid", String(Boolean(text)));
    },
    focus: () => control.focusable.focus(),
  };
}

const INPUTS = {
  plain_text_input: "text",
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
};

function makeControl(block, label, people, changed) {
  const element = block.element ?? {};
  if (element.type === "plain_text_input" && element.multiline)
    return typed(
      h("textarea", {
        ...typedProperties(element),
        rows: rowsFor(initial(element) ?? ""),
        onchange: (event) => changed(event.target.value),
      }),
    );
  if (Object.hasOwn(INPUTS, element.type))
    return typed(
      h("input", {
        type: INPUTS[element.type],
        ...typedProperties(element),
        onchange: (event) => changed(event.target.value),
      }),
    );
  if (element.type === "datetimepicker") return moment(element);
  if (["radio_buttons", "checkboxes"].includes(element.type)) return group(choiceGroup(element, { people }, changed));
  if (/^multi_.*select$/.test(element.type)) return group(multiple(element, people));
  if (/_select$/.test(element.type)) return select(block, label, people, changed);
  const node = h("div.unsupported", { tabindex: "-1" }, `unsupported input: ${String(element.type)}`);
  return { node, focusable: node, read: () => null, write: () => {} };
}

/** As many as what stands there needs, as in Slack: nobody sends what they have not seen. */
function rowsFor(text) {
  const lines = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 60)), 0);
  return String(Math.min(12, Math.max(4, lines + 1)));
}

function typedProperties(element) {
  return {
    value: initial(element) ?? "",
    autocomplete: "off",
    placeholder: element.placeholder && withEmoji(element.placeholder.text),
    maxlength: element.max_length,
    min: element.min_value,
    max: element.max_value,
    step: element.is_decimal_allowed ? "any" : null,
  };
}

function typed(node) {
  return {
    node,
    focusable: node,
    read: () => node.value || null,
    write: (value) => {
      node.value = value ?? "";
    },
  };
}

/** A moment is epoch seconds in Slack, and local time in the control. */
function moment(element) {
  const local = (epoch) =>
    new Date((epoch - new Date(epoch * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16);
  const node = h("input", {
    type: "datetime-local",
    value: element.initial_date_time ? local(element.initial_date_time) : "",
  });
  return {
    node,
    focusable: node,
    read: () => (node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null),
    write: (value) => {
      node.value = value ? local(value) : "";
    },
  };
}

function group(node) {
  return { node, focusable: node.querySelector("input") ?? node, read: node.read, write: node.write };
}

function multiple(element, people) {
  const started =
    element.initial_users ??
    element.initial_channels ??
    element.initial_conversations ??
    (element.initial_options ?? []).map((option) => option.value);
  const options = choices(element, people).map((option) => ({
    value: option.value,
    text: { text: option.text },
    description: option.description && { text: option.description },
  }));
  return choiceGroup({ type: "checkboxes", options, initial_options: started.map((value) => ({ value })) }, { people });
}

/** An optional choice can be taken back: its first line is the placeholder. */
function select({ element, optional }, label, people, changed) {
  const placeholder = withEmoji(element.placeholder?.text ?? "Choose an option");
  const options = [...(optional ? [{ value: null, text: placeholder }] : []), ...choices(element, people)];
  const made = picker({ label, options, value: initial(element), placeholder, onpick: changed });
  return {
    node: made.node,
    focusable: made.button,
    read: () => made.value,
    write: (value) => {
      made.value = value;
    },
  };
}
