// Before anything is drawn: the colours this person chose in this browser, else those of the system.
// A plain script, not a module, so that the page never shows the other colours first.

document.documentElement.dataset.theme = localStorage.getItem("practice.theme") ?? "system";
