import { el } from "./dom.js";

/** A window that says what the page is and whose work is in it, with the licences' text. */
export function aboutDialog(model, word) {
  const dialog = el("dialog", { class: "about", "aria-label": word("about") });
  const tiles = model.basemap && model.basemap.hosts.length ? model.basemap : null;
  const libraries = Object.entries(model.header.libraries).map(([name, entry]) =>
    el("details", {}, el("summary", {}, `${name} ${entry.version} — ${word("copyright")} ${entry.licence}`), el("div", { class: "licence" }, entry.text.split("\n").map((line) => el("div", {}, line || " ")))));
  dialog.append(
    el("h2", {}, word("about")),
    el("p", {}, word.pick(model.header.title)), el("p", {}, word.pick(model.header.note)),
    el("p", {}, tiles ? `${word("aboutTiles")}: ${tiles.hosts.join(", ")}` : word("aboutFile")), el("p", {}, word("aboutKeys")),
    ...libraries,
    el("button", { on: { click: () => dialog.close() } }, word("close")),
  );
  return dialog;
}
