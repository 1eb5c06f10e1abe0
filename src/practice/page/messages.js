// The list of messages: days, authors, blocks, files, reactions, and what only one person sees.

import { renderBlocks, textNodes, unsupported } from "./blocks.js";
import { clock, clockWithSeconds, dayLabel, dayOf, secondsOf } from "./dates.js";
import { h, icon } from "./dom.js";
import { emoji } from "./emoji.js";
import { render } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { isSystem, SLACKBOT } from "./store.js";

const TOGETHER_S = 300;
const QUICK = ["+1", "eyes", "white_check_mark", "pushpin"];

export const isEphemeral = (message) => Boolean(message.ephemeral || message.is_ephemeral);

/**
 * Bring a list up to date, keeping the elements of messages that did not change (and so focus, selection and open lists).
 * `scene` = {people, user(id), act(message), confirm, react, openThread, fileLink, pinned(ts), inThread}.
 */
export function drawMessages(list, all, scene) {
  const messages = joinsTogether(all);
  const standing = new Map([...list.children].map((node) => [node.dataset.row, node]));
  const rows = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    if (!before || dayOf(secondsOf(before.ts)) !== dayOf(secondsOf(message.ts))) rows.push(dayRow(message, standing));
    rows.push(row(message, follows(before, message) && !scene.pinned(before.ts), scene, standing));
  });
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.dataset.key;
  const rowKey = focused?.closest("[data-row]")?.dataset.row;
  rows.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  while (list.children.length > rows.length) list.lastElementChild.remove();
  if (focused && !focused.isConnected) refocus(list, rowKey, key);
}

function refocus(list, rowKey, key) {
  const same = [...list.children].find((node) => node.dataset.row === rowKey);
  const target = [...(same?.querySelectorAll("[data-key]") ?? [])].find((node) => node.dataset.key === key);
  (target ?? same)?.focus();
}

function dayRow(message, standing) {
  const label = dayLabel(secondsOf(message.ts));
  const old = standing.get(`day-${label}`);
  return old ?? h("li.day", { "data-row": `day-${label}` }, h("span", {}, label));
}

const author = (message) => message.user ?? message.bot_id ?? "";

function follows(before, message) {
  return (
    Boolean(before) &&
    author(before) === author(message) &&
    !isSystem(before) &&
    !isSystem(message) &&
    isEphemeral(before) === isEphemeral(message) &&
    secondsOf(message.ts) - secondsOf(before.ts) < TOGETHER_S &&
    dayOf(secondsOf(before.ts)) === dayOf(secondsOf(message.ts))
  );
}

function row(message, compact, scene, standing) {
  const key = `${isEphemeral(message) ? "e" : "m"}-${message.ts}`;
  const pinned = scene.pinned(message.ts);
  const signature = JSON.stringify([message, compact && !pinned, pinned, scene.people.me, scene.names]);
  const old = standing.get(key);
  if (old?.signature === signature) return old;
  const node = isSystem(message) ? systemRow(message, scene) : messageRow(message, compact && !pinned, pinned, scene);
  node.dataset.row = key;
  node.dataset.ts = message.ts;
  node.signature = signature;
  if (old) node.classList.add("seen");
  return node;
}

/** People who come in one after the other are one line: the first message gets all of them as `joined`. */
function joinsTogether(messages) {
  const together = [];
  for (const message of messages) {
    const last = together.at(-1);
    if (message.subtype !== "channel_join") together.push(message);
    else if (last?.joined) last.joined.push(message.user);
    else together.push({ ...message, joined: [message.user] });
  }
  return together;
}

function joined(users, scene) {
  const mentions = users.map((id) => render(`<@${id}>`, scene.people));
  const separated = mentions.flatMap((mention, index) => [
    index === 0 ? "" : index === mentions.length - 1 ? " and " : ", ",
    mention,
  ]);
  return h(
    "li.system",
    { tabindex: "-1" },
    h("span", {}, separated, users.length > 1 ? " have joined the channel" : " has joined the channel"),
  );
}

function systemRow(message, scene) {
  if (message.joined) return joined(message.joined, scene);
  const who = scene.user(message.user)?.name;
  return h(
    "li.system",
    { tabindex: "-1" },
    h(
      "span",
      {},
      who && !message.text?.includes(`<@${message.user}`) ? h("b", {}, `${who} `) : null,
      render(message.text, scene.people),
    ),
    time(message),
  );
}

function messageRow(message, compact, pinned, scene) {
  const user =
    message.user === SLACKBOT.id
      ? SLACKBOT
      : (scene.user(author(message)) ?? { name: message.username ?? author(message), is_bot: Boolean(message.bot_id) });
  const classes = ["message", compact && "compact", isEphemeral(message) && "ephemeral", pinned && "pinned"]
    .filter(Boolean)
    .join(".");
  return h(
    `li.${classes}`,
    { tabindex: "-1", "aria-label": `${user.name}, ${clock(secondsOf(message.ts))}` },
    isEphemeral(message) && !compact && h("p.note", {}, "Only visible to you"),
    pinned && h("p.note.pin-note", {}, icon("pin"), "Pinned"),
    h("div.gutter", {}, compact ? time(message) : avatar(user)),
    h(
      "div.content",
      {},
      !compact &&
        h(
          "p.byline",
          {},
          h("b.author", {}, message.username ?? user.name),
          user.is_bot && h("span.app", {}, "APP"),
          time(message),
        ),
      body(message, scene),
      files(message, scene),
      reactions(message, scene),
      thread(message, scene),
    ),
    !isEphemeral(message) && tools(message, scene),
  );
}

function time(message) {
  const epoch = secondsOf(message.ts);
  return h(
    "time.time",
    { datetime: new Date(epoch * 1000).toISOString(), title: `${dayLabel(epoch)} ${clockWithSeconds(epoch)}` },
    clock(epoch),
  );
}

function body(message, scene) {
  const act = {
    people: scene.people,
    confirm: scene.confirm,
    act: (action, control) => scene.act(message, action, control),
  };
  const blocks = [
    ...(message.blocks ?? []),
    ...(message.attachments ?? []).flatMap((attachment) => attachment.blocks ?? []),
  ];
  const texts = (message.attachments ?? [])
    .filter((attachment) => !attachment.blocks)
    .map((attachment) => attachment.text ?? attachment.fallback ?? "");
  const edited = message.edited && h("span.edited", {}, "(edited)");
  if (blocks.length) return h("div.body", {}, renderBlocks(blocks, act), message.edited && edited);
  if (!message.text && !texts.length && !message.files?.length) return h("div.body", {}, unsupported("empty message"));
  return h(
    "div.body",
    {},
    h("div.text", {}, textNodes({ type: "mrkdwn", text: message.text ?? "" }, scene.people), edited && " ", edited),
    texts.map((text) => h("blockquote", {}, textNodes({ type: "mrkdwn", text }, scene.people))),
  );
}

function files(message, scene) {
  return (message.files ?? []).map((file) =>
    h(
      "a.file",
      { href: scene.fileLink(file), download: file.name ?? file.title ?? "file" },
      icon("file"),
      h(
        "span",
        {},
        h("b", {}, file.title || file.name || file.id),
        h("small", {}, [size(file.size), "Download"].filter(Boolean).join(" · ")),
      ),
    ),
  );
}

function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 ** 2
      ? `${(bytes / 1024).toFixed(1)} kB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function reactions(message, scene) {
  if (!message.reactions?.length) return null;
  return h(
    "div.reactions",
    {},
    message.reactions.map((reaction) => {
      const mine = reaction.users.includes(scene.people.me);
      const names = reaction.users.map((id) => scene.user(id)?.name ?? id).join(", ");
      return h(
        "button.reaction",
        {
          type: "button",
          "aria-pressed": String(mine),
          "data-key": `react-${reaction.name}`,
          title: `${names} reacted with :${reaction.name}:`,
          onclick: () => scene.react(message, reaction.name, mine),
        },
        emoji(reaction.name) ?? `:${reaction.name}:`,
        " ",
        String(reaction.count ?? reaction.users.length),
      );
    }),
  );
}

function thread(message, scene) {
  const count = Number(message.reply_count) || 0;
  if (!count || scene.inThread) return null;
  return h(
    "button.thread-link",
    { type: "button", "data-key": "thread", onclick: () => scene.openThread(message.ts) },
    `${count} ${count === 1 ? "reply" : "replies"}`,
  );
}

const reacted = (message, name, scene) =>
  Boolean(message.reactions?.find((reaction) => reaction.name === name)?.users.includes(scene.people.me));

/** One stop for Tab; the arrows go along the buttons. */
function tools(message, scene) {
  const tool = (key, label, act, face) =>
    h(
      "button",
      { type: "button", tabindex: "-1", "data-key": key, title: label, "aria-label": label, onclick: act },
      face,
    );
  const buttons = QUICK.map((name) =>
    tool(
      `quick-${name}`,
      `React with ${name}`,
      () => scene.react(message, name, reacted(message, name, scene)),
      emoji(name),
    ),
  );
  if (!scene.inThread)
    buttons.push(tool("reply", "Reply in thread", () => scene.openThread(message.ts), icon("thread")));
  buttons[0].tabIndex = 0;
  const along = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
  };
  return h("div.tools", { role: "toolbar", "aria-label": "Message actions", onkeydown: along }, buttons);
}
