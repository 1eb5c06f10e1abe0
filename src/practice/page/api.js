// Talking to the workspace. Every call answers a plain value; a refusal becomes an Error with the server's words, marked
// `refused`: asking again would not help.

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The practice workspace does not answer. Is it still running?");
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw Object.assign(new Error(body?.error ?? `${path}: ${response.status}`), { refused: true });
  return body;
}

const get = (path) => ask(path);
const post = (path, body = {}) =>
  ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString();

export const api = {
  state: () => get("/practice/state"),
  app: () => get("/practice/app"),
  messages: (channel, narrowed) => get(`/practice/messages/${channel}?${query(narrowed)}`),
  views: (user) => get(`/practice/views/${user}`),
  bot: () => get("/practice/bot"),
  pages: () => get("/practice/pages"),
  kill: () => post("/practice/bot/kill"),
  traffic: (since) => get(`/practice/traffic?since=${since}`),
  command: (body) => post("/practice/command", body),
  click: (body) => post("/practice/click", body),
  submit: (body) => post("/practice/submit", body),
  closeView: (body) => post("/practice/close_view", body),
  message: (body) => post("/practice/message", body),
  react: (body) => post("/practice/react", body),
  edit: (body) => post("/practice/edit", body),
  remove: (body) => post("/practice/delete", body),
  shortcut: (body) => post("/practice/shortcut", body),
  home: (body) => post("/practice/home", body),
  join: (body) => post("/practice/join", body),
  leave: (body) => post("/practice/leave", body),
};

/** Follow the workspace's changes: `heard({kind, channel?, user?})`, and `connected(boolean)` as the stream comes and goes. */
export function follow(heard, connected) {
  const stream = new EventSource("/practice/stream");
  stream.onopen = () => connected(true);
  stream.onerror = () => connected(false);
  stream.onmessage = (event) => heard(JSON.parse(event.data));
  return stream;
}
