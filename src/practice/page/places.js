// Where one is: the acting person and the channel, kept in the address (#/alice/triage) so that the browser's own
// back, forward and reload work.

import { channelOf, HOME, me, people, visible } from "./store.js";
import { lastRead, markRead } from "./unread.js";

/** `tools` = {want(...names), draw(), input: the message box, openHome()}. `store.jump` is a ts to show once it is there. */
export function makePlaces(store, { want, draw, input, openHome }) {
  const drafts = new Map();

  /** Keep the person and channel if they still stand, else take those of the address, else the first. */
  function settle() {
    const [, name, channelName] = decodeURIComponent(location.hash).split("/");
    const everyone = people(store);
    const known = name || localStorage.getItem("practice.me");
    const person = store.users.get(store.me) ?? everyone.find((user) => user.name === known) ?? everyone[0];
    if (person && person.id !== store.me) {
      become(person.id);
      want("everything", "views");
    }
    const { mine, open: others, archived, direct } = visible(store);
    const all = [...mine, ...direct, ...others, ...archived];
    if (!store.channel && location.search) return followQuery(all);
    if (store.channel === HOME || all.some((channel) => channel.id === store.channel)) return undefined;
    if (channelName === HOME) return go(store.me, HOME);
    const wanted = all.find((channel) => (channel.name || channel.id) === channelName);
    return go(store.me, (wanted ?? mine.find((channel) => channel.name === "triage") ?? all[0])?.id ?? null);
  }

  function become(user) {
    Object.assign(store, { me: user, messages: new Map(), unread: new Map(), modals: [], home: null });
    store.partial.clear();
  }

  /** A permalink that was opened outside this page arrives as ?channel=&ts=. */
  function followQuery(channels) {
    const asked = new URLSearchParams(location.search);
    history.replaceState(null, "", "/");
    const channel = channels.find((one) => one.id === asked.get("channel"));
    if (!channel) return settle();
    store.jump = asked.get("ts");
    return go(store.me, channel.id);
  }

  function go(user, channel) {
    drafts.set(`${store.me}/${store.channel}`, input.value);
    const changed = user !== store.me;
    const moved = changed || channel !== store.channel;
    if (moved) {
      Object.assign(store, { thread: null, replies: [], editing: null });
      if (store.drawer === "thread" || (!["traffic", "pager"].includes(store.drawer) && channel === HOME)) store.drawer = null;
    }
    if (changed) become(user);
    store.channel = channel;
    localStorage.setItem("practice.me", me(store)?.name ?? "");
    input.value = drafts.get(`${user}/${channel}`) ?? "";
    input.dispatchEvent(new Event("input"));
    if (moved && channel) store.newFrom = lastRead(store, channel);
    const messages = store.messages.get(channel);
    if (messages) markRead(store, channel, messages.at(-1)?.ts);
    const address = `#/${me(store)?.name}/${channelOf(store)?.name || channel || ""}`;
    if (decodeURIComponent(location.hash) !== address) {
      history[location.hash ? "pushState" : "replaceState"](null, "", address);
    }
    const whole = messages && !store.partial.has(channel);
    want(...(changed ? ["everything"] : whole ? [] : [`messages:${channel}`]), "views");
    draw();
    if (channel === HOME && moved) openHome();
  }

  function open(id) {
    document.body.classList.remove("menu-open");
    go(store.me, id);
    if (id !== HOME && matchMedia("(hover: hover)").matches) input.focus();
  }

  /** Become somebody else, in the same channel if they can see it. */
  function actAs(id) {
    const channel = channelOf(store);
    if (store.channel === HOME) return go(id, HOME);
    const stays = channel && (channel.members.includes(id) || (channel.name && !channel.private));
    go(id, stays ? channel.id : null);
    return stays ? undefined : settle();
  }

  /** Follow a link of this workspace (a channel or a message) on the page itself; false for every other address. */
  function follow(address) {
    const url = URL.canParse(address) ? new URL(address) : null;
    const [, id, ts] = /^\/archives\/([CDG]\w+)(?:\/p(\d{16}))?$/.exec(url?.pathname ?? "") ?? [];
    if (url?.port !== location.port || !id || !channelOf(store, id)) return false;
    store.jump = ts ? `${ts.slice(0, 10)}.${ts.slice(10)}` : null;
    go(store.me, id);
    return true;
  }

  /** To the channel below (1) or above (-1) the present one; of the unread ones alone if asked. */
  function step(by, unread = false) {
    const { mine, direct } = visible(store);
    const wanted = (channel) => !unread || channel.id === store.channel || store.unread.has(channel.id);
    const all = [...mine, ...direct].filter(wanted);
    const at = all.findIndex((channel) => channel.id === store.channel);
    if (all.length) open(all[(at + by + all.length) % all.length].id);
  }

  addEventListener("popstate", () => {
    Object.assign(store, { channel: null, me: null });
    settle();
  });

  return { settle, open, actAs, follow, step };
}
