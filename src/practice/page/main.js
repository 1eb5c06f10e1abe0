// The page: one store, one sync, and a view for each region.

import { makeActions } from "./actions.js";
import { renderBlocks } from "./blocks.js";
import { drawBot } from "./botpanel.js";
import { openBrowser } from "./browser.js";
import { makeComposer } from "./composer.js";
import { makeConversation } from "./conversation.js";
import { h, redraw } from "./dom.js";
import { makeDrawer } from "./drawer.js";
import { drawHeader, drawIntro } from "./header.js";
import { openHelp } from "./help.js";
import { makeHold } from "./hold.js";
import { drawHome } from "./home.js";
import { followKeys } from "./keys.js";
import { confirm, makeModals } from "./modals.js";
import { render } from "./mrkdwn.js";
import { makePager } from "./pager.js";
import { makePlaces } from "./places.js";
import { drawChannels, drawPeople, drawTop } from "./sidebar.js";
import * as stored from "./store.js";
import { openSwitcher } from "./switcher.js";
import { makeSync } from "./sync.js";
import { makeThread } from "./thread.js";
import { makeToolbar } from "./toolbar.js";
import { makeTraffic } from "./traffic.js";
import { beginning, isNews, markUnread } from "./unread.js";

const TOAST_MS = 6000;
const { HOME, channelOf, channelTitle, isMember, me, visible } = stored;

const store = stored.makeStore();
const region = (id) => document.getElementById(id);
const foot = region("foot");

const sync = makeSync(
  store,
  refreshed,
  (up) => {
    region("offline").hidden = up;
  },
  (rings) => toast(rings, "bad"),
);
const actions = makeActions(store, { want: sync.want, toast, redraw: draw });
const shortcuts = (type) => store.app.shortcuts.filter((one) => one.type === type);

const source = {
  commands: () => store.app.commands,
  shortcuts: () => shortcuts("global"),
  shortcut: (id) => actions.shortcut(id),
  people: () => stored.people(store),
  channels: () => visible(store).mine,
  recall: actions.recall,
  placeholder: () =>
    channelOf(store)
      ? `Message ${stored.isDirect(channelOf(store)) ? "" : "#"}${channelTitle(store, channelOf(store))}`
      : "Message",
};
const composer = makeComposer({ id: "composer", send, source });

const places = makePlaces(store, { want: sync.want, draw, input: composer.input, openHome: actions.openHome });
const names = () => stored.directory(store, places.open, places.follow);
const ask = (object) => confirm(object, names());
const onMessage = {
  react: actions.react,
  openThread,
  edit,
  remove,
  markUnread: unreadFrom,
  copyLink: actions.copyLink,
  shortcuts: () => shortcuts("message"),
  shortcut: actions.shortcut,
  me: () => store.me,
};
const tools = makeToolbar(region("messages"), onMessage);
const conversation = makeConversation(
  store,
  { scroll: region("scroll"), list: region("messages"), spoken: region("spoken"), pill: region("pill") },
  { scene: () => scene(false), textOf },
);
const thread = makeThread(store, {
  scene: () => scene(true),
  toolbar: (list) => makeToolbar(list, onMessage, true),
  send: (text) => actions.send(text, store.thread),
  source: { ...source, commands: () => [], shortcut: null, placeholder: () => "Reply…" },
});
const drawDrawer = makeDrawer(
  region("drawer"),
  { traffic: makeTraffic(), pager: makePager({ actAs: places.actAs, follow: places.follow, close: closeDrawer }), thread },
  { close: closeDrawer, jump: conversation.jump, preview: textOf },
);
const modals = makeModals({ submit: actions.submit, close: actions.close, click: actions.clickInView, confirm: ask });

function scene(inThread) {
  const pins = new Set(stored.pinnedTs(channelOf(store)));
  const app = stored.bot(store);
  return {
    inThread,
    tools,
    people: names(),
    names: [...store.users.values()].map((user) => user.name).join(),
    editing: inThread && store.editing === store.thread ? null : store.editing,
    newFrom: inThread ? null : store.newFrom,
    isNew: (message) => isNews(store, message, store.newFrom),
    user: (id) => store.users.get(id) ?? (id?.startsWith("B") ? app : null),
    pinned: (ts) => !inThread && pins.has(ts),
    fileLink: (file) => `/practice/files/${encodeURIComponent(file.id)}`,
    act: actions.click,
    confirm: ask,
    react: actions.react,
    pickReaction: tools.pickReaction,
    openThread,
    edit,
    saveEdit: actions.edit,
    dismiss,
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

const held = makeHold(() => draw());

function draw() {
  if (held()) return;
  const atHome = store.channel === HOME;
  drawPeople(region("people"), store, { actAs: places.actAs });
  drawChannels(region("channels"), store, { open: places.open, browse, switcher });
  drawBot(region("bot"), store, { kill: actions.kill, traffic: () => toggle("traffic"), pager });
  drawHeader(
    region("header"),
    store,
    { menu, pager, pins: () => toggle("pins"), members: () => toggle("members"), open: places.open, follow: places.follow },
    names(),
  );
  region("home").hidden = !atHome;
  region("scroll").hidden = foot.hidden = atHome;
  if (atHome) {
    region("pill").hidden = true;
    drawHome(region("home"), store, names(), { click: actions.clickInView, confirm: ask, retry: actions.openHome });
  } else {
    drawIntro(region("intro"), store);
    conversation.draw();
  }
  drawFoot();
  drawDrawer(store);
  modals.show(store.modals.at(-1) ?? null, store.modals.length, names());
  const unread = [...store.unread.values()].reduce((sum, { count }) => sum + count, 0);
  const place = atHome ? store.app.name : channelOf(store) ? channelTitle(store, channelOf(store)) : "Practice workspace";
  document.title = `${unread ? `(${unread}) ` : ""}${place} · ${me(store)?.name ?? ""}`;
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
    h("button.btn.primary", { type: "button", "data-key": "join", onclick: () => actions.join() }, "Join"),
  ],
});

function send(text) {
  store.newFrom = null;
  return actions.send(text);
}

function openThread(ts) {
  Object.assign(store, { thread: ts, drawer: "thread", replies: [] });
  sync.want("replies");
  draw();
  thread.input.focus();
}

function edit(ts) {
  const before = store.editing;
  store.editing = ts;
  draw();
  const row = (wanted) => [...document.querySelectorAll("[data-ts]")].find((node) => node.dataset.ts === wanted);
  const field = row(ts)?.querySelector("textarea");
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
  if (!ts) row(before)?.focus();
}

async function remove(message) {
  const text = (plain) => ({ type: "plain_text", text: plain });
  const question = { title: text("Delete this message?"), text: text(textOf(message)), confirm: text("Delete") };
  if (await ask({ ...question, deny: text("Keep it"), style: "danger" })) await actions.remove(message);
}

function dismiss(message) {
  const gone = (one) => one.ts !== message.ts;
  store.notices = store.notices.filter(gone);
  store.dismissed.add(message.ts);
  draw();
  composer.input.focus();
}

function unreadFrom(message) {
  markUnread(store, store.channel, message);
  draw();
  toast("Unread from here on, until you come back.", "good");
}

function toggle(drawer) {
  document.body.classList.remove("menu-open");
  if (store.drawer === drawer) return closeDrawer();
  Object.assign(store, { drawer, thread: null });
  if (drawer === "traffic") sync.want("traffic");
  return draw();
}

const pager = () => toggle("pager");

function closeDrawer() {
  const ts = store.thread;
  const inside = region("drawer").contains(document.activeElement);
  Object.assign(store, { drawer: null, thread: null, replies: [] });
  draw();
  if (!inside) return;
  const row = ts && [...region("messages").children].find((node) => node.dataset.ts === ts);
  (row || composer.input).focus();
}

function menu() {
  document.body.classList.toggle("menu-open");
  draw();
}

/** Escape, where nothing that is open takes it: one thing is closed, else what is here is read. */
function escape() {
  if (document.body.classList.contains("menu-open")) return menu();
  if (store.editing) return edit(null);
  if (store.drawer) return closeDrawer();
  store.newFrom = null;
  return draw();
}

function toast(text, kind) {
  const node = h(`p.toast.${kind}`, {}, text);
  region("toasts").append(node);
  setTimeout(() => node.remove(), TOAST_MS);
}

const switcher = () => openSwitcher(store, { open: places.open, actAs: places.actAs });
const browse = () => openBrowser(store, { open: places.open, join: actions.join, leave: actions.leave });

followKeys({
  switcher,
  help: openHelp,
  step: (by) => places.step(by),
  stepUnread: (by) => places.step(by, true),
  escape,
  composer: (text) => {
    composer.input.focus();
    if (text && !composer.input.value) composer.input.setRangeText(text, 0, 0, "end");
    composer.input.dispatchEvent(new Event("input"));
  },
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && store.channel) sync.want(`messages:${store.channel}`);
});
region("shade").addEventListener("click", menu);
beginning();
drawTop(region("top"), { help: openHelp });
sync.start();
