import { createState } from "./state.js";
import { stateOf, timeBins } from "./incidents.js";
import { countByCode } from "./tally.js";
import { readLink } from "./permalink.js";

/** At first only what still has to be done is shown, if there is any; the rest is one tick away. */
export function hiddenAtFirst(model) {
  if (!model.incidents) return new Set();
  const closed = model.header.states.indexOf("closed");
  return countByCode(model.tally, 0).some((count, code) => count && stateOf(code) !== closed) ? new Set([closed]) : new Set();
}

export function binsOf(model) {
  if (!model.incidents) return null;
  const { start, tick, time, count } = model.incidents;
  return timeBins(start, tick, time[count - 1]);
}

/** The reader's choices at first: the browser's language and shade, then what the link asks for. */
export function firstState(model, indicators, bins) {
  const chinese = (navigator.language || "zh").toLowerCase().startsWith("zh");
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const link = readLink(window.location.hash);
  const state = createState({
    lang: chinese ? "zh" : "en", theme: dark ? "dark" : "light", indicator: 0, mode: "cluster", colourBy: "state",
    hiddenKinds: new Set(), hiddenStates: hiddenAtFirst(model), bin: 0, playing: false, chosen: -1, sheet: false, measuring: false, printing: false, rankOpen: false,
    layers: { basemap: true, streets: true, communities: true, grids: true, roads: !model.basemap, greens: !model.basemap, buildings: true, components: true, labels: true },
    ...link,
  });
  state.indicator = Math.min(state.indicator, indicators.length - 1);
  if (!bins || state.bin > bins.count) state.bin = 0;
  if (link.grid) state.chosen = model.grids.code.indexOf(link.grid);
  return state;
}
