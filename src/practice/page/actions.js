// What a person does on the page, and what they are told when it fails.

import { api } from "./api.js";
import { isUp } from "./botpanel.js";
import { channelOf, isMember, SLACKBOT } from "./store.js";

/** What the app failed to do with an event; the person's message stands all the same. */
const UNANSWERED = ["operation_timeout", "dispatch_failed"];
const NOW = () => (Date.now() / 1000).toFixed(6);

/** `want(...names)` asks for a refresh, `toast(text, kind)` says something in passing, `redraw()` draws at once. */
export function makeActions(store, { want, toast, redraw }) {
  function notice(text, channel = store.channel) {
    const said = { ts: NOW(), user: SLACKBOT.id, text, ephemeral: true, local: true };
    store.notices.push({ ...said, shownTo: store.me, channel });
    redraw();
  }

  async function attempt(work, failed = (error) => toast(error.message, "bad")) {
    try {
      return await work();
    } catch (error) {
      failed(error);
      return null;
    }
  }

  function sent(text) {
    const all = [...recall(), text].slice(-50);
    sessionStorage.setItem(`practice.sent.${store.me}`, JSON.stringify(all));
  }

  const recall = () => JSON.parse(sessionStorage.getItem(`practice.sent.${store.me}`) ?? "[]");

  async function send(text, thread = null) {
    const { me: user, channel } = store;
    const command = /^(\/[\w-]+)\s*([\s\S]*)$/.exec(text);
    sent(text);
    if (command && thread) notice(`${command[1]} is not supported in threads. Sorry!`);
    else if (command) await runCommand(user, channel, command[1], command[2]);
    else return Boolean(await attempt(() => post(user, channel, text, thread)));
    return true;
  }

  async function post(user, channel, text, thread) {
    const answer = await api.message({ user, channel, text, ...(thread ? { thread_ts: thread } : {}) });
    want(`messages:${channel}`, "replies");
    if (answer.error && !UNANSWERED.includes(answer.error)) throw new Error(`That was not sent: ${answer.error}.`);
    return answer;
  }

  async function runCommand(user, channel, command, text) {
    await attempt(
      async () => {
        const answer = await api.command({ user, channel, command, text });
        want(`messages:${channel}`, "views");
        if (answer.error) notice(failure(command, answer.error), channel);
      },
      (error) => notice(`\`${command}\` was not sent: ${error.message}`, channel),
    );
  }

  async function click(message, action, control) {
    control?.classList.add("busy");
    const { me: user, channel } = store;
    const answer = await attempt(() => api.click({ user, channel, ts: message.ts, ...chosen(action) }));
    control?.classList.remove("busy");
    if (answer?.error) toast(`The app did not answer that (${answer.error}). Please try again.`, "bad");
    want(`messages:${channel}`, "views", "state");
  }

  /** A global shortcut, or one on a message. */
  async function shortcut(callback_id, message = null) {
    const { me: user, channel } = store;
    const place = message ? { channel, ts: message.ts } : {};
    const answer = await attempt(() => api.shortcut({ user, callback_id, ...place }));
    if (answer?.error) toast(`The app did not answer that (${answer.error}). Please try again.`, "bad");
    want("views", `messages:${channel}`);
  }

  /** Open the app's Home: the app hears of it and may publish it anew. */
  async function openHome() {
    const answer = await attempt(() => api.home({ user: store.me }));
    if (answer) want("views", "state");
  }

  async function edit(message, text) {
    const channel = store.channel;
    const answer = await attempt(() => api.edit({ user: store.me, channel, ts: message.ts, text }));
    if (answer?.error) toast(`That was not changed: ${answer.error}.`, "bad");
    store.editing = null;
    want(`messages:${channel}`, "replies");
  }

  async function remove(message) {
    const channel = store.channel;
    const answer = await attempt(() => api.remove({ user: store.me, channel, ts: message.ts }));
    if (answer?.error) toast(`That was not deleted: ${answer.error}.`, "bad");
    want(`messages:${channel}`, "replies");
  }

  async function copyLink(message) {
    const address = `${location.origin}/archives/${store.channel}/p${message.ts.replace(".", "")}`;
    await attempt(() => navigator.clipboard.writeText(address).then(() => toast("Link copied.", "good")));
  }

  async function clickInView(view, action) {
    const answer = await attempt(() => api.click({ user: store.me, view_id: view.id, ...chosen(action) }));
    if (answer?.error) toast(`The app did not answer that (${answer.error}). Please try again.`, "bad");
    want("views");
  }

  /** The errors beside fields, by block id; throws with words for the form when the app did not answer. */
  async function submit(view, values) {
    const answer = await api.submit({ user: store.me, view_id: view.id, values });
    want("views", `messages:${store.channel}`, "state");
    if (answer.error) throw new Error(`We had some trouble connecting (${answer.error}). Try again?`);
    return answer.errors ?? {};
  }

  async function close(view) {
    await attempt(() => api.closeView({ user: store.me, view_id: view.id }));
    store.modals = store.modals.filter((modal) => modal.id !== view.id);
    redraw();
    want("views");
  }

  async function react(message, name, mine) {
    const channel = store.channel;
    await attempt(() =>
      api.react({ user: store.me, channel, ts: message.ts, name, ...(mine ? { remove: true } : {}) }),
    );
    want(`messages:${channel}`, "replies");
  }

  async function join(channel = channelOf(store)) {
    if (!channel || isMember(store, channel)) return;
    await comeOrGo(api.join, channel, "Joining");
  }

  const leave = (channel) => comeOrGo(api.leave, channel, "Leaving");

  async function comeOrGo(call, channel, what) {
    const answer = await attempt(() => call({ user: store.me, channel: channel.id }));
    if (answer?.error) toast(`${what} did not work: ${answer.error}.`, "bad");
    else if (answer) Object.assign(channel, { members: toggled(channel.members, store.me) });
    want("state", `messages:${channel.id}`);
    redraw();
  }

  /** Kill the bot, and tell when it is back; the stream and this watch both bring its state. */
  async function kill() {
    const before = store.bot.restarts;
    store.killing = true;
    redraw();
    if (
      !(await attempt(async () => {
        await api.kill();
        return true;
      }))
    ) {
      store.killing = false;
      redraw();
      return;
    }
    toast("The bot was killed (SIGKILL). It is being started again.", "bad");
    for (let waited = 0; waited < 30_000 && store.killing; waited += 250) {
      await new Promise((resume) => setTimeout(resume, 250));
      want("bot");
      if (store.bot.restarts > before && isUp(store.bot)) break;
    }
    store.killing = false;
    redraw();
    if (isUp(store.bot)) toast("The bot is back.", "good");
  }

  return {
    ...{ send, recall, click, clickInView, shortcut, submit, close, openHome },
    ...{ react, edit, remove, copyLink, join, leave, kill },
  };
}

const toggled = (members, id) => (members.includes(id) ? members.filter((one) => one !== id) : [...members, id]);

const chosen = ({ action_id, value }) => (value === undefined || value === null ? { action_id } : { action_id, value });

/** Slack's words for a command that went wrong. */
function failure(command, error) {
  if (error === "invalid_command") return `\`${command}\` is not a valid command.`;
  if (error === "dispatch_failed")
    return `\`${command}\` failed with the error "dispatch_failed". The app is not connected, or answered with an error.`;
  if (error === "operation_timeout")
    return `\`${command}\` failed with the error "operation_timeout". The app did not answer within 3 seconds.`;
  return `\`${command}\` failed with the error "${error}".`;
}
