// Block Kit blocks as elements. Interactive elements come from elements.js, fields of forms from fields.js.

import { withEmoji } from "./emoji.js";
import { h } from "./dom.js";
import { interactive } from "./elements.js";
import { render } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** A text object (plain_text or mrkdwn) as nodes. */
export function textNodes(object, people) {
  if (!object) return [];
  return object.type === "mrkdwn"
    ? render(object.text, people)
    : [object.emoji === false ? object.text : withEmoji(object.text ?? "")];
}

/**
 * What can stand in a message. `scene` = {people, act(action), confirm(object), field(block)}; `field` is given only in a
 * modal, where input blocks are allowed.
 */
export function renderBlocks(blocks, scene) {
  return blocks.map((block) => renderBlock(block, scene));
}

const BLOCKS = {
  header: (block, { people }) => h("h3.block.header", {}, textNodes(block.text, people)),
  divider: () => h("hr.block.divider"),
  section: (block, scene) =>
    h(
      "div.block.section",
      {},
      h(
        "div.section-body",
        {},
        block.text && h("div.text", {}, textNodes(block.text, scene.people)),
        block.fields &&
          h(
            "div.fields",
            {},
            block.fields.map((field) => h("div.text.field-text", {}, textNodes(field, scene.people))),
          ),
      ),
      block.accessory && h("div.accessory", {}, interactive(block.accessory, block, scene)),
    ),
  actions: (block, scene) =>
    h(
      "div.block.actions",
      {},
      (block.elements ?? []).map((element) => interactive(element, block, scene)),
    ),
  context: (block, { people }) =>
    h(
      "div.block.context",
      {},
      (block.elements ?? []).map((element) =>
        element.type === "image" ? picture(element) : h("span.text", {}, textNodes(element, people)),
      ),
    ),
  image: (block, { people }) =>
    h("figure.block.image", {}, block.title && h("figcaption", {}, textNodes(block.title, people)), picture(block)),
  rich_text: (block, { people }) => h("div.block", {}, richText(block, people)),
  markdown: (block, { people }) => h("div.block.text", {}, render(fromMarkdown(block.text ?? ""), people)),
  table: (block, { people }) =>
    h(
      "div.block.table",
      {},
      h(
        "table",
        {},
        (block.rows ?? []).map((row, index) =>
          h(
            "tr",
            {},
            row.map((cell) => h(index ? "td" : "th", {}, cellNodes(cell, people))),
          ),
        ),
      ),
    ),
  input: (block, scene) => (scene.field ? scene.field(block) : unsupported("input outside a form")),
};

function renderBlock(block, scene) {
  return Object.hasOwn(BLOCKS, block?.type) ? BLOCKS[block.type](block, scene) : unsupported(block?.type);
}

export function unsupported(type) {
  return h("div.block.unsupported", {}, `unsupported block: ${String(type)}`);
}

/** No image is fetched: the page stays on this machine. The words that stand for it are shown. */
function picture(image) {
  return h("span.picture", { role: "img", "aria-label": image.alt_text ?? "" }, image.alt_text || "image");
}

function cellNodes(cell, people) {
  return cell?.type === "rich_text" ? richText(cell, people) : String(cell?.text ?? "");
}

/** Enough of Markdown for a message: headings and bold become bold, links become Slack's. */
function fromMarkdown(text) {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return escaped
    .replace(/^#{1,6} +(.+)$/gm, "*$1*")
    .replace(/\*\*([^*\n]+)\*\*/g, "*$1*")
    .replace(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>")
    .replace(/^[-*] /gm, "• ");
}
