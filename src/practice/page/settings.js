// What a person sets for this browser: the colours, and whether single keys do things.

export const THEMES = [
  ["system", "As the system has it"],
  ["light", "Light"],
  ["dark", "Dark"],
];

export const theme = () => document.documentElement.dataset.theme ?? "system";

export function setTheme(name) {
  localStorage.setItem("practice.theme", name);
  document.documentElement.dataset.theme = name;
}

export const singleKeys = () => localStorage.getItem("practice.keys") !== "off";
export const setSingleKeys = (on) => localStorage.setItem("practice.keys", on ? "on" : "off");
