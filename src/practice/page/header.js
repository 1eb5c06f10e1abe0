// The head of a channel: name, topic, members, pins, bookmarks.

import { h, icon } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { render } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { channelOf, channelTitle, isDirect } from "./store.js";
import { redraw } from "./sidebar.js";

/** A channel's pins as ts, oldest first, whatever shape the entry has. */
export const pinnedTs = (channel) => (channel?.pins ?? []).map((pin) => pin.ts ?? pin.message?.ts ?? pin);

/** Where a channel begins: its name, and how to start for somebody who has just arrived. */
export function drawIntro(region, store) {
  const channel = channelOf(store);
  if (!channel) return redraw(region);
  const title = channelTitle(store, channel);
  const hint = channel.archived
    ? null
    : h(
        "p",
        {},
        "Type ",
        h("kbd", {}, "/"),
        " for the app's commands, ",
        h("kbd", {}, "@"),
        " for people. At the left you choose whom to act as.",
      );
  return redraw(
    region,
    h("h2", {}, icon(isDirect(channel) ? "thread" : channel.private ? "lock" : "hash"), title),
    h(
      "p",
      {},
      isDirect(channel)
        ? `Only you and ${title} see this.`
        : channel.private
          ? "This is where it begins. Only its members see this channel."
          : "This is where it begins.",
    ),
    hint,
  );
}

/** `acts` = {menu(), pins(), members(), follow(address)}; `directory` resolves ids in the topic. */
export function drawHeader(region, store, acts, directory) {
  const channel = channelOf(store);
  const menu = h(
    "button.icon-button.menu-button",
    {
      type: "button",
      "data-key": "menu",
      "aria-label": "Channels and people",
      "aria-expanded": String(document.body.classList.contains("menu-open")),
      onclick: acts.menu,
    },
    icon("menu"),
    store.unread.size > 0 && h("span.badge"),
  );
  if (!channel) return redraw(region, h("div.head-row", {}, menu, h("h1", {}, "Practice workspace")));
  const topic = typeof channel.topic === "string" ? channel.topic : channel.topic?.value;
  const pins = pinnedTs(channel).length;
  const faces = channel.members.map((id) => store.users.get(id)).filter((user) => user && !user.is_bot);
  return redraw(
    region,
    h(
      "div.head-row",
      {},
      menu,
      h(
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
      ),
      h(
        "div.head-tools",
        {},
        h(
          "button.head-tool.members",
          {
            type: "button",
            "data-key": "members",
            "aria-pressed": String(store.drawer === "members"),
            title: "Members",
            "aria-label": `${channel.members.length} members`,
            onclick: acts.members,
          },
          h(
            "span.stack",
            {},
            faces.slice(0, 3).map((user) => avatar(user, "small")),
          ),
          String(channel.members.length),
        ),
        h(
          "button.head-tool",
          {
            type: "button",
            "data-key": "pins",
            "aria-pressed": String(store.drawer === "pins"),
            "aria-label": `${pins} pinned`,
            title: "Pinned messages",
            onclick: acts.pins,
          },
          icon("pin"),
          String(pins),
        ),
      ),
    ),
    channel.bookmarks?.length
      ? h(
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
        )
      : null,
  );
}
