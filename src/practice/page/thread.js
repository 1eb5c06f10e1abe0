// The open thread, in the panel at the right: its first message, the replies, and a box to reply in.

import { h } from "./dom.js";
import { makeComposer } from "./composer.js";
import { drawMessages } from "./messages.js";

/** `toolbar(list)` gives the list its tools; `scene()` is that of messages.js for this list. */
export function makeThread(store, { scene, toolbar, send, source }) {
  const list = h("ol.replies", { "aria-label": "Thread" });
  const count = h("p.reply-count", {});
  const box = makeComposer({ id: "reply", send, source });
  const scroll = h("div.thread-scroll", { tabindex: "-1" }, list);
  const tools = toolbar(list);
  const node = h("div.thread", {}, scroll, box.node);
  let drawn = { thread: null, count: 0 };

  function draw() {
    const replies = store.replies;
    drawMessages(list, replies, { ...scene(), tools });
    const number = Math.max(0, replies.length - 1);
    count.textContent = number ? `${number} ${number === 1 ? "reply" : "replies"}` : "No replies yet";
    list.querySelector(".message")?.append(count);
    box.update();
    if (drawn.thread !== store.thread || replies.length > drawn.count) scroll.scrollTop = scroll.scrollHeight;
    drawn = { thread: store.thread, count: replies.length };
  }

  return { node, draw, input: box.input, list };
}
