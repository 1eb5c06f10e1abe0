// The head of a place: name, topic, members, pins, bookmarks; for the app its tabs.

import { h, icon, redrawOn } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { render } from "./mrkdwn.js";
import { pagerButton, ringing } from "./pager.js";
import { avatar } from "./people.js";
import { bot, channelOf, channelTitle, HOME, isDirect, pinnedTs } from "./store.js";

/** Where a channel begins: its name, and how to start for somebody who has just arrived. */
export function drawIntro(region, store) {
  const channel = channelOf(store);
  if (!channel) return redrawOn(region, null, () => []);
  const title = channelTitle(store, channel);
  const where = isDirect(channel)
    ? `Only you and ${title} see this${channel.is_mpim ? ", and the app" : ""}.`
    : channel.private
      ? "This is where it begins. Only its members see this channel."
      : "This is where it begins.";
  return redrawOn(region, [title, where, channel.archived], () => [
    h("h2", {}, icon(isDirect(channel) ? "thread" : channel.private ? "lock" : "hash"), title),
    h("p", {}, where),
    !channel.archived &&
      h(
        "p",
        {},
        "Type ",
        h("kbd", {}, "/"),
        " for the app's commands, ",
        h("kbd", {}, "@"),
        " for people. At the left you choose whom to act as. ",
        h("kbd", {}, "?"),
        " shows the keys.",
      ),
  ]);
}

/** `acts` = {menu(), pager(), pins(), members(), open(place), follow(address)}; `directory` resolves ids in the topic. */
export function drawHeader(region, store, acts, directory) {
  const channel = channelOf(store);
  const faces = (channel?.members ?? []).map((id) => store.users.get(id)).filter((user) => user && !user.is_bot);
  const menuOpen = document.body.classList.contains("menu-open");
  const called = [...store.unread.values()].some((unread) => unread.mentions);
  const facts = [store.me, store.channel, channel, faces.length, store.drawer, store.unread.size, called, menuOpen];
  const rings = ringing(store).length;
  redrawOn(region, [...facts, rings, store.app.name, talk(store)?.id], () => [
    h(
      "div.head-row",
      {},
      menuButton(store, acts, menuOpen, called),
      channel && !isAppTalk(store, channel) ? title(store, channel, directory) : appTitle(store, channel, acts),
      rings > 0 && pagerButton("button.head-tool", store, acts),
      channel && tools(store, channel, faces, acts),
    ),
    channel?.bookmarks?.length ? bookmarks(channel, acts) : null,
  ]);
}

function menuButton(store, acts, open, called) {
  return h(
    "button.icon-button.menu-button",
    {
      type: "button",
      "data-key": "menu",
      "aria-label": "Channels and people",
      "aria-expanded": String(open),
      onclick: acts.menu,
    },
    icon("menu"),
    store.unread.size > 0 && h(`span.badge${called ? ".called" : ""}`),
  );
}

function title(store, channel, directory) {
  const topic = typeof channel.topic === "string" ? channel.topic : channel.topic?.value;
  return h(
    "div.head-title",
    {},
    h(
      "h1",
      {},
      !isDirect(channel) && icon(channel.private ? "lock" : "hash"),
      h("span", {}, channelTitle(store, channel)),
      channel.archived && h("span.tag", {}, "archived"),
    ),
    topic && h("p.topic", { title: topic }, render(topic, directory)),
  );
}

/** The acting person's own talk with the app, if there is one yet. */
const talk = (store) => store.channels.find((channel) => isAppTalk(store, channel));
const isAppTalk = (store, channel) => isDirect(channel) && !channel.is_mpim && channel.user === store.me;

/** The app's two faces: its Home, and what it said to the acting person alone. */
function appTitle(store, channel, acts) {
  if (!store.me) return h("div.head-title", {}, h("h1", {}, "Practice workspace"));
  const messages = talk(store);
  const tab = (place, text) =>
    h(
      "button.tab",
      {
        type: "button",
        "data-key": `tab-${text}`,
        "aria-current": place === store.channel ? "page" : null,
        onclick: () => acts.open(place),
      },
      text,
    );
  return h(
    "div.head-title",
    {},
    h("h1", {}, avatar(bot(store), "small"), h("span", {}, channel ? channelTitle(store, channel) : store.app.name)),
    h("nav.tabs", { "aria-label": store.app.name }, store.app.home && tab(HOME, "Home"), messages && tab(messages.id, "Messages")),
  );
}

function tools(store, channel, faces, acts) {
  const pins = pinnedTs(channel).length;
  const tool = (key, label, title, act, ...face) =>
    h(
      `button.head-tool.${key}`,
      {
        type: "button",
        "data-key": key,
        "aria-pressed": String(store.drawer === key),
        title,
        "aria-label": label,
        onclick: act,
      },
      face,
    );
  const stack = h("span.stack", {}, faces.slice(0, 3).map((user) => avatar(user, "small")));
  const count = channel.members.length;
  return h(
    "div.head-tools",
    {},
    tool("members", `${count} members`, "Members", acts.members, stack, String(count)),
    tool("pins", `${pins} pinned`, "Pinned messages", acts.pins, icon("pin"), String(pins)),
  );
}

function bookmarks(channel, acts) {
  return h(
    "ul.bookmarks",
    { "aria-label": "Bookmarks" },
    channel.bookmarks.map((bookmark) =>
      h(
        "li",
        {},
        h(
          "a",
          {
            href: bookmark.link,
            "data-key": `bookmark-${bookmark.id}`,
            onclick: (event) => acts.follow(bookmark.link) && event.preventDefault(),
          },
          bookmark.emoji ? withEmoji(bookmark.emoji) : icon("link"),
          " ",
          bookmark.title,
        ),
      ),
    ),
  );
}
