// The messages of the open channel in their scrolling region: what is in sight, what is new, what is read out.

import { h, icon } from "./dom.js";
import { drawMessages } from "./messages.js";
import { conversation } from "./store.js";
import { isNews } from "./unread.js";

const NEAR_PX = 60;
const MARKED_MS = 1600;
const FIRST = 120; // messages that are drawn when a channel is opened
const MORE = 100; // further ones each time the person comes near the top

/** `parts` = {scroll, list, spoken, pill}; `scene()` is that of messages.js, `textOf(message)` one line of it. */
export function makeConversation(store, { scroll, list, spoken, pill }, { scene, textOf }) {
  const seen = { place: "", last: 0, atEnd: true, height: 0, limit: FIRST, below: 0 };

  function draw() {
    const place = `${store.me}/${store.channel}`;
    const moved = place !== seen.place;
    const messages = conversation(store, store.channel);
    if (moved) {
      list.replaceChildren();
      Object.assign(seen, { atEnd: true, limit: FIRST, below: 0 });
    }
    // What comes while a person looks on is not "New": the line stands only where they had stopped reading before.
    if (moved && store.messages.has(store.channel) && !messages.some((message) => isNews(store, message, store.newFrom)))
      store.newFrom = null;
    const arrived = moved ? [] : messages.filter((message) => Number(message.ts) > seen.last);
    seen.limit += arrived.length; // what was drawn stays drawn
    if (store.jump) reach(messages, store.jump);
    const shown = messages.slice(-seen.limit);
    list.classList.toggle("cut", shown.length < messages.length);
    drawMessages(list, shown, scene());
    list.setAttribute("aria-busy", String(!store.messages.has(store.channel)));
    heard(arrived);
    stayAtEnd();
    if (store.messages.has(store.channel)) Object.assign(seen, { place, last: Number(messages.at(-1)?.ts ?? 0) });
    if (store.jump) jump(store.jump);
  }

  /** Draw at least back to this message. */
  function reach(messages, ts) {
    const at = messages.findIndex((message) => message.ts === ts);
    if (at >= 0) seen.limit = Math.max(seen.limit, messages.length - at + 20);
  }

  function heard(arrived) {
    const others = arrived.filter((message) => isNews(store, message, seen.last));
    if (arrived.some((message) => message.user === store.me)) seen.atEnd = true;
    if (!seen.atEnd) seen.below += others.length;
    speak(arrived.filter((message) => message.user !== store.me));
  }

  /** Who reads the newest message keeps seeing the newest, whatever arrives or changes its size. */
  function stayAtEnd() {
    if (seen.atEnd) scroll.scrollTop = scroll.scrollHeight;
    seen.height = scroll.scrollHeight;
    showPill();
  }

  /** A scroll that comes of a changed height is the browser's own, and says nothing about what the person reads. */
  function scrolled() {
    if (scroll.scrollHeight !== seen.height) return;
    seen.atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
    if (scroll.scrollTop < 400) earlier();
    showPill();
  }

  /** Draw some more of the past, with what the person reads staying where it is. */
  function earlier() {
    const messages = conversation(store, store.channel);
    if (seen.limit >= messages.length) return;
    const fromEnd = scroll.scrollHeight - scroll.scrollTop;
    seen.limit += MORE;
    const shown = messages.slice(-seen.limit);
    list.classList.toggle("cut", shown.length < messages.length);
    drawMessages(list, shown, scene());
    scroll.scrollTop = scroll.scrollHeight - fromEnd;
    seen.height = scroll.scrollHeight;
  }

  /** Says what is out of sight: new messages below, or the line above the first new one. */
  function showPill() {
    if (seen.atEnd) seen.below = 0;
    const line = list.querySelector(".new");
    const above = seen.atEnd && line && line.offsetTop < scroll.scrollTop;
    pill.hidden = seen.atEnd && !above;
    if (pill.hidden) return;
    const count = seen.below ? `${seen.below} new ${seen.below === 1 ? "message" : "messages"}` : "To the newest message";
    const words = above ? "New messages above" : count;
    pill.className = above ? "up" : seen.below ? "down" : "quiet";
    if (pill.title !== words) pill.replaceChildren(icon("down"), h("span", {}, words));
    pill.title = words;
  }

  pill.addEventListener("click", () => {
    const line = pill.classList.contains("up") && list.querySelector(".new");
    seen.atEnd = !line;
    if (line) line.scrollIntoView({ block: "start" });
    else stayAtEnd();
    pill.hidden = true;
  });

  /** New messages are read out by screen readers, one line each, the last three of a burst. */
  function speak(messages) {
    const others = messages.slice(-3);
    const name = (message) => store.users.get(message.user)?.name ?? "Slackbot";
    if (others.length)
      spoken.replaceChildren(...others.map((message) => h("p", {}, `${name(message)}: ${textOf(message)}`)));
  }

  /** Show this message in the middle, mark it and give it the focus; if it is not there yet, once it is. */
  function jump(ts) {
    const node = rowOf(ts);
    store.jump = node ? null : ts;
    if (!node) return;
    seen.atEnd = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("flash");
    node.focus({ preventScroll: true });
    setTimeout(() => node.classList.remove("flash"), MARKED_MS);
  }

  const rowOf = (ts) => [...list.children].find((row) => row.dataset.ts === ts);

  scroll.addEventListener("scroll", scrolled, { passive: true });
  const watcher = new ResizeObserver(stayAtEnd);
  [scroll, list].forEach((element) => watcher.observe(element));
  return { draw, jump };
}
