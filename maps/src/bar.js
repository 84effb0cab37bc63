import { el } from "./dom.js";

/** The map's controls on a phone stand in a bar below it, so that nothing covers it. */
export function createBar(map, state, word, whole) {
  const button = (text, label, click) => el("button", { "aria-label": label, on: { click } }, text);
  return el(
    "nav", { id: "gs-bar", "aria-label": word("panel") },
    button("☰", word("panel"), () => state.set({ sheet: !state.sheet })),
    button("+", word("zoomIn"), () => map.zoomIn()),
    button("−", word("zoomOut"), () => map.zoomOut()),
    button("⤢", word("wholeMap"), whole),
  );
}
