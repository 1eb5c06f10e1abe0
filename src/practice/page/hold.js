// A click is a press and a release on the same element. What is drawn anew in between takes the click away with it.

/** Calls `draw` once the press is over; the function it returns says whether to wait for that. */
export function makeHold(draw) {
  let pressed = false;
  let owed = false;
  addEventListener("pointerdown", () => (pressed = true), true);
  const release = ({ type, target }) => {
    if (type === "blur" && target !== window) return; // an element's own, which the press itself brings about
    pressed = false;
    // Behind the click, which the browser sends right after the release.
    if (owed) setTimeout(draw);
    owed = false;
  };
  for (const end of ["pointerup", "pointercancel", "dragend", "blur"]) addEventListener(end, release, true);
  return () => {
    owed ||= pressed;
    return pressed;
  };
}
