// A person's face: initials in the person's own colour.

import { h } from "./dom.js";

/** Initials on the colour `user.hue` (0 to 7); an app has a colour of its own. Decorative: the name stands beside it. */
export function avatar(user, size = "") {
  const name = user?.real_name || user?.name || "?";
  const initials = name
    .split(/[\s._-]+/)
    .filter(Boolean)
    .slice(0, size === "small" ? 1 : 2)
    .map((word) => [...word][0].toUpperCase())
    .join("");
  return h(
    `span.avatar.hue-${user?.is_bot ? "bot" : (user?.hue ?? 0)}${size && `.${size}`}`,
    { "aria-hidden": "true" },
    initials,
  );
}
