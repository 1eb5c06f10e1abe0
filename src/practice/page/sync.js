// Keeping the store fresh: the stream says what changed, and what changed is fetched again, a burst at a time.

import { api, follow } from "./api.js";
import { channelOf, countUnread, isMember, markRead, visible } from "./store.js";
import { keep } from "./traffic.js";

const PAUSE_MS = 50;

/** `drawn(changes)` is called after each burst with the names of what was fetched. `ready` settles after the first. */
export function makeSync(store, drawn, connected) {
  const due = new Set();
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
        for (const name of names) await fetchers(name);
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

  async function fetchers(name) {
    const [kind, id] = name.split(":");
    switch (kind) {
      case "state":
        return fetchState();
      case "messages":
        return fetchMessages(id);
      case "everything":
        return fetchEverything();
      case "replies":
        return fetchReplies();
      case "views":
        return fetchViews();
      case "bot":
        store.bot = await api.bot();
        return undefined;
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

  async function fetchMessages(id) {
    const user = store.me;
    const channel = channelOf(store, id);
    if (!channel || !user || (channel.private && !isMember(store, channel))) return;
    const answer = await api.messages(id, user);
    if (user !== store.me) return;
    const messages = (Array.isArray(answer) ? answer : answer.messages).filter(
      (message) => !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast",
    );
    store.messages.set(id, messages);
    if (id === store.channel && document.visibilityState === "visible") markRead(store, id, messages.at(-1)?.ts ?? "0");
    else if (isMember(store, channel)) countUnread(store, id, messages);
  }

  async function fetchEverything() {
    const { mine, direct } = visible(store);
    await fetchMessages(store.channel);
    drawn(new Set());
    for (const channel of [...mine, ...direct]) if (channel.id !== store.channel) await fetchMessages(channel.id);
  }

  async function fetchReplies() {
    if (!store.thread) return;
    const answer = await api.messages(store.channel, store.me, store.thread);
    store.replies = Array.isArray(answer) ? answer : answer.messages;
  }

  async function fetchViews() {
    const user = store.me;
    if (!user) return;
    const { modals } = await api.views(user);
    if (user === store.me) store.modals = modals;
  }

  async function fetchTraffic() {
    const { next, entries } = await api.traffic(store.trafficNext);
    store.trafficNext = next;
    keep(store, entries);
  }

  function heard(change) {
    switch (change.kind) {
      case "message":
        if (change.user && change.user !== store.me) return;
        want(change.channel ? `messages:${change.channel}` : "everything", ...(store.thread ? ["replies"] : []));
        break;
      case "view":
        if (!change.user || change.user === store.me) want("views");
        break;
      case "call":
        if (store.drawer === "traffic") want("traffic");
        break;
      case "bot":
        want("bot");
        break;
      default:
        want("state");
    }
  }

  return {
    want,
    start: () =>
      follow(heard, (up) => {
        if (up) want("state", "everything", "views", "bot");
        else connected(false);
      }),
  };
}

const stateFirst = (a, b) => Number(b === "state") - Number(a === "state");
