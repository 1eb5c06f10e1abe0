// One message as a row: who said it and when, its blocks, files, reactions, thread.

import { renderBlocks, textNodes, unsupported } from "./blocks.js";
import { clock, clockWithSeconds, dayAndClock, dayLabel, secondsOf } from "./dates.js";
import { h, icon } from "./dom.js";
import { makeEditor } from "./editor.js";
import { emoji } from "./emoji.js";
import { render } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { isEphemeral, SLACKBOT } from "./store.js";

const FACES = 4;
const JUMBO = /^\s*(?::[a-z0-9_+-]+:\s*){1,5}$/; // a message of emoji alone is drawn large

export const author = (message) => message.user ?? message.bot_id ?? "";

export function authorOf(message, scene) {
  if (message.user === SLACKBOT.id) return SLACKBOT;
  const found = scene.user(author(message));
  return found ?? { name: message.username ?? author(message), is_bot: Boolean(message.bot_id) };
}

/** Only people in one after the other are one line. */
export function systemRow({ message, joined }, scene) {
  if (joined) return joinedRow(joined, message, scene);
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

function joinedRow(users, message, scene) {
  const mentions = users.map((id) => render(`<@${id}>`, scene.people));
  const separated = mentions.flatMap((mention, index) => [
    index === 0 ? "" : index === mentions.length - 1 ? " and " : ", ",
    mention,
  ]);
  const words = users.length > 1 ? " have joined the channel" : " has joined the channel";
  return h("li.system", { tabindex: "-1" }, h("span", {}, separated, words), time(message));
}

/** `flags` = {compact, pinned, editing}: follows the same author closely, hangs at the wall, is being changed. */
export function messageRow({ message }, flags, scene) {
  const user = authorOf(message, scene);
  const hidden = isEphemeral(message);
  const compact = flags.compact && !flags.pinned;
  const classes = [compact && "compact", hidden && "ephemeral", flags.pinned && "pinned", flags.editing && "editing"];
  const mine = message.text?.includes(`<@${scene.people.me}`) && message.user !== scene.people.me;
  return h(
    ["li.message", ...classes, mine && "calls"].filter(Boolean).join("."),
    { tabindex: "-1", "aria-label": `${user.name}, ${clock(secondsOf(message.ts))}${hidden ? ", only visible to you" : ""}` },
    hidden && !compact && onlyYou(message, scene),
    flags.pinned && h("p.note.pin-note", {}, icon("pin"), "Pinned"),
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
      flags.editing ? makeEditor(message, scene) : body(message, scene),
      files(message, scene),
      reactions(message, scene),
      thread(message, scene),
    ),
  );
}

function onlyYou(message, scene) {
  const away = h(
    "button.link-button",
    { type: "button", "data-key": "dismiss", onclick: () => scene.dismiss(message) },
    "Dismiss",
  );
  return h("p.note", {}, icon("eye"), "Only visible to you · ", away);
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
  const attached = message.attachments ?? [];
  const blocks = [...(message.blocks ?? []), ...attached.flatMap((attachment) => attachment.blocks ?? [])];
  const texts = attached
    .filter((attachment) => !attachment.blocks)
    .map((attachment) => attachment.text ?? attachment.fallback ?? "");
  const edited = message.edited && h("span.edited", {}, "(edited)");
  if (blocks.length) return h("div.body", {}, renderBlocks(blocks, act), edited);
  if (!message.text && !texts.length && !message.files?.length) return h("div.body", {}, unsupported("empty message"));
  return h(
    "div.body.plain",
    {},
    h(
      JUMBO.test(message.text ?? "") ? "div.text.jumbo" : "div.text",
      {},
      textNodes({ type: "mrkdwn", text: message.text ?? "" }, scene.people),
      edited && " ",
      edited,
    ),
    texts.map((text) => h("blockquote", {}, textNodes({ type: "mrkdwn", text }, scene.people))),
  );
}

function files(message, scene) {
  return (message.files ?? []).map((file) =>
    h(
      "a.file",
      { href: scene.fileLink(file), download: file.name ?? file.title ?? "file", "data-key": `file-${file.id}` },
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
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

export const reacted = (message, name, me) =>
  Boolean(message.reactions?.find((reaction) => reaction.name === name)?.users.includes(me));

function reactions(message, scene) {
  if (!message.reactions?.length) return null;
  const pills = message.reactions.map((reaction) => {
    const mine = reaction.users.includes(scene.people.me);
    const names = reaction.users.map((id) => scene.user(id)?.name ?? id).join(", ");
    const count = String(reaction.count ?? reaction.users.length);
    return h(
      "button.reaction",
      {
        type: "button",
        "aria-pressed": String(mine),
        "aria-label": `${reaction.name.replaceAll("_", " ")}, ${count}: ${names}`,
        "data-key": `react-${reaction.name}`,
        title: `${names} reacted with :${reaction.name}:`,
        onclick: () => scene.react(message, reaction.name, mine),
      },
      emoji(reaction.name) ?? `:${reaction.name}:`,
      h("span", {}, count),
    );
  });
  const more = h(
    "button.reaction.more",
    {
      type: "button",
      "aria-label": "Add reaction",
      title: "Add reaction",
      "data-key": "react-more",
      onclick: () => scene.pickReaction(message, more),
    },
    icon("smile"),
  );
  return h("div.reactions", {}, pills, more);
}

function thread(message, scene) {
  const count = Number(message.reply_count) || 0;
  if (!count || scene.inThread) return null;
  const faces = (message.reply_users ?? []).slice(0, FACES).map((id) => avatar(scene.user(id) ?? { name: id }, "small"));
  return h(
    "button.thread-link",
    { type: "button", "data-key": "thread", onclick: () => scene.openThread(message.ts) },
    h("span.faces-row", {}, faces),
    h("b", {}, `${count} ${count === 1 ? "reply" : "replies"}`),
    message.latest_reply && h("small", {}, `Last reply ${dayAndClock(secondsOf(message.latest_reply))}`),
  );
}
