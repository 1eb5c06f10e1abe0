// Keeping the store fresh: the stream says what changed, and what changed is fetched again, a burst at a time.

import { api, follow } from "./api.js";
import { newlyRinging } from "./pager.js";
import { channelOf, isMember, visible } from "./store.js";
import { keep } from "./traffic.js";
import { countUnread, lastRead, markRead } from "./unread.js";

const PAUSE_MS = 40;
const AT_ONCE = 6;
const TOO_MANY = 200; // for one address

/** `drawn(changes)` is called after each burst with the names of what was fetched; `connected(boolean)` as it goes;
 *  `told(text)` when a phone begins to ring. */
export function makeSync(store, drawn, connected, told) {
  const due = new Set();
  const changed = new Map(); // channel id → Set of ts
  let running = false;

  function want(...names) {
    names.forEach((name) => due.add(name));
    if (!running) run();
  }

  async function run() {
    running = true;
    while (due.size) {
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
      const names = [...due].sort(stateFirst);
      due.clear();
      try {
        for (const name of names) await fetchers(name).catch(unlessRefused);
        connected(true);
        drawn(new Set(names));
      } catch (error) {
        connected(false, error);
        names.forEach((name) => due.add(name));
        await new Promise((resume) => setTimeout(resume, 1000));
      }
    }
    running = false;
  }

  /** What is not there any more (a channel that was deleted meanwhile) is not asked for again. */
  function unlessRefused(error) {
    if (!error.refused) throw error;
  }

  async function fetchers(name) {
    const [kind, id] = name.split(":");
    switch (kind) {
      case "app":
        store.app = { ...store.app, ...(await api.app()) };
        return undefined;
      case "state":
        return fetchState();
      case "messages":
        return fetchMessages(id);
      case "changes":
        return fetchChanges(id);
      case "everything":
        return fetchEverything();
      case "replies":
        return fetchReplies();
      case "views":
        return fetchViews();
      case "bot":
        store.bot = await api.bot();
        return undefined;
      case "pages":
        return fetchPages();
      default:
        return fetchTraffic();
    }
  }

  async function fetchState() {
    const state = await api.state();
    const people = state.users.filter((user) => !user.is_bot);
    store.users = new Map(
      state.users.map((user) => [user.id, { ...user, hue: people.findIndex((one) => one.id === user.id) % 8 }]),
    );
    store.channels = state.channels;
  }

  const mayRead = (channel) => channel && store.me && (!channel.private || isMember(store, channel));

  async function fetchMessages(id) {
    const user = store.me;
    if (!mayRead(channelOf(store, id))) return;
    const messages = await api.messages(id, { user });
    if (user !== store.me) return;
    store.messages.set(id, sameObjects(store.messages.get(id), messages.filter(inChannel)));
    store.partial.delete(id);
    seen(id);
  }

  /** Only what the stream named; a message that is not found any more was deleted. */
  async function fetchChanges(id) {
    const asked = changed.get(id) ?? new Set();
    changed.delete(id);
    const [user, channel] = [store.me, channelOf(store, id)];
    if (!asked.size || !mayRead(channel)) return;
    if (!store.messages.has(id) || asked.size > TOO_MANY)
      return id === store.channel ? fetchMessages(id) : fetchUnread(id);
    let found;
    try {
      found = await api.messages(id, { user, ts: [...asked].join(",") });
    } catch (error) {
      changed.set(id, asked.union(changed.get(id) ?? new Set()));
      throw error;
    }
    if (user !== store.me) return undefined;
    const kept = store.messages.get(id).filter((message) => !asked.has(message.ts));
    const since = store.partial.has(id) ? Number(lastRead(store, id)) : 0;
    const fresh = found.filter((message) => inChannel(message) && Number(message.ts) > since);
    store.messages.set(id, [...kept, ...fresh].sort(byTime));
    if (id === store.channel && store.thread) mergeReplies(asked, found);
    return seen(id);
  }

  function mergeReplies(asked, found) {
    const kept = store.replies.filter((message) => !asked.has(message.ts));
    const fresh = found.filter((message) => message.ts === store.thread || message.thread_ts === store.thread);
    store.replies = [...kept, ...fresh].sort(byTime);
  }

  function seen(id) {
    const channel = channelOf(store, id);
    const watched = document.visibilityState === "visible";
    if (id === store.channel && !watched) store.newFrom ??= lastRead(store, id);
    if (id === store.channel && watched) markRead(store, id, store.messages.get(id)?.at(-1)?.ts);
    else if (channel && isMember(store, channel)) countUnread(store, channel);
  }

  /** Of a channel that is not open only what the person has not read. */
  async function fetchUnread(id) {
    const user = store.me;
    const messages = await api.messages(id, { user, oldest: lastRead(store, id) });
    if (user !== store.me || id === store.channel) return;
    store.messages.set(id, messages.filter(inChannel));
    store.partial.add(id);
    seen(id);
  }

  async function fetchEverything() {
    const { mine, direct } = visible(store);
    // What was missed of the others shows when they are opened.
    for (const id of [...store.messages.keys()]) if (id !== store.channel) store.messages.delete(id);
    await fetchMessages(store.channel);
    drawn(new Set());
    const behind = [...mine, ...direct].filter(
      ({ id, latest }) => id !== store.channel && latest && Number(latest) > Number(lastRead(store, id)),
    );
    while (behind.length) await Promise.all(behind.splice(0, AT_ONCE).map(({ id }) => fetchUnread(id)));
  }

  async function fetchReplies() {
    const { thread, channel, me: user } = store;
    if (!thread) return;
    const replies = await api.messages(channel, { user, thread_ts: thread });
    if (thread === store.thread) store.replies = replies;
  }

  async function fetchViews() {
    const user = store.me;
    if (!user) return;
    const { modals, home } = await api.views(user);
    if (user === store.me) Object.assign(store, { modals, home });
  }

  async function fetchPages() {
    const pages = await api.pages();
    const news = newlyRinging(store, pages);
    Object.assign(store, { pages, pagesKnown: true });
    news.forEach(told);
  }

  async function fetchTraffic() {
    const { next, entries } = await api.traffic(store.trafficNext);
    store.trafficNext = next;
    keep(store, entries);
  }

  function heard(change) {
    const { kind, channel, user, ts } = change;
    if (user && user !== store.me && ["message", "view"].includes(kind)) return;
    if (kind === "message" && channel && ts) {
      changed.set(channel, (changed.get(channel) ?? new Set()).add(ts));
      want(`changes:${channel}`);
    } else if (kind === "message") want(channel ? `messages:${channel}` : "everything", "replies");
    else if (kind === "view") want("views");
    else if (kind === "bot") want("bot");
    else if (kind === "page") want("pages");
    else if (kind !== "call") want("state");
    else if (store.drawer === "traffic") want("traffic");
  }

  return {
    want,
    start: () =>
      follow(heard, (up) => {
        if (up) want("app", "state", "everything", "replies", "views", "bot", "pages");
        else connected(false);
      }),
  };
}

const byTime = (a, b) => Number(a.ts) - Number(b.ts);
const stateFirst = (a, b) => Number(b === "state") - Number(a === "state");

/** A thread's replies stand in their thread, not in the channel. */
const inChannel = (message) =>
  !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";

/** What did not change stays the same object, so that it is not drawn again. */
function sameObjects(old, fresh) {
  if (!old) return fresh;
  const known = new Map(old.map((message) => [message.ts, message]));
  return fresh.map((message) => {
    const before = known.get(message.ts);
    return before && JSON.stringify(before) === JSON.stringify(message) ? before : message;
  });
}

