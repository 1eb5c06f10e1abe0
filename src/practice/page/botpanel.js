// The bot's state, and what an experimenter does to it: kill it, and see its traffic. Below, what runs beside it.

import { h, icon, redrawOn } from "./dom.js";
import { pagerButton, ringing } from "./pager.js";

/** Whether payloads reach the bot: by sockets, or as its last answer over HTTP tells. */
export const isUp = (bot) => (bot.connected === undefined ? bot.sockets > 0 : Boolean(bot.connected));

/** `acts` = {kill(), traffic(), pager()}. */
export function drawBot(region, store, acts) {
  const { bot, killing, drawer } = store;
  const { ai_url: ai, pager } = store.app;
  redrawOn(region, [bot, killing, drawer, ai, pager, ringing(store).length], () => [
    panel(bot, killing, drawer, acts),
    pager && pagerButton("button.btn.pager-link", store, acts),
    ai && service(ai),
  ]);
}

/** What the incidents are about: it is broken on a page of its own. */
function service(address) {
  return h("a.ai-link", { href: address, title: "Break it there, mend it from here" }, "Practice AI service ↗");
}

function panel(bot, killing, drawer, acts) {
  const up = isUp(bot) && !killing;
  const down = bot.managed ? "Bot is starting…" : "No bot connected";
  const facts = [
    bot.mode === "http" ? "HTTP" : `${bot.sockets} ${bot.sockets === 1 ? "socket" : "sockets"}`,
    bot.managed && `${bot.restarts} ${bot.restarts === 1 ? "restart" : "restarts"}`,
    bot.pid && `pid ${bot.pid}`,
  ];
  const reason = bot.managed
    ? "SIGKILL the bot's process at this instant, then start it again"
    : "This workspace did not start the bot, so it cannot kill it";
  return [
    h(
      `p.bot-state.${up ? "up" : "down"}`,
      { role: "status" },
      h("span.dot"),
      killing ? "Killed, starting again…" : up ? "Bot connected" : down,
    ),
    h("p.bot-facts", {}, facts.filter(Boolean).join(" · ")),
    h(
      "div.bot-buttons",
      {},
      h(
        "button.btn.danger",
        {
          type: "button",
          "data-key": "kill",
          disabled: !bot.managed || killing,
          onclick: acts.kill,
          title: reason,
        },
        "Kill the bot",
      ),
      h(
        "button.btn",
        { type: "button", "data-key": "traffic", "aria-pressed": String(drawer === "traffic"), onclick: acts.traffic },
        icon("traffic"),
        "Traffic",
      ),
    ),
  ];
}
