// Who one acts as, the channels that person sees, and the bot's state with its Kill button.

import { h, icon } from "./dom.js";
import { avatar } from "./people.js";
import { channelTitle, isDirect, me, people, visible } from "./store.js";

/** Replace what a region shows; the control that had the focus gets it again (controls carry data-key). */
export function redraw(region, ...children) {
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const { key } = focused?.dataset ?? {};
  const scroll = region.scrollTop;
  region.replaceChildren(...children.flat(Infinity).filter(Boolean));
  region.scrollTop = scroll;
  if (focused && key) [...region.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key)?.focus();
}

/** `acts` = {actAs(id), open(channel), kill(), traffic()}. */
export function drawPeople(region, store, acts) {
  redraw(
    region,
    h("p.acting", {}, "Acting as ", h("b", {}, me(store)?.real_name || me(store)?.name || "…")),
    h(
      "div.faces",
      { role: "radiogroup", "aria-label": "Act as", onkeydown: (event) => step(event, store, acts) },
      people(store).map((user) =>
        h(
          "button.face",
          {
            type: "button",
            role: "radio",
            "aria-checked": String(user.id === store.me),
            tabindex: user.id === store.me ? "0" : "-1",
            "data-key": user.id,
            "aria-label": user.name,
            title: `Act as ${user.name}`,
            onclick: () => acts.actAs(user.id),
          },
          avatar(user),
          h("span", {}, user.name),
        ),
      ),
    ),
  );
}

function step(event, store, acts) {
  const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!move) return;
  event.preventDefault();
  const all = people(store);
  const next = all[(all.findIndex((user) => user.id === store.me) + move + all.length) % all.length];
  event.currentTarget.querySelectorAll("[data-key]")[all.indexOf(next)]?.focus();
  acts.actAs(next.id);
}

export function drawChannels(region, store, acts) {
  const { mine, open, archived, direct } = visible(store);
  const section = (title, channels) =>
    channels.length
      ? h(
          "section",
          {},
          h("h2", {}, title),
          h(
            "ul",
            {},
            channels.map((channel) => item(store, channel, acts)),
          ),
        )
      : null;
  redraw(
    region,
    section("Channels", mine),
    section("Direct messages", direct),
    section("Not joined", open),
    section("Archived", archived),
  );
}

function item(store, channel, acts) {
  const unread = store.unread.get(channel.id);
  const here = channel.id === store.channel;
  const classes = ["channel", here && "here", unread && "unread", channel.archived && "archived"]
    .filter(Boolean)
    .join(".");
  const mark = isDirect(channel)
    ? avatar(store.users.get(channel.members.find((id) => id !== store.me)), "small")
    : icon(channel.private ? "lock" : "hash");
  return h(
    "li",
    {},
    h(
      `button.${classes}`,
      {
        type: "button",
        "data-key": channel.id,
        "aria-current": here ? "page" : null,
        title: channelTitle(store, channel),
        onclick: () => acts.open(channel.id),
      },
      mark,
      h("span.channel-name", {}, channelTitle(store, channel)),
      channel.private && !isDirect(channel) && h("span.hidden", {}, " (private)"),
      channel.archived && h("span.hidden", {}, " (archived)"),
      unread &&
        h(
          `span.count${unread.mention ? ".mention-count" : ""}`,
          {},
          String(unread.count),
          h("span.hidden", {}, " unread"),
        ),
    ),
  );
}

export function drawBot(region, store, acts) {
  const { bot } = store;
  const up = bot.sockets > 0 && !store.killing;
  const words = store.killing
    ? "Killed, starting again…"
    : up
      ? "Bot connected"
      : bot.managed
        ? "Bot is starting…"
        : "No bot connected";
  const facts = [
    `${bot.sockets} ${bot.sockets === 1 ? "socket" : "sockets"}`,
    bot.managed && `${bot.restarts} ${bot.restarts === 1 ? "restart" : "restarts"}`,
    bot.pid && `pid ${bot.pid}`,
  ];
  redraw(
    region,
    h(`p.bot-state.${up ? "up" : "down"}`, { role: "status" }, h("span.dot"), words),
    h("p.bot-facts", {}, facts.filter(Boolean).join(" · ")),
    h(
      "div.bot-buttons",
      {},
      h(
        "button.btn.danger",
        {
          type: "button",
          "data-key": "kill",
          disabled: !bot.managed || store.killing,
          onclick: acts.kill,
          title: bot.managed
            ? "SIGKILL the bot's process at this instant, then start it again"
            : "This workspace did not start the bot, so it cannot kill it",
        },
        "Kill the bot",
      ),
      h(
        "button.btn",
        {
          type: "button",
          "data-key": "traffic",
          "aria-pressed": String(store.drawer === "traffic"),
          onclick: acts.traffic,
        },
        icon("traffic"),
        "Traffic",
      ),
    ),
  );
}
