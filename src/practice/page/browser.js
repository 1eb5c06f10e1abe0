// The channel browser: every channel the acting person may see, to look at, join or leave.

import { openDialog } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { isMember, visible } from "./store.js";

/** `acts` = {open(channel), join(channel), leave(channel)}; join and leave answer when they are done. */
export function openBrowser(store, acts) {
  const list = h("ul.browse-list");
  const search = h("input.finder-input", {
    type: "text",
    placeholder: "Search channels",
    "aria-label": "Search channels",
    autocomplete: "off",
    oninput: () => show(),
  });
  const { close } = openDialog("browse", "Channels", search, list);

  function show() {
    const { mine, open, archived } = visible(store);
    const sought = search.value.trim().toLowerCase();
    const found = [...mine, ...open]
      .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))
      .concat(archived)
      .filter(({ name, topic, purpose }) => [name, topic, purpose].join(" ").toLowerCase().includes(sought));
    list.replaceChildren(...found.map(row));
    if (!found.length) list.append(h("li.empty", {}, "No channel has that in its name or topic."));
  }

  function row(channel) {
    const member = isMember(store, channel);
    const facts = [
      member && "Joined",
      `${channel.members.length} ${channel.members.length === 1 ? "member" : "members"}`,
      channel.archived && "archived",
      channel.topic,
    ];
    const change = h(
      "button.btn",
      {
        type: "button",
        "aria-label": `${member ? "Leave" : "Join"} ${channel.name}`,
        onclick: async () => {
          change.disabled = true;
          await (member ? acts.leave(channel) : acts.join(channel));
          show();
          [...list.querySelectorAll("button.btn")]
            .find((button) => button.getAttribute("aria-label").endsWith(` ${channel.name}`))
            ?.focus();
        },
      },
      member ? "Leave" : "Join",
    );
    return h(
      "li.browse-row",
      {},
      h(
        "button.browse-open",
        {
          type: "button",
          onclick: () => {
            close();
            acts.open(channel.id);
          },
        },
        h("b", {}, icon(channel.private ? "lock" : "hash"), channel.name),
        h("small", {}, facts.filter(Boolean).join(" · ")),
      ),
      !channel.archived && change,
    );
  }

  show();
  search.focus();
}
