// Asks the service once a second, draws what it says, and sends what the buttons ask for.

import { CHARTS, SHOWN_S, chart, element } from "./charts.js";

const CLASSES = [
  ["quality_regression", "Quality regression", "A release moves the prompt to v18"],
  ["safety_violation", "Safety violation", "The provider swaps the model behind the alias"],
  ["retrieval_failure", "Retrieval failure", "A bad index build goes live"],
  ["latency_saturation", "Latency", "A batch job floods the queue"],
  ["cost_runaway", "Cost runaway", "acme's agents go in circles"],
  ["provider_outage", "Provider outage", "The first provider fails 60 % of calls"],
  ["security", "Security", "A poisoned wiki page gives orders"],
];
const $ = (id) => document.getElementById(id);
const state = { points: [], broken: [] };
const buttons = new Map();

async function ask(path, body) {
  const options = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function ago(at) {
  const passed = Math.max(0, Math.round(state.now - at));
  return passed < 60 ? `${passed} s ago` : `${Math.floor(passed / 60)} min ago`;
}

function drawSettings() {
  const names = Object.keys(state.settings);
  const differs = names.filter((name) => state.settings[name] !== state.defaults[name]);
  const changes = differs.map((name) => {
    const last = state.events.findLast((event) => event.name === name);
    const whose = last ? `, ${last.by || "somebody"}, ${ago(last.at)}` : "";
    return element("div", { class: "change" }, `${name} `, element("b", {}, String(state.settings[name])),
      element("small", {}, `usually ${state.defaults[name]}${whose}`));
  });
  $("changed").replaceChildren(...(changes.length ? changes : [element("p", { class: "none" }, "Nothing differs.")]));
  const rows = names.filter((name) => !differs.includes(name));
  $("usual").replaceChildren(...rows.map((name) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, String(state.settings[name])))));
  $("mend").disabled = !differs.length && !state.broken.length;
}

function drawState() {
  for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(state.broken.includes(name)));
  const titles = CLASSES.filter(([name]) => state.broken.includes(name)).map(([, title]) => title.toLowerCase());
  const says = titles.length ? `Broken: ${titles.join(", ")}` : "Nothing is broken";
  if ($("says").textContent !== says) $("says").textContent = says;
  $("says").className = titles.length ? "broken" : "";
  const now = state.points.at(-1);
  $("traffic").textContent = now ? `${(now.requests / state.over).toFixed(0)} requests a second · ${state.jobs} agent jobs` : "";
}

function draw() {
  drawState();
  drawSettings();
  $("charts").replaceChildren(...CHARTS.map((one) => chart(one, state.points, state.usual, state.events, state.now)));
}

async function refresh() {
  try {
    const since = state.points.at(-1)?.t ?? 0;
    const { points, ...rest } = await ask(`/series?since=${since}`);
    Object.assign(state, rest);
    state.points = [...state.points, ...points].filter((point) => point.t > state.now - SHOWN_S);
    draw();
    $("offline").hidden = true;
  } catch {
    $("offline").hidden = false;
  }
}

async function press(path, body) {
  try {
    await ask(path, body);
  } catch {
    $("offline").hidden = false;
  }
  await refresh();
}

for (const [name, title, words] of CLASSES) {
  const label = element("b", { id: `label-${name}` }, `Break: ${title}`);
  const note = element("small", { id: `note-${name}` }, words);
  const button = element("button", { type: "button", "aria-pressed": "false", "aria-labelledby": label.id, "aria-describedby": note.id }, label, note);
  button.addEventListener("click", () => press(state.broken.includes(name) ? "/mend" : "/break", { class: name }));
  buttons.set(name, button);
  $("buttons").append(button);
}
$("mend").addEventListener("click", () => press("/mend", {}));

async function live() {
  await refresh();
  setTimeout(live, 1000);
}
live();
