// What the page knows: the workspace as the acting person sees it. Views read it; sync.js and places.js write it.

export const SLACKBOT = { id: "USLACKBOT", name: "Slackbot", hue: "slackbot" };

/** The place that is no channel: the app's Home tab. */
export const HOME = "~home";

export function makeStore() {
  return {
    users: new Map(),
    channels: [],
    me: null,
    channel: null, // a channel's id, or HOME
    thread: null, // the ts that the open thread hangs on
    messages: new Map(), // channel id → messages, oldest first
    partial: new Set(), // channels of which only the unread messages were fetched
    replies: [], // the open thread: its first message, then the replies
    dismissed: new Set(), // ts of messages only they saw, which they sent away
    notices: [], // Slackbot's words to one person: {user, channel, ts, text}
    unread: new Map(), // channel id → {count, mentions}
    newFrom: null, // ts that was read last when the channel was opened: the "New" line stands after it
    editing: null, // ts of the message that is being edited
    modals: [],
    home: null, // the published Home view
    app: { name: "Stanch", commands: [], shortcuts: [], home: false, pager: false },
    bot: { sockets: 0, managed: false, pid: null, restarts: 0 },
    killing: false,
    pages: [], // of the pager, the newest first
    pagesKnown: false,
    traffic: [],
    trafficNext: 0,
    drawer: null,
    jump: null,
  };
}

export const me = (store) => store.users.get(store.me) ?? null;
export const bot = (store) => [...store.users.values()].find((user) => user.is_bot) ?? null;
export const people = (store) => [...store.users.values()].filter((user) => !user.is_bot && !user.deleted);
export const channelOf = (store, id = store.channel) => store.channels.find((channel) => channel.id === id) ?? null;
export const isMember = (store, channel) => channel.members.includes(store.me);
export const isDirect = (channel) => /^D/.test(channel.id) || Boolean(channel.is_im || channel.is_mpim);
export const isEphemeral = (message) => Boolean(message.ephemeral || message.is_ephemeral);

/** Slack's own lines about a channel: joined, left, topic, archived. */
export const isSystem = (message) =>
  /^(channel|group|pinned|bookmark|reminder)_/.test(message.subtype ?? "") || message.subtype === "pinned_item";

/** A channel's pins as ts, oldest first, whatever shape the entry has. */
export const pinnedTs = (channel) => (channel?.pins ?? []).map((pin) => pin.ts ?? pin.message?.ts ?? pin);

/** What the acting person can see: own channels, public ones to join, archived ones, and direct messages. */
export function visible(store) {
  const shown = store.channels.filter((channel) => isMember(store, channel) || !(channel.private || isDirect(channel)));
  const named = shown
    .filter((channel) => !isDirect(channel))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return {
    mine: named.filter((channel) => !channel.archived && isMember(store, channel)),
    open: named.filter((channel) => !channel.archived && !isMember(store, channel)),
    archived: named.filter((channel) => channel.archived),
    direct: shown.filter((channel) => isDirect(channel) && !channel.archived),
  };
}

/** Whom one talks with in a direct message; in a group the app goes without saying. */
export function othersIn(store, channel) {
  const others = channel.members.filter((id) => id !== store.me);
  return others.length > 1 ? others.filter((id) => !store.users.get(id)?.is_bot) : others;
}

export function channelTitle(store, channel) {
  if (!isDirect(channel)) return channel.name;
  const others = othersIn(store, channel);
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

/** The acting person's messages of a channel together with Slackbot's words to them, oldest first. */
export function conversation(store, channel) {
  const messages = store.messages.get(channel) ?? [];
  const notices = store.notices.filter((notice) => notice.shownTo === store.me && notice.channel === channel);
  const standing = store.dismissed.size ? messages.filter((message) => !store.dismissed.has(message.ts)) : messages;
  return notices.length ? [...standing, ...notices].sort((a, b) => Number(a.ts) - Number(b.ts)) : standing;
}
