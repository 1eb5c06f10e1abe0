// Six small charts of the last three minutes, drawn as inline SVG. Text only ever becomes text nodes.

export const SHOWN_S = 180;
const WIDTH = 360, HEIGHT = 100;

const percent = (value) => `${(value * 100).toFixed(value < 0.00995 && value > 0 ? 1 : 0)} %`;
const seconds = (value) => `${(value / 1000).toFixed(1)} s`;
const dollars = (value) => `$${value.toFixed(0)}`;

/** `lines` are names of figures; `least` is the smallest top of the scale; `fall`: less than usual is worse. */
export const CHARTS = [
  { title: "Errors", show: percent, least: 0.1, lines: [["error_share", "failed"]] },
  { title: "Slowest 5 %", show: seconds, least: 2500, lines: [["p95_ms", "or longer"]] },
  { title: "Spend an hour", show: dollars, least: 50, lines: [["spend_per_hour", "USD"]] },
  { title: "Bad answers", show: percent, least: 0.2, lines: [["bad_share", "bad"], ["flagged_share", "flagged"], ["misused_share", "misused"]] },
  { title: "Resting on sources", show: percent, least: 1, fall: true, lines: [["grounded_share", "grounded"]] },
  { title: "Not answered", show: percent, least: 0.25, lines: [["refused_share", "refused"], ["dont_know_share", "don't know"], ["limited_share", "limited"]] },
];
const STYLES = ["one", "two", "three"];

export function element(name, attributes = {}, ...children) {
  const svg = ["svg", "path", "line"].includes(name);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Far enough from usual that a person should look. */
function odd(value, usual, chart) {
  if (value === null || usual === undefined || usual === null) return false;
  return chart.fall ? value < usual - 0.12 : value > Math.max(usual * 1.8, usual + chart.least * 0.18);
}

function path(points, name, start, top) {
  let drawn = "", pen = false;
  for (const point of points) {
    const value = point[name];
    if (value === null || value === undefined) { pen = false; continue; }
    const x = ((point.t - start) / SHOWN_S) * WIDTH;
    const y = HEIGHT - (Math.min(value, top) / top) * HEIGHT;
    drawn += `${pen ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = true;
  }
  return drawn;
}

const upright = (x, kind) => element("line", { class: kind, x1: x, x2: x, y1: 0, y2: HEIGHT });
const level = (y, kind) => element("line", { class: kind, x1: 0, x2: WIDTH, y1: y, y2: y });

/** One figure element: title, the values now, the run of each, what is usual, and where a setting was changed. */
export function chart(one, points, usual, events, now) {
  const start = now - SHOWN_S;
  const values = points.flatMap((point) => one.lines.map(([name]) => point[name] ?? 0));
  const top = Math.max(one.least, ...values) * (one.fall ? 1 : 1.06);
  const last = points.at(-1) ?? {};
  const spoken = [];
  const figures = one.lines.map(([name, words], index) => {
    const value = last[name] ?? null;
    const text = value === null ? "–" : one.show(value);
    const normal = usual[name] === undefined || usual[name] === null ? "" : `usually ${one.show(usual[name])}`;
    spoken.push(`${text} ${words}, ${normal}`);
    const key = one.lines.length > 1 ? [element("span", { class: `key ${STYLES[index]}` })] : [];
    const rest = one.lines.length > 1 ? words : normal;
    return element("div", odd(value, usual[name], one) ? { class: "off" } : {}, ...key, element("strong", {}, text), rest);
  });
  const drawing = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": `${one.title}: ${spoken.join("; ")}` });
  drawing.append(level(HEIGHT, "floor"));
  if (one.lines.length === 1 && usual[one.lines[0][0]] !== undefined) {
    drawing.append(level(HEIGHT - (usual[one.lines[0][0]] / top) * HEIGHT, "normal"));
  }
  for (const event of events) if (event.at > start) drawing.append(upright(((event.at - start) / SHOWN_S) * WIDTH, "turn"));
  one.lines.forEach(([name], index) => drawing.append(element("path", { class: `run ${STYLES[index]}`, d: path(points, name, start, top) })));
  const scale = element("div", { class: "scale", "aria-hidden": "true" }, element("span", {}, "3 min ago"), element("span", {}, `scale to ${one.show(top)}`), element("span", {}, "now"));
  return element("figure", {}, element("h2", {}, one.title), element("div", { class: "figures" }, ...figures), drawing, scale);
}
