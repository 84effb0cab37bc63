import { el } from "./dom.js";
import { kindColour } from "./palette.js";
import { kindOf, stateOf } from "./incidents.js";
import { countByCode } from "./tally.js";
import { formatNumber } from "./text.js";
import { stateMark } from "./card.js";

/** A row of choices of which one holds. */
export function choice(name, legend, options, chosen, set) {
  return el("fieldset", { class: "choice" }, el("legend", {}, legend), options.map(([value, text]) =>
    el("label", {}, el("input", { type: "radio", name, value, checked: value === chosen, on: { change: () => set(value) } }), el("span", {}, text))));
}

function toggled(hidden, at) {
  const next = new Set(hidden);
  if (!next.delete(at)) next.add(at);
  return next;
}

function filterRow(mark, text, count, checked, change, word) {
  return el("label", { class: "check" }, el("input", { type: "checkbox", checked, on: { change } }), mark, el("span", {}, text), el("em", {}, formatNumber(count, word.lang)));
}

/** How incidents are shown, and which: by light and by kind, each with how many there are. */
export function incidentPanel(model, state, word) {
  const { incidents, header } = model;
  const counts = countByCode(model.tally, 0);
  const total = (fits) => counts.reduce((sum, count, code) => (fits(code) ? sum + count : sum), 0);
  const kinds = incidents.kinds.map((_, at) => at).sort((a, b) => total((code) => kindOf(code) === b) - total((code) => kindOf(code) === a));
  return [
    choice("gs-mode", word("incidents"), [["cluster", word("cluster")], ["heat", word("heat")], ["dots", word("dots")], ["off", word("off")]], state.mode, (mode) => state.set({ mode })),
    choice("gs-colour", word("colourBy"), [["state", word("state")], ["kind", word("kind")]], state.colourBy, (colourBy) => state.set({ colourBy })),
    el("div", { class: "checks", role: "group", "aria-label": word("state") }, header.states.map((name, at) =>
      filterRow(stateMark(name), word(name), total((code) => stateOf(code) === at), !state.hiddenStates.has(at), () => state.set({ hiddenStates: toggled(state.hiddenStates, at) }), word))),
    el("details", { open: state.colourBy === "kind" || kinds.length <= 8 }, el("summary", {}, word("kind")), el("div", { class: "checks", role: "group", "aria-label": word("kind") }, kinds.map((at) =>
      filterRow(state.colourBy === "kind" ? el("i", { class: "mark", swatch: kindColour(at) }) : null, word.pick(incidents.labels[at]), total((code) => kindOf(code) === at), !state.hiddenKinds.has(at), () => state.set({ hiddenKinds: toggled(state.hiddenKinds, at) }), word)))),
    incidents.unplaced ? el("p", { class: "fine" }, `${word("outside")}: ${formatNumber(incidents.unplaced, word.lang)} ${word("incidentsUnit")}`) : null,
  ];
}
