// Building elements. Data only ever becomes text nodes and plain attributes; no markup is ever parsed.

/**
 * Make an element: h("button.primary", { onclick, "aria-label": "Close" }, "Close").
 * Properties that are functions become listeners; true, false and null set or leave out an attribute.
 */
export function h(selector, properties = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (name === "value") element.value = value;
    else if (name === "href") setLink(element, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** Flatten nested children, drop what is absent, and keep strings as text. */
export function nodes(children) {
  return [children]
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

/** The address if a person may be sent there (http, https, mailto), else null. */
export function safeLink(address) {
  try {
    const url = new URL(address, location.origin);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function setLink(element, address) {
  const href = safeLink(address);
  if (!href) return;
  element.setAttribute("href", href);
  if (href.startsWith(location.origin)) return;
  element.setAttribute("target", "_blank");
  element.setAttribute("rel", "noopener noreferrer");
}

/** Line drawings for the page's own controls; each is one path on a 20 by 20 grid. */
const ICONS = {
  lock: "M6 9V6.5a4 4 0 0 1 8 0V9M4.5 9h11v8h-11z",
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h14M2.5 12.5h14",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  close: "M5 5l10 10M15 5 5 15",
  send: "M3 10 17 3.5 12.5 17 9.5 11.5z",
  pin: "M12 3l5 5-3 1-3 3 0 3-2.5-2.5L4 17l4.5-4.5L5.5 10l3 0 3-3z",
  traffic: "M3 7h12l-3-3M17 13H5l3 3",
  thread: "M4 4h12v9H9l-3.5 3V13H4z",
  smile: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM7 8v.5M13 8v.5M6.5 12a4 4 0 0 0 7 0",
  down: "M5 8l5 5 5-5",
  file: "M5 2.5h7l3.5 3.5v11.5h-10.5zM12 2.5v3.5h3.5",
  people: "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17a5.5 5.5 0 0 1 11 0M13 4a3 3 0 0 1 0 5.5M15 12a5 5 0 0 1 3 5",
  bolt: "M11 2.5 4.5 11.5H10L9 17.5l6.5-9H10z",
  dots: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4",
  plus: "M10 4v12M4 10h12",
  home: "M3 9.5 10 3.5l7 6M5 8.5v8h4v-5h2v5h4v-8",
  edit: "M4 16l.8-3.2 8.7-8.7 2.4 2.4-8.7 8.7zM12 5.6 14.4 8",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6",
  help: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM7.8 8a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M10 14.2h.01",
  theme: "M16.5 11.5A7 7 0 0 1 8.5 3.5a7 7 0 1 0 8 8z",
  bell: "M4.5 14h11l-1.3-2V8.5a4.2 4.2 0 0 0-8.4 0V12zM8.5 16.5a1.7 1.7 0 0 0 3 0M10 4.3V2.8",
  at: "M13 7v4.2a1.9 1.9 0 0 0 3.8 0V10a6.8 6.8 0 1 0-2.6 5.3M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0z",
  unread: "M4 10h5M4 6h12M4 14h12M16 10a1.2 1.2 0 1 1-2.4 0 1.2 1.2 0 0 1 2.4 0z",
  eye: "M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10zM10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z",
  link: "M8 12l4-4M9 6l1.5-1.5a3.5 3.5 0 0 1 5 5L14 11M11 14l-1.5 1.5a3.5 3.5 0 0 1-5-5L6 9",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Replace what a region shows; the control that had the focus gets it again (controls carry data-key). */
export function redraw(region, ...children) {
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const { key } = focused?.dataset ?? {};
  const scroll = region.scrollTop;
  region.replaceChildren(...nodes(children));
  region.scrollTop = scroll;
  if (focused && key) keyed(region, key)?.focus();
}

/** Redraw only when `facts` (any JSON value) differ from those of the last time. */
export function redrawOn(region, facts, build) {
  const signature = JSON.stringify(facts);
  if (region.signature === signature) return;
  region.signature = signature;
  redraw(region, build());
}

/** The control within `region` that carries this data-key. */
export const keyed = (region, key) => [...region.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key);
