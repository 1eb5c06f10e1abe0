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

/** Parse a whole text: ``` blocks, then quoted lines and lists, then what stands within a line. */
export function parse(text) {
  return String(text ?? "")
    .split(/(```[\s\S]+?```)/)
    .flatMap((piece, index) =>
      piece.length > 6 && piece.startsWith("```") && piece.endsWith("```")
        ? [{ kind: "pre", children: inside(piece.slice(3, -3).replace(/^\n|\n$/g, "")) }]
        : lines(index ? piece.replace(/^[ \t]*\n?/, "") : piece),
    );
}

const QUOTED = /^(?:&gt;|>) ?(.*)$/;
const LISTED = /^( *)([•◦▪‣-]|\d{1,3}[.)]) +(\S.*)$/;

/** Lines of one kind that follow each other belong together. */
function lines(text) {
  const tree = [];
  const gathered = { kind: "plain", lines: [] };
  const turn = (kind) => {
    if (gathered.lines.length && gathered.kind !== kind) tree.push(...ended(gathered));
    if (gathered.kind !== kind) Object.assign(gathered, { kind, lines: [] });
  };
  for (const line of text.split("\n")) {
    const [quote, item] = [QUOTED.exec(line), LISTED.exec(line)];
    turn(quote ? "quote" : item ? "list" : "plain");
    gathered.lines.push(quote ? quote[1] : item ? { indent: item[1].length, marker: item[2], text: item[3] } : line);
  }
  return [...tree, ...ended(gathered)];
}

function ended({ kind, lines: gathered }) {
  if (kind === "quote") return [{ kind, children: lines(gathered.join("\n")) }];
  if (kind === "plain") return inline(gathered.join("\n"));
  return [{ kind, items: gathered.map((item) => ({ ...item, children: inline(item.text) })) }];
}

const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|(\bhttps?:\/\/[^\s<>|`]+)|:([a-z0-9_+-]+):|([*_~])/g;
const TRAILING = /(?:[.,;:!?)'"*_~]|&gt;)+$/; // of an address: belongs to the sentence

function inline(text) {
  const tree = [];
  const token = new RegExp(TOKEN);
  let from = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [whole, code, reference, address, shortcode, mark] = match;
    let end = match.index + whole.length;
    let found = null;
    if (code) found = { kind: "code", children: inside(code) };
    else if (reference) found = refer(reference);
    else if (address) [found, end] = bare(address, match.index);
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

/** An address that stands in a text without < and >: the link and where it ends. */
function bare(address, start) {
  const text = unescape(address.replace(TRAILING, ""));
  return [{ kind: "link", address: text, text }, start + address.replace(TRAILING, "").length];
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
  if (node.kind === "list") return list(node, people);
  if (TAGS[node.kind])
    return h(
      TAGS[node.kind],
      {},
      node.children.map((child) => element(child, people)),
    );
  return reference(node, people);
}

const MOST_INDENT = 4;

/** Each item wraps under its own text, not under its mark. */
function list({ items }, people) {
  return h(
    "div.marked-list",
    { role: "list" },
    items.map(({ indent, marker, children }) =>
      h(
        `div.marked-item.indent-${Math.min(MOST_INDENT, Math.ceil(indent / 2))}`,
        { role: "listitem" },
        h("span.marker", {}, `${marker === "-" ? "•" : marker} `),
        h("span", {}, children.map((child) => element(child, people))),
      ),
    ),
  );
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
