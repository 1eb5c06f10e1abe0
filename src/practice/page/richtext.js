// Slack's rich_text block: sections, lists, quotes and preformatted text.

import { emoji } from "./emoji.js";
import { h } from "./dom.js";
import { reference } from "./mrkdwn.js";

export function richText(block, people) {
  return h(
    "div.rich-text",
    {},
    (block.elements ?? []).map((element) => part(element, people)),
  );
}

function part(element, people) {
  const children = () => (element.elements ?? []).map((child) => inline(child, people));
  switch (element.type) {
    case "rich_text_section":
      return h("div", {}, children());
    case "rich_text_quote":
      return h("blockquote", {}, children());
    case "rich_text_preformatted":
      return h("pre", {}, children());
    case "rich_text_list": {
      const tag = element.style === "ordered" ? "ol" : "ul";
      return h(
        `${tag}.indent-${Math.min(8, Number(element.indent) || 0)}`,
        {},
        (element.elements ?? []).map((item) => h("li", {}, part(item, people))),
      );
    }
    default:
      return h("div.unsupported", {}, `unsupported part: ${element.type}`);
  }
}

const STYLES = [
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["code", "code"],
];

function inline(child, people) {
  const styled = STYLES.filter(([style]) => child.style?.[style]).reduce(
    (inner, [, tag]) => h(tag, {}, inner),
    content(child, people),
  );
  return styled;
}

function content(child, people) {
  switch (child.type) {
    case "text":
      return child.text;
    case "emoji":
      return emoji(child.name) ?? `:${child.name}:`;
    case "link":
      return reference({ kind: "link", address: child.url, text: child.text || child.url }, people);
    case "user":
      return reference({ kind: "user", id: child.user_id, text: "" }, people);
    case "channel":
      return reference({ kind: "channel", id: child.channel_id, text: "" }, people);
    case "broadcast":
      return reference({ kind: "everyone", text: `@${child.range}` }, people);
    case "date":
      return reference(
        { kind: "date", epoch: child.timestamp, format: child.format, link: child.url, text: child.fallback ?? "" },
        people,
      );
    default:
      return `[${child.type}]`;
  }
}
