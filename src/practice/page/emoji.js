// The shortcodes that incident messages use. One that is not here stays as it was typed.

const EMOJI = {
  "+1": "👍", "-1": "👎", adhesive_bandage: "🩹", alarm_clock: "⏰", arrow_down: "⬇️", arrow_left: "⬅️", arrow_right: "➡️",
  arrow_up: "⬆️", arrows_counterclockwise: "🔄", ballot_box_with_check: "☑️", bar_chart: "📊", bell: "🔔",
  black_circle: "⚫", bookmark: "🔖", books: "📚", bug: "🐛", bulb: "💡", calendar: "📆", chart_with_downwards_trend: "📉",
  chart_with_upwards_trend: "📈", clipboard: "📋", clock1: "🕐", construction: "🚧", dart: "🎯", envelope: "✉️",
  exclamation: "❗", eye: "👁️", eyes: "👀", fire: "🔥", fire_engine: "🚒", gear: "⚙️", globe_with_meridians: "🌐",
  hammer_and_wrench: "🛠️", heart: "❤️", heavy_check_mark: "✔️", heavy_plus_sign: "➕", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", information_source: "ℹ️", key: "🔑", label: "🏷️", large_blue_circle: "🔵",
  large_green_circle: "🟢", large_orange_circle: "🟠", large_purple_circle: "🟣", large_red_circle: "🔴",
  large_white_circle: "⚪", large_yellow_circle: "🟡", link: "🔗", lock: "🔒", loudspeaker: "📢", mag: "🔍",
  mega: "📣", memo: "📝", moneybag: "💰", no_entry: "⛔", octagonal_sign: "🛑", package: "📦", page_facing_up: "📄",
  paperclip: "📎", pencil: "📝", pencil2: "✏️", pushpin: "📌", question: "❓", raised_hand: "✋", red_circle: "🔴",
  repeat: "🔁", robot_face: "🤖", rocket: "🚀", rotating_light: "🚨", shield: "🛡️", siren: "🚨", slightly_smiling_face: "🙂",
  smile: "😄", snail: "🐌", sos: "🆘", speech_balloon: "💬", stopwatch: "⏱️", tada: "🎉", test_tube: "🧪",
  thumbsdown: "👎", thumbsup: "👍", ticket: "🎫", timer_clock: "⏲️", traffic_light: "🚥", triangular_flag_on_post: "🚩",
  unlock: "🔓", vertical_traffic_light: "🚦", warning: "⚠️", wave: "👋", white_check_mark: "✅", white_circle: "⚪",
  wrench: "🔧", x: "❌", zap: "⚡", zzz: "💤",
};

/** The character of a shortcode (without colons), or null. */
export function emoji(name) {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name] : null;
}

/** Replace the shortcodes of a plain text. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) ?? whole);
}
