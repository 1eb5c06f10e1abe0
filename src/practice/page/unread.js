// What the acting person has read, kept in this browser: a ts for each person and channel.

import { isDirect, isSystem } from "./store.js";

const readKey = (store, channel) => `practice.read.${store.me}.${channel}`;

/** The moment this browser first saw the workspace: what was said before it is read, for everybody. */
export function beginning() {
  const known = localStorage.getItem("practice.since");
  if (known) return known;
  const now = (Date.now() / 1000).toFixed(6);
  localStorage.setItem("practice.since", now);
  return now;
}

export function lastRead(store, channel) {
  return localStorage.getItem(readKey(store, channel)) ?? beginning();
}

export function markRead(store, channel, ts) {
  store.unread.delete(channel);
  if (ts && Number(ts) > Number(lastRead(store, channel))) localStorage.setItem(readKey(store, channel), ts);
}

/** The message and all after it count as unread again. */
export function markUnread(store, channel, message) {
  const before = (Number(message.ts) - 0.000001).toFixed(6);
  localStorage.setItem(readKey(store, channel), before);
  store.newFrom = before;
}

/** Whether this was said by somebody else after `since`, and is no line about the channel itself. */
export const isNews = (store, message, since) =>
  Number(message.ts) > Number(since) && message.user !== store.me && !isSystem(message) && !message.local;

export function mentions(store, message) {
  const said = JSON.stringify([message.text, message.blocks]);
  return said.includes(`<@${store.me}`) || /<!(?:here|channel|everyone)/.test(said);
}

/** Count what others said in a channel since the acting person last looked; each message of a direct talk calls them. */
export function countUnread(store, channel) {
  const since = lastRead(store, channel.id);
  const fresh = (store.messages.get(channel.id) ?? []).filter((message) => isNews(store, message, since));
  const calling = isDirect(channel) ? fresh : fresh.filter((message) => mentions(store, message));
  if (fresh.length) store.unread.set(channel.id, { count: fresh.length, mentions: calling.length });
  else store.unread.delete(channel.id);
}
