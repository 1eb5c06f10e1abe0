// The page: one store, one sync, and a view for each region.

import { makeActions } from "./actions.js";
import { makeComposer } from "./composer.js";
import { h } from "./dom.js";
import { makeDrawer } from "./drawer.js";
import { drawHeader, drawIntro, pinnedTs } from "./header.js";
import { drawMessages } from "./messages.js";
import { confirm, makeModals } from "./modals.js";
import { render } from "./mrkdwn.js";
import { renderBlocks } from "./blocks.js";
import { drawBot, drawChannels, drawPeople, redraw } from "./sidebar.js";
import { channelOf, channelTitle, conversation, directory, isMember, makeStore, markRead, me, people, visible } from "./store.js";
import { makeSync } from "./sync.js";
import { makeTraffic } from "./traffic.js";

const store = makeStore();
const region = (id) => document.getElementById(id);
const [scroll, list, foot] = ["scroll", "messages", "foot"].map(region);
const drafts = new Map();
const seen = { place: "", last: "0", jump: null, atEnd: true, height: 0 };

const sync = makeSync(store, refreshed, (up) => { region("offline").hidden = up; });
const actions = makeActions(store, { want: sync.want, toast, redraw: draw });
const names = () => directory(store, open, followLink);
const ask = (object) => confirm(object, names());

const composer = makeComposer({ id: "composer", send: (text) => actions.send(text), source: {
  commands: () => store.commands, people: () => people(store), channels: () => visible(store).mine, recall: actions.recall,
  placeholder: () => { const channel = channelOf(store); return channel ? `Message ${channel.name ? "#" : ""}${channelTitle(store, channel)}` : "Message"; },
} });
const replyBox = makeComposer({ id: "reply", send: (text) => actions.send(text, store.thread), source: {
  commands: () => [], people: () => people(store), channels: () => visible(store).mine, recall: actions.recall, placeholder: () => "Reply…" } });
const replies = h("ol.replies", { "aria-label": "Replies" });
const thread = { node: h("div.thread", {}, replies, replyBox.node), draw: () => drawMessages(replies, store.replies, scene(true)) };
const traffic = makeTraffic();
const drawDrawer = makeDrawer(region("drawer"), { traffic, thread }, { close: closeDrawer, jump, preview: (message) => textOf(message) });
const modals = makeModals({ submit: actions.submit, close: actions.close, click: actions.clickInView, confirm: ask });

function scene(inThread) {
  const pins = new Set(pinnedTs(channelOf(store)));
  return {
    inThread, people: names(), names: [...store.users.values()].map((user) => user.name).join(), user: (id) => store.users.get(id) ?? byBotId(id),
    act: actions.click, confirm: ask, react: actions.react, openThread, pinned: (ts) => pins.has(ts), fileLink: (file) => `/practice/files/${encodeURIComponent(file.id)}`,
  };
}

const byBotId = (id) => (/^B/.test(id) ? [...store.users.values()].find((user) => user.is_bot) : null);

/** What a message says in one line; an app's own fallback text says it best. */
function textOf(message) {
  const node = h("div", {}, message.text ? render(message.text, names()) : renderBlocks(message.blocks ?? [], { people: names(), act() {}, confirm: ask }));
  return node.textContent.slice(0, 200);
}

function refreshed(changes) {
  if (changes.has("state")) settlePlace();
  draw();
}

function draw() {
  drawPeople(region("people"), store, { actAs });
  drawChannels(region("channels"), store, { open });
  drawBot(region("bot"), store, { kill: actions.kill, traffic: () => toggle("traffic") });
  drawHeader(region("header"), store, { menu, pins: () => toggle("pins"), members: () => toggle("members"), follow: followLink }, names());
  drawConversation();
  drawFoot();
  drawDrawer(store);
  modals.show(store.modals.at(-1) ?? null, store.modals.length, names());
  const channel = channelOf(store);
  const unread = [...store.unread.values()].reduce((sum, { count }) => sum + count, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${channel ? channelTitle(store, channel) : "Practice workspace"} · ${me(store)?.name ?? ""}`;
}

function drawConversation() {
  const place = `${store.me}/${store.channel}`;
  const moved = place !== seen.place;
  const messages = conversation(store, store.channel);
  if (moved) {
    list.replaceChildren();
    seen.atEnd = true;
  }
  drawIntro(region("intro"), store);
  drawMessages(list, messages, scene(false));
  stayAtEnd();
  if (!moved) speak(messages.filter((message) => Number(message.ts) > Number(seen.last)));
  if (store.messages.has(store.channel)) Object.assign(seen, { place, last: messages.at(-1)?.ts ?? "0" });
  if (seen.jump) jump(seen.jump);
}

/** Who reads the newest message keeps seeing the newest, whatever arrives or changes its size. */
function stayAtEnd() {
  if (seen.atEnd) scroll.scrollTop = scroll.scrollHeight;
  seen.height = scroll.scrollHeight;
}

/** A scroll that comes of a changed height is the browser's own, and says nothing about what the person reads. */
function scrolled() {
  if (scroll.scrollHeight === seen.height) seen.atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
}

/** New messages are read out by screen readers, one line each. */
function speak(messages) {
  const lines = messages.filter((message) => message.user !== store.me).slice(-3).map((message) => `${store.users.get(message.user)?.name ?? "Slackbot"}: ${textOf(message)}`);
  if (lines.length) region("spoken").replaceChildren(...lines.map((line) => h("p", {}, line)));
}

function drawFoot() {
  const channel = channelOf(store);
  const state = !channel ? "none" : channel.archived ? "archived" : isMember(store, channel) ? "open" : "outside";
  if (foot.dataset.state === state && state !== "outside") return composer.update();
  foot.dataset.state = state;
  composer.update();
  if (state === "open") foot.replaceChildren(composer.node);
  else if (state === "outside") redraw(foot, h("p.foot-note", {}, `You are not in #${channel.name}.`, h("button.btn.primary", { type: "button", "data-key": "join", onclick: actions.join }, "Join")));
  else redraw(foot, h("p.foot-note", {}, state === "archived" ? "This channel is archived. It can be read, but nothing can be sent." : ""));
  return undefined;
}

/** After the workspace was read: keep the person and channel if they stand, else take those of the address, else the first. */
function settlePlace() {
  const [, name, channelName] = decodeURIComponent(location.hash).split("/");
  const everyone = people(store);
  const person = store.users.get(store.me) ?? everyone.find((user) => user.name === (name || localStorage.getItem("practice.me"))) ?? everyone[0];
  if (person && person.id !== store.me) {
    Object.assign(store, { me: person.id, messages: new Map(), unread: new Map(), modals: [] });
    sync.want("everything", "views");
  }
  const { mine, open: others, archived, direct } = visible(store);
  const seenBy = [...mine, ...direct, ...others, ...archived];
  if (!store.channel && location.search) return followQuery(seenBy);
  if (seenBy.some((channel) => channel.id === store.channel)) return undefined;
  const wanted = seenBy.find((channel) => (channel.name || channel.id) === channelName);
  return go(store.me, (wanted ?? mine.find((channel) => channel.name === "triage") ?? seenBy[0])?.id ?? null);
}

/** A permalink that was opened outside this page arrives as ?channel=&ts=. */
function followQuery(channels) {
  const asked = new URLSearchParams(location.search);
  history.replaceState(null, "", "/");
  const channel = channels.find((one) => one.id === asked.get("channel"));
  if (!channel) return settlePlace();
  seen.jump = asked.get("ts");
  return go(store.me, channel.id);
}

function go(user, channel) {
  drafts.set(`${store.me}/${store.channel}`, composer.input.value);
  const changed = user !== store.me;
  if (changed) Object.assign(store, { messages: new Map(), unread: new Map(), modals: [] });
  if (changed || channel !== store.channel) Object.assign(store, { thread: null, drawer: store.drawer === "thread" ? null : store.drawer });
  Object.assign(store, { me: user, channel });
  localStorage.setItem("practice.me", me(store)?.name ?? "");
  composer.input.value = drafts.get(`${user}/${channel}`) ?? "";
  composer.input.dispatchEvent(new Event("input"));
  const messages = store.messages.get(channel);
  if (messages) markRead(store, channel, messages.at(-1)?.ts ?? "0");
  const here = channelOf(store);
  const address = `#/${me(store)?.name}/${here?.name || channel || ""}`;
  if (decodeURIComponent(location.hash) !== address) history[location.hash ? "pushState" : "replaceState"](null, "", address);
  sync.want(changed ? "everything" : `messages:${channel}`, "views");
  draw();
}

function open(id) {
  document.body.classList.remove("menu-open");
  go(store.me, id);
  if (matchMedia("(hover: hover)").matches) composer.input.focus();
}

function actAs(id) {
  const channel = channelOf(store);
  const next = channel && (channel.members.includes(id) || !(channel.private || !channel.name)) ? channel.id : null;
  go(id, next);
  if (!next) settlePlace();
}

/** Follow a link of this workspace (a channel or a message) on the page itself; false for every other address. */
function followLink(address) {
  const [, id, ts] = /\/archives\/([CDG]\w+)(?:\/p(\d{16}))?/.exec(address) ?? [];
  if (!id || !channelOf(store, id)) return false;
  seen.jump = ts ? `${ts.slice(0, 10)}.${ts.slice(10)}` : null;
  go(store.me, id);
  return true;
}

function jump(ts) {
  const node = [...list.children].find((row) => row.dataset.ts === ts);
  seen.jump = node ? null : ts;
  if (!node) return;
  seen.atEnd = false;
  node.scrollIntoView({ block: "center" });
  node.classList.add("flash");
  node.focus({ preventScroll: true });
  setTimeout(() => node.classList.remove("flash"), 1600);
}

function openThread(ts) {
  Object.assign(store, { thread: ts, drawer: "thread", replies: [] });
  sync.want("replies");
  draw();
  replyBox.input.focus();
}

function toggle(drawer) {
  document.body.classList.remove("menu-open");
  if (store.drawer === drawer) closeDrawer();
  else {
    Object.assign(store, { drawer, thread: null });
    if (drawer === "traffic") sync.want("traffic");
    draw();
  }
}

function closeDrawer() {
  Object.assign(store, { drawer: null, thread: null });
  draw();
}

function menu() {
  document.body.classList.toggle("menu-open");
  draw();
}

function toast(text, kind) {
  const node = h(`p.toast.${kind}`, {}, text);
  region("toasts").append(node);
  setTimeout(() => node.remove(), 6000);
}

/** Where F6 stops, region by region: the control that takes the focus. */
const STOPS = { people: "[aria-checked=true]", channels: "[aria-current]", bot: "button:enabled", scroll: ".message:last-of-type", foot: "textarea, button", drawer: "button" };

/** F6 goes round the regions, Alt with an arrow to the next channel, as in Slack. */
function keys(event) {
  if (event.key === "F6") {
    const regions = Object.entries(STOPS).map(([id, stop]) => [region(id), region(id).querySelector(stop)]).filter(([, stop]) => stop?.checkVisibility());
    const at = regions.findIndex(([part]) => part.contains(document.activeElement));
    regions[(at + (event.shiftKey ? -1 : 1) + regions.length) % regions.length]?.[1].focus();
  } else if (event.altKey && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    const { mine, direct } = visible(store);
    const all = [...mine, ...direct];
    const at = all.findIndex((channel) => channel.id === store.channel);
    if (all.length) open(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length].id);
  } else if (event.key === "Escape" && document.body.classList.contains("menu-open")) menu();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", keys);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible" && store.channel) sync.want(`messages:${store.channel}`); });
scroll.addEventListener("scroll", scrolled);
const watcher = new ResizeObserver(stayAtEnd);
[scroll, list].forEach((element) => watcher.observe(element));
region("shade").addEventListener("click", menu);
addEventListener("popstate", () => { store.channel = null; store.me = null; settlePlace(); });
sync.start();
