// Interactive elements of messages and modals: buttons, overflow menus, selects, date pickers, choices.

import { h, icon, safeLink } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { menuButton } from "./menu.js";
import { picker } from "./picker.js";

const PLAIN = (object) => withEmoji(object?.text ?? "");

/** Options of any select as {value, text, description, group}; people and channels come from the workspace. */
export function choices(element, people) {
  const flat = (options, group) =>
    (options ?? []).map((option) => ({
      value: option.value,
      text: PLAIN(option.text),
      description: option.description && PLAIN(option.description),
      group,
    }));
  if (/users_select$/.test(element.type))
    return people.everyone().map((user) => ({ value: user.id, text: `@${user.name}` }));
  if (/(conversations|channels)_select$/.test(element.type))
    return people.channels().map((channel) => ({ value: channel.id, text: `#${channel.name}` }));
  return element.option_groups
    ? element.option_groups.flatMap((group) => flat(group.options, PLAIN(group.label)))
    : flat(element.options, null);
}

/** The value that an element starts with, as a plain value. */
export function initial(element) {
  return (
    element.initial_option?.value ??
    element.initial_user ??
    element.initial_channel ??
    element.initial_conversation ??
    element.initial_date ??
    element.initial_time ??
    element.initial_date_time ??
    element.initial_value ??
    null
  );
}

const initials = (element) => (element.initial_options ?? []).map((option) => option.value);

/** One element that acts at once. `scene.act({action_id, block_id, value})` sends it; a confirm object is asked first. */
export function interactive(element, block, scene) {
  const send = async (value, control) => {
    if (element.confirm && !(await scene.confirm(element.confirm))) return;
    await scene.act({ action_id: element.action_id, block_id: block.block_id, value }, control);
  };
  switch (element.type) {
    case "button":
      return button(element, send);
    case "image":
      return h("span.picture", { role: "img", "aria-label": element.alt_text ?? "" }, element.alt_text || "image");
    case "overflow":
      return overflow(element, scene, send);
    case "static_select":
    case "external_select":
    case "users_select":
    case "conversations_select":
    case "channels_select": {
      const select = picker({
        label: PLAIN(element.placeholder) || "Choose",
        placeholder: PLAIN(element.placeholder) || "Choose an option",
        options: choices(element, scene.people),
        value: initial(element),
        onpick: (value) => send(value, select.button),
      });
      select.button.dataset.key = element.action_id;
      return select.node;
    }
    case "datepicker":
    case "timepicker":
      return h("input.moment", {
        type: element.type === "datepicker" ? "date" : "time",
        value: initial(element) ?? "",
        "aria-label": PLAIN(element.placeholder) || "When",
        "data-key": element.action_id,
        onchange: (event) => send(event.target.value, event.target),
      });
    case "radio_buttons":
    case "checkboxes":
      return choiceGroup(element, scene, send);
    default:
      return h("span.unsupported", {}, `unsupported element: ${element.type}`);
  }
}

/** A menu of actions; an option with a link opens it. */
function overflow(element, scene, send) {
  const control = menuButton(
    "button.btn.overflow",
    { "aria-label": "More actions", title: "More actions", "data-key": element.action_id },
    icon("dots"),
    "More actions",
    () => choices(element, scene.people).map((option) => ({ text: option.text, hint: option.description, act: () => chosen(option) })),
  );
  const chosen = (option) => {
    const { url } = element.options.find((one) => one.value === option.value) ?? {};
    if (url && safeLink(url)) window.open(safeLink(url), "_blank", "noopener");
    return send(option.value, control);
  };
  return control;
}

function button(element, send) {
  const style = ["primary", "danger"].includes(element.style) ? `.${element.style}` : "";
  const label = PLAIN(element.text);
  const shared = { "data-key": element.action_id, "aria-label": element.accessibility_label };
  const control = element.url
    ? h(`a.btn${style}`, { ...shared, href: element.url, onclick: () => send(element.value, control) }, label)
    : h(`button.btn${style}`, { ...shared, type: "button", onclick: () => send(element.value, control) }, label);
  return control;
}

let groups = 0;

/** Radio buttons or checkboxes; `changed` gets the value, or the list of values. `read` of the node gives the same. */
export function choiceGroup(element, scene, changed = () => {}) {
  const single = element.type === "radio_buttons";
  const name = `choice-${(groups += 1)}`;
  const chosen = new Set(single ? [initial(element)] : initials(element));
  const boxes = choices(element, scene.people).map((option) => {
    const box = h("input", {
      type: single ? "radio" : "checkbox",
      name,
      checked: chosen.has(option.value),
      onchange: () => changed(node.read(), box),
    });
    box.dataset.value = option.value;
    return h(
      "label.choice",
      {},
      box,
      h("span", {}, option.text, option.description && h("span.choice-description", {}, option.description)),
    );
  });
  const node = h("div.choices", { role: single ? "radiogroup" : "group" }, boxes);
  const inputs = () => [...node.querySelectorAll("input")];
  node.read = () => {
    const values = inputs()
      .filter((box) => box.checked)
      .map((box) => box.dataset.value);
    return single ? (values[0] ?? null) : values;
  };
  node.write = (value) =>
    inputs().forEach((box) => {
      box.checked = [value].flat().includes(box.dataset.value);
    });
  return node;
}
