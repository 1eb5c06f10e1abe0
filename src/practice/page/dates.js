// Times as a person reads them, in the browser's own zone. Slack's ts and epochs are seconds.

const DAY = 86400;

/** Seconds since the epoch, of a Slack ts. */
export const secondsOf = (ts) => Number.parseFloat(ts);

const part = (options) => (epoch) => new Intl.DateTimeFormat(undefined, options).format(new Date(epoch * 1000));

export const clock = part({ hour: "2-digit", minute: "2-digit", hour12: false });
export const clockWithSeconds = part({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const dayAndMonth = part({ weekday: "long", day: "numeric", month: "long" });
const numeric = part({ year: "numeric", month: "2-digit", day: "2-digit" });
const shortDay = part({ day: "numeric", month: "short" });
const long = part({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
const short = part({ year: "numeric", month: "short", day: "numeric" });
const date = part({ year: "numeric", month: "long", day: "numeric" });

/** Days since the epoch in this zone; equal for two moments of one day. */
export function dayOf(epoch) {
  const moment = new Date(epoch * 1000);
  return Math.floor((epoch - moment.getTimezoneOffset() * 60) / DAY);
}

/** "2026-11-22" in this zone, whatever the browser's language. */
export function isoDay(epoch) {
  const moment = new Date(epoch * 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** "today", "yesterday", "tomorrow", or null. */
function nearDay(epoch, now) {
  const days = dayOf(now) - dayOf(epoch);
  return { "-1": "tomorrow", 0: "today", 1: "yesterday" }[days] ?? null;
}

export function dayLabel(epoch, now = Date.now() / 1000) {
  const near = nearDay(epoch, now);
  return near ? near[0].toUpperCase() + near.slice(1) : dayAndMonth(epoch);
}

/** "today at 14:02", "3 Nov at 14:02". */
export function dayAndClock(epoch, now = Date.now() / 1000) {
  return `${nearDay(epoch, now) ?? shortDay(epoch)} at ${clock(epoch)}`;
}

function ago(epoch, now) {
  const minutes = Math.round(Math.abs(now - epoch) / 60);
  const [count, unit] =
    minutes < 60
      ? [minutes, "minute"]
      : minutes < 1440
        ? [Math.round(minutes / 60), "hour"]
        : [Math.round(minutes / 1440), "day"];
  const amount = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return epoch > now ? `in ${amount}` : `${amount} ago`;
}

/** Slack's <!date^epoch^format^link|fallback> tokens (docs: formatting text, date formatting). */
export function slackDate(epoch, format, now = Date.now() / 1000) {
  const pretty = (written) => nearDay(epoch, now) ?? written(epoch);
  const tokens = {
    date_num: () => isoDay(epoch),
    date_slash: () => numeric(epoch),
    date: () => date(epoch),
    date_long: () => long(epoch),
    date_long_full: () => long(epoch),
    date_short: () => short(epoch),
    date_pretty: () => pretty(date),
    date_long_pretty: () => pretty(long),
    date_short_pretty: () => pretty(short),
    day_divider_pretty: () => pretty(long),
    time: () => clock(epoch),
    time_secs: () => clockWithSeconds(epoch),
    ago: () => ago(epoch, now),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(tokens, name) ? tokens[name]() : whole));
}
