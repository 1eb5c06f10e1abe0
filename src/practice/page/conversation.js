// The messages of the open channel in their scrolling region: what is in sight, what is read out.

import { h } from "./dom.js";
import { drawMessages } from "./messages.js";
import { conversation } from "./store.js";

const NEAR_PX = 60;
const MARKED_MS = 1600;

/** `parts` = {scroll, list, spoken}; `scene()` is that of messages.js, `textOf(message)` one line of it. */
export function makeConversation(store, { scroll, list, spoken }, { scene, textOf }) {
  const seen = { place: "", last: 0, atEnd: true, height: 0 };

  function draw() {
    const place = `${store.me}/${store.channel}`;
    const moved = place !== seen.place;
    const messages = conversation(store, store.channel);
    if (moved) {
      list.replaceChildren();
      seen.atEnd = true;
    }
    drawMessages(list, messages, scene());
    stayAtEnd();
    if (!moved) speak(messages.filter((message) => Number(message.ts) > seen.last));
    if (store.messages.has(store.channel)) Object.assign(seen, { place, last: Number(messages.at(-1)?.ts ?? 0) });
    if (store.jump) jump(store.jump);
  }

  /** Who reads the newest message keeps seeing the newest, whatever arrives or changes its size. */
  function stayAtEnd() {
    if (seen.atEnd) scroll.scrollTop = scroll.scrollHeight;
    seen.height = scroll.scrollHeight;
  }

  /** A scroll that comes of a changed height is the browser's own, and says nothing about what the person reads. */
  function scrolled() {
    if (scroll.scrollHeight !== seen.height) return;
    seen.atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
  }

  /** New messages are read out by screen readers, one line each, the last three of a burst. */
  function speak(messages) {
    const others = messages.filter((message) => message.user !== store.me).slice(-3);
    const name = (message) => store.users.get(message.user)?.name ?? "Slackbot";
    if (others.length)
      spoken.replaceChildren(...others.map((message) => h("p", {}, `${name(message)}: ${textOf(message)}`)));
  }

  /** Show this message in the middle, mark it and give it the focus; if it is not there yet, once it is. */
  function jump(ts) {
    const node = [...list.children].find((row) => row.dataset.ts === ts);
    store.jump = node ? null : ts;
    if (!node) return;
    seen.atEnd = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("flash");
    node.focus({ preventScroll: true });
    setTimeout(() => node.classList.remove("flash"), MARKED_MS);
  }

  scroll.addEventListener("scroll", scrolled);
  const watcher = new ResizeObserver(stayAtEnd);
  [scroll, list].forEach((element) => watcher.observe(element));
  return { draw, jump };
}
