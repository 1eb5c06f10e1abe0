// What the page knows: the workspace as the acting person sees it. Views read it; main.js writes it and redraws.

export const SLACKBOT = { id: "USLACKBOT", name: "Slackbot", hue: "slackbot" };

export function makeStore() {
  return {
    users: new Map(),
    channels: [],
    me: null,
    channel: null,
    thread: null,
    messages: new Map(), // channel id → messages, oldest first
    replies: [], // of the open thread
    notices: [], // Slackbot's words to one person: {user, channel, ts, text}
    unread: new Map(), // channel id → {count, mention}
    modals: [],
    commands: [{ command: "/incident", usage_hint: "declare · list · help" }],
    bot: { sockets: 0, managed: false, pid: null, restarts: 0 },
    killing: false,
    traffic: [],
    trafficNext: 0,
    drawer: null,
    jump: null,
  };
}

export const me = (store) => store.users.get(store.me) ?? null;
export const people = (store) => [...store.users.values()].filter((user) => !user.is_bot && !user.deleted);
export const channelOf = (store, id = store.channel) => store.channels.find((channel) => channel.id === id) ?? null;
export const isMember = (store, channel) => channel.members.includes(store.me);
export const isDirect = (channel) => channel.id.startsWith("D") || Boolean(channel.is_im);

/** What the acting person can see: own channels, public ones to join, archived ones, and talks with the bot. */
export function visible(store) {
  const shown = store.channels.filter((channel) => isMember(store, channel) || !(channel.private || isDirect(channel)));
  const named = shown
    .filter((channel) => !isDirect(channel))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return {
    mine: named.filter((channel) => !channel.archived && isMember(store, channel)),
    open: named.filter((channel) => !channel.archived && !isMember(store, channel)),
    archived: named.filter((channel) => channel.archived),
    direct: shown.filter(isDirect),
  };
}

export function channelTitle(store, channel) {
  if (!isDirect(channel)) return channel.name;
  const others = channel.members.filter((id) => id !== store.me);
  return others.map((id) => store.users.get(id)?.name ?? id).join(", ") || "stanch";
}

/** How ids in texts become names; what the acting person may not see stays unknown. */
export function directory(store, openChannel, follow) {
  return {
    me: store.me,
    user: (id) => (id === SLACKBOT.id ? SLACKBOT : (store.users.get(id) ?? null)),
    channel: (id) => {
      const channel = channelOf(store, id);
      return channel && (!channel.private || isMember(store, channel)) ? channel : null;
    },
    everyone: () => people(store),
    channels: () => visible(store).mine,
    openChannel,
    follow,
  };
}

const readKey = (store, channel) => `practice.read.${store.me}.${channel}`;

export function lastRead(store, channel) {
  return localStorage.getItem(readKey(store, channel)) ?? "0";
}

export function markRead(store, channel, ts) {
  store.unread.delete(channel);
  if (Number(ts) > Number(lastRead(store, channel))) localStorage.setItem(readKey(store, channel), ts);
}

/** Count what others said in a channel since the acting person last looked. */
export function countUnread(store, channel, messages) {
  const since = Number(lastRead(store, channel));
  const fresh = messages.filter(
    (message) => Number(message.ts) > since && message.user !== store.me && !isSystem(message),
  );
  const mention = fresh.some((message) => JSON.stringify([message.text, message.blocks]).includes(`<@${store.me}`));
  if (fresh.length) store.unread.set(channel, { count: fresh.length, mention });
  else store.unread.delete(channel);
}

/** Slack's own lines about a channel: joined, left, topic, archived. */
export const isSystem = (message) =>
  /^(channel|group|pinned|bookmark|reminder)_/.test(message.subtype ?? "") || message.subtype === "pinned_item";

/** The acting person's messages of a channel together with Slackbot's words to them, oldest first. */
export function conversation(store, channel) {
  const notices = store.notices
    .filter((notice) => notice.user === store.me && notice.channel === channel)
    .map((notice) => ({ ts: notice.ts, user: SLACKBOT.id, text: notice.text, ephemeral: true, local: true }));
  return [...(store.messages.get(channel) ?? []), ...notices].sort((a, b) => Number(a.ts) - Number(b.ts));
}
