// The workspace's own head, who one acts as, the places that person sees, and the bot's state with its Kill button.

import { h, icon, redrawOn } from "./dom.js";
import { menuButton } from "./menu.js";
import { avatar } from "./people.js";
import { setTheme, theme, THEMES } from "./settings.js";
import { bot, channelTitle, HOME, isDirect, me, othersIn, people, visible } from "./store.js";

/** Once: the name, the colours, help, and the way to every place. */
export function drawTop(region, acts) {
  const tool = (key, label, act, face) =>
    h("button.icon-button", { type: "button", "data-key": key, title: label, "aria-label": label, onclick: act }, face);
  region.replaceChildren(
    h("img", { src: "/static/icon.svg", alt: "", width: "22", height: "22" }),
    h("b", {}, "Practice workspace"),
    menuButton(
      "button.icon-button",
      { title: "Colours", "aria-label": "Colours" },
      icon("theme"),
      "Colours",
      () => THEMES.map(([name, text]) => ({ text, checked: theme() === name, act: () => setTheme(name) })),
    ),
    tool("help", "Help and keys (?)", acts.help, icon("help")),
  );
}

/** `acts` = {actAs(id)}. */
export function drawPeople(region, store, acts) {
  const all = people(store);
  redrawOn(region, [store.me, all.map(({ id, name, real_name, hue }) => [id, name, real_name, hue])], () => [
    h("p.acting", {}, "Acting as ", h("b", {}, me(store)?.real_name || me(store)?.name || "…")),
    h(
      "div.faces",
      { role: "radiogroup", "aria-label": "Act as", onkeydown: (event) => stepPerson(event, store, acts) },
      all.map((user) =>
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
  ]);
}

function stepPerson(event, store, acts) {
  const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!move || event.altKey) return;
  event.preventDefault();
  const all = people(store);
  const next = all[(all.findIndex((user) => user.id === store.me) + move + all.length) % all.length];
  event.currentTarget.querySelectorAll("[data-key]")[all.indexOf(next)]?.focus();
  acts.actAs(next.id);
}

/** `acts` = {open(place), browse(), switcher()}. One stop for Tab: the arrows go along the places. */
export function drawChannels(region, store, acts) {
  const { mine, open, archived, direct } = visible(store);
  // What is open though one is not in it stands in the list as long as it is open.
  const looked = [...open, ...archived].filter((channel) => channel.id === store.channel);
  const rows = [
    ...(store.app.home ? [{ title: "" }, home(store)] : []),
    ...sections("Channels", [...mine, ...looked].sort(byName), store),
    { key: "browse", text: "Browse channels", icon: "plus", act: acts.browse },
    ...sections("Direct messages", direct, store),
  ];
  redrawOn(region, [store.me, store.channel, rows], () => {
    const stop = rows.some((row) => row.here) ? (row) => row.here : (row) => row.key === "browse";
    const button = h(
      "button.jump",
      { type: "button", "data-key": "jump", onclick: acts.switcher },
      icon("search"),
      h("span", {}, "Jump to…"),
      h("kbd", {}, "Ctrl K"),
    );
    const groups = [];
    for (const row of rows) {
      if (row.title !== undefined) groups.push(h("section", {}, row.title && h("h2", {}, row.title), h("ul")));
      else groups.at(-1).lastElementChild.append(item(row, stop(row), acts));
    }
    return [button, h("div.places", { onkeydown: along }, groups)];
  });
}

const byName = (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true });

function sections(title, channels, store) {
  if (!channels.length && title !== "Channels") return [];
  return [{ title }, ...channels.map((channel) => channelRow(store, channel))];
}

function channelRow(store, channel) {
  const unread = store.unread.get(channel.id);
  const direct = isDirect(channel);
  const others = direct ? othersIn(store, channel) : [];
  return {
    key: channel.id,
    text: channelTitle(store, channel),
    icon: direct ? null : channel.private ? "lock" : "hash",
    face: direct ? others[0] : null,
    faceOf: direct ? store.users.get(others[0]) : null,
    group: channel.is_mpim ? others.length : 0,
    note: [channel.private && !direct && "private", channel.archived && "archived"].filter(Boolean).join(", "),
    here: channel.id === store.channel,
    unread: Boolean(unread),
    mentions: unread?.mentions ?? 0,
    archived: channel.archived,
  };
}

const home = (store) => ({
  key: HOME,
  text: `${store.app.name} · Home`,
  face: bot(store)?.id,
  faceOf: bot(store),
  here: store.channel === HOME,
});

function item(row, tabStop, acts) {
  const classes = [row.here && "here", row.unread && "unread", row.archived && "archived", row.act && "quiet"];
  const mark = row.group
    ? h("span.avatar.small.group", { "aria-hidden": "true" }, String(row.group))
    : row.face
      ? avatar(row.faceOf, "small")
      : icon(row.icon);
  return h(
    "li",
    {},
    h(
      ["button.channel", ...classes].filter(Boolean).join("."),
      {
        type: "button",
        tabindex: tabStop ? "0" : "-1",
        "data-key": row.key,
        "aria-current": row.here ? "page" : null,
        title: row.text,
        onclick: row.act ?? (() => acts.open(row.key)),
      },
      mark,
      h("span.channel-name", {}, row.text),
      row.note && h("span.hidden", {}, ` (${row.note})`),
      row.mentions ? h("span.count", {}, String(row.mentions)) : null,
      row.unread && h("span.hidden", {}, " unread"),
    ),
  );
}

function along(event) {
  const all = [...event.currentTarget.querySelectorAll("button")];
  const at = all.indexOf(event.target);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
  if (!(event.key in steps) || event.altKey || at < 0) return;
  event.preventDefault();
  all.at(steps[event.key] % all.length).focus();
}
