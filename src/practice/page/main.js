// The page: one store, one sync, and a view for each region.

import { makeActions } from "./actions.js";
import { renderBlocks } from "./blocks.js";
import { makeComposer } from "./composer.js";
import { makeConversation } from "./conversation.js";
import { h } from "./dom.js";
import { makeDrawer } from "./drawer.js";
import { drawHeader, drawIntro, pinnedTs } from "./header.js";
import { drawMessages } from "./messages.js";
import { confirm, makeModals } from "./modals.js";
import { render } from "./mrkdwn.js";
import { makePlaces } from "./places.js";
import { drawBot, drawChannels, drawPeople, redraw } from "./sidebar.js";
import { channelOf, channelTitle, directory, isMember, makeStore, me, people, visible } from "./store.js";
import { makeSync } from "./sync.js";
import { makeTraffic } from "./traffic.js";

const TOAST_MS = 6000;

const store = makeStore();
const region = (id) => document.getElementById(id);
const foot = region("foot");

const sync = makeSync(store, refreshed, (up) => {
  region("offline").hidden = up;
});
const actions = makeActions(store, { want: sync.want, toast, redraw: draw });

const source = {
  commands: () => store.commands,
  people: () => people(store),
  channels: () => visible(store).mine,
  recall: actions.recall,
  placeholder: () =>
    channelOf(store)
      ? `Message ${channelOf(store).name ? "#" : ""}${channelTitle(store, channelOf(store))}`
      : "Message",
};
const composer = makeComposer({ id: "composer", send: (text) => actions.send(text), source });
const replyBox = makeComposer({
  id: "reply",
  send: (text) => actions.send(text, store.thread),
  source: { ...source, commands: () => [], placeholder: () => "Reply…" },
});

const places = makePlaces(store, { want: sync.want, draw, input: composer.input });
const names = () => directory(store, places.open, places.follow);
const ask = (object) => confirm(object, names());
const conversation = makeConversation(
  store,
  { scroll: region("scroll"), list: region("messages"), spoken: region("spoken") },
  { scene: () => scene(false), textOf },
);

const replies = h("ol.replies", { "aria-label": "Replies" });
const thread = {
  node: h("div.thread", {}, replies, replyBox.node),
  draw: () => drawMessages(replies, store.replies, scene(true)),
};
const drawDrawer = makeDrawer(
  region("drawer"),
  { traffic: makeTraffic(), thread },
  { close: closeDrawer, jump: conversation.jump, preview: textOf },
);
const modals = makeModals({ submit: actions.submit, close: actions.close, click: actions.clickInView, confirm: ask });

function scene(inThread) {
  const pins = new Set(pinnedTs(channelOf(store)));
  const bot = [...store.users.values()].find((user) => user.is_bot);
  return {
    inThread,
    people: names(),
    names: [...store.users.values()].map((user) => user.name).join(),
    user: (id) => store.users.get(id) ?? (id?.startsWith("B") ? bot : null),
    pinned: (ts) => pins.has(ts),
    fileLink: (file) => `/practice/files/${encodeURIComponent(file.id)}`,
    act: actions.click,
    confirm: ask,
    react: actions.react,
    openThread,
  };
}

/** What a message says in one line; an app's own fallback text says it best. */
function textOf(message) {
  const passive = { people: names(), act() {}, confirm: ask };
  const node = h("div", {}, message.text ? render(message.text, names()) : renderBlocks(message.blocks ?? [], passive));
  return node.textContent.slice(0, 200);
}

function refreshed(changes) {
  if (changes.has("state")) places.settle();
  draw();
}

function draw() {
  drawPeople(region("people"), store, { actAs: places.actAs });
  drawChannels(region("channels"), store, { open: places.open });
  drawBot(region("bot"), store, { kill: actions.kill, traffic: () => toggle("traffic") });
  drawHeader(
    region("header"),
    store,
    { menu, pins: () => toggle("pins"), members: () => toggle("members"), follow: places.follow },
    names(),
  );
  drawIntro(region("intro"), store);
  conversation.draw();
  drawFoot();
  drawDrawer(store);
  modals.show(store.modals.at(-1) ?? null, store.modals.length, names());
  const unread = [...store.unread.values()].reduce((sum, { count }) => sum + count, 0);
  const title = channelOf(store) ? channelTitle(store, channelOf(store)) : "Practice workspace";
  document.title = `${unread ? `(${unread}) ` : ""}${title} · ${me(store)?.name ?? ""}`;
}

function drawFoot() {
  const channel = channelOf(store);
  const state = !channel ? "none" : channel.archived ? "archived" : isMember(store, channel) ? "open" : "outside";
  composer.update();
  if (foot.dataset.state === state && state !== "outside") return;
  foot.dataset.state = state;
  if (state === "open") foot.replaceChildren(composer.node);
  else redraw(foot, h("p.foot-note", {}, notes(channel)[state]));
}

const notes = (channel) => ({
  none: "",
  archived: "This channel is archived. It can be read, but nothing can be sent.",
  outside: [
    `You are not in #${channel?.name}.`,
    h("button.btn.primary", { type: "button", "data-key": "join", onclick: actions.join }, "Join"),
  ],
});

function openThread(ts) {
  Object.assign(store, { thread: ts, drawer: "thread", replies: [] });
  sync.want("replies");
  draw();
  replyBox.input.focus();
}

function toggle(drawer) {
  document.body.classList.remove("menu-open");
  if (store.drawer === drawer) return closeDrawer();
  Object.assign(store, { drawer, thread: null });
  if (drawer === "traffic") sync.want("traffic");
  return draw();
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
  setTimeout(() => node.remove(), TOAST_MS);
}

/** Where F6 stops, region by region: the control that takes the focus. */
const STOPS = {
  people: "[aria-checked=true]",
  channels: "[aria-current]",
  bot: "button:enabled",
  scroll: ".message:last-of-type",
  foot: "textarea, button",
  drawer: "button",
};

function nextRegion(by) {
  const stops = Object.entries(STOPS).map(([id, stop]) => [region(id), region(id).querySelector(stop)]);
  const open = stops.filter(([, stop]) => stop?.checkVisibility());
  const at = open.findIndex(([part]) => part.contains(document.activeElement));
  open[(at + by + open.length) % open.length]?.[1].focus();
}

/** F6 goes round the regions, Alt with an arrow to the next channel, as in Slack. */
function keys(event) {
  if (event.key === "F6") nextRegion(event.shiftKey ? -1 : 1);
  else if (event.altKey && event.key === "ArrowDown") places.step(1);
  else if (event.altKey && event.key === "ArrowUp") places.step(-1);
  else if (event.key === "Escape" && document.body.classList.contains("menu-open")) menu();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", keys);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && store.channel) sync.want(`messages:${store.channel}`);
});
region("shade").addEventListener("click", menu);
sync.start();
