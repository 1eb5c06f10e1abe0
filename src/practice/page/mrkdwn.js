// Slack's mrkdwn, first as a tree of plain values (parse), then as elements (render).
//
// A tree is a list of strings and of {kind, children | text, ...}. Slack's three entities are undone last, so that a
// character that was escaped can never become markup.

import { slackDate } from "./dates.js";
import { emoji } from "./emoji.js";
import { h, safeLink } from "./dom.js";

const MARKS = { "*": "bold", _: "italic", "~": "strike" };
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

export const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

/** Parse a whole text: ``` blocks, then quoted lines, then what stands within a line. */
export function parse(text) {
  return String(text ?? "")
    .split(/(```[\s\S]+?```)/)
    .flatMap((piece) =>
      piece.length > 6 && piece.startsWith("```") && piece.endsWith("```")
        ? [{ kind: "pre", children: inside(piece.slice(3, -3).replace(/^\n|\n$/g, "")) }]
        : quotes(piece),
    );
}

function quotes(text) {
  const tree = [];
  let quoted = [];
  let plain = [];
  const endQuote = () => {
    if (quoted.length) tree.push({ kind: "quote", children: inline(quoted.join("\n")) });
    quoted = [];
  };
  const endPlain = () => {
    if (plain.length) tree.push(...inline(plain.join("\n")));
    plain = [];
  };
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote) {
      endPlain();
      quoted.push(quote[1]);
    } else {
      endQuote();
      plain.push(line);
    }
  }
  endQuote();
  endPlain();
  return tree;
}

const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+):|([*_~])/g;

function inline(text) {
  const tree = [];
  const token = new RegExp(TOKEN);
  let from = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [whole, code, reference, shortcode, mark] = match;
    let end = match.index + whole.length;
    let found = null;
    if (code) found = { kind: "code", children: inside(code) };
    else if (reference) found = refer(reference);
    else if (shortcode) found = emoji(shortcode);
    else [found, end] = styled(text, match.index, mark);
    if (!found) {
      token.lastIndex = match.index + 1;
      continue;
    }
    if (match.index > from) tree.push(unescape(text.slice(from, match.index)));
    tree.push(found);
    token.lastIndex = from = end;
  }
  if (from < text.length) tree.push(unescape(text.slice(from)));
  return tree;
}

/** Inside code only references count, as in Slack. */
function inside(text) {
  return text
    .split(/(<[^<>\n]+>)/)
    .filter(Boolean)
    .map((piece) => {
      const reference = /^<([^<>\n]+)>$/.exec(piece);
      return (reference && refer(reference[1])) || unescape(piece);
    });
}

/** *bold*, _italic_, ~strike~ on one line, at word edges, with no space just inside: the node and where it ends. */
function styled(text, start, mark) {
  const before = text[start - 1] ?? " ";
  if (/[\p{L}\p{N}]/u.test(before) || before === mark) return [null, start];
  for (let end = text.indexOf(mark, start + 1); end !== -1; end = text.indexOf(mark, end + 1)) {
    const body = text.slice(start + 1, end);
    if (body.includes("\n")) break;
    const after = text[end + 1] ?? " ";
    if (!body || /^\s|\s$/.test(body) || /[\p{L}\p{N}]/u.test(after) || after === mark || cutsThrough(body)) continue;
    return [{ kind: MARKS[mark], children: inline(body) }, end + 1];
  }
  return [null, start];
}

/** Whether a mark would end in the middle of `code` or of a <reference>. */
const cutsThrough = (text) => text.split("`").length % 2 === 0 || text.lastIndexOf("<") > text.lastIndexOf(">");

/** What stands between < and >, or null if it is nothing that Slack knows. */
function refer(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescape(body.slice(bar + 1));
  if (/^@[UWB]\w+$/.test(target)) return { kind: "user", id: target.slice(1), text: label };
  if (/^#[CGD]\w+$/.test(target)) return { kind: "channel", id: target.slice(1), text: label };
  const date = /^!date\^(\d+)\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date)
    return { kind: "date", epoch: Number(date[1]), format: unescape(date[2]), link: date[3] ?? null, text: label };
  const everyone = /^!(here|channel|everyone)$/.exec(target);
  if (everyone) return { kind: "everyone", text: `@${everyone[1]}` };
  if (/^!subteam\^\w+$/.test(target)) return { kind: "everyone", text: label || "@group" };
  if (/^(https?:\/\/|mailto:)/i.test(target))
    return { kind: "link", address: unescape(target), text: label || unescape(target).replace(/^mailto:/i, "") };
  return null;
}

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code", pre: "pre", quote: "blockquote" };

/**
 * Elements of a text. `people` resolves ids: {user(id), channel(id), me, openChannel(id), follow(address)}; each may
 * give null for what the reader does not know.
 */
export function render(text, people) {
  return parse(text).map((node) => element(node, people));
}

function element(node, people) {
  if (typeof node === "string") return node;
  if (TAGS[node.kind])
    return h(
      TAGS[node.kind],
      {},
      node.children.map((child) => element(child, people)),
    );
  return reference(node, people);
}

/** The element of one user, channel, date, everyone or link node (rich text uses these too). */
export function reference(node, people) {
  switch (node.kind) {
    case "user": {
      const mine = node.id === people.me;
      return h(
        mine ? "span.mention.mine" : "span.mention",
        {},
        `@${people.user(node.id)?.name ?? (node.text || node.id)}`,
      );
    }
    case "channel": {
      const channel = people.channel(node.id);
      if (!channel) return h("span.mention", {}, node.text ? `#${node.text}` : "#private channel");
      return h(
        "button.mention.link",
        { type: "button", onclick: () => people.openChannel(node.id) },
        `#${channel.name}`,
      );
    }
    case "date": {
      const time = h(
        "time",
        { datetime: new Date(node.epoch * 1000).toISOString(), title: node.text },
        slackDate(node.epoch, node.format),
      );
      return node.link && safeLink(node.link) ? h("a", { href: node.link }, time) : time;
    }
    case "everyone":
      return h("span.mention.mine", {}, node.text);
    default:
      return safeLink(node.address)
        ? h(
            "a",
            { href: node.address, onclick: (event) => people.follow(node.address) && event.preventDefault() },
            node.text,
          )
        : node.text;
  }
}
