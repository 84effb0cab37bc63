import { el, fill } from "./dom.js";
import { fillLegend, heatLegend } from "./legend.js";
import { indicatorName, indicatorUnit } from "./indicators.js";
import { formatNumber } from "./text.js";
import { incidentPanel } from "./incidentpanel.js";
import { searchBox } from "./search.js";
import { timeline } from "./timeline.js";
import { nameOfGrid } from "./names.js";
import { gridCard } from "./card.js";

const TREE = [["borders", ["streets", "communities", "grids"]], ["base", ["basemap", "roads", "greens", "buildings", "components"]], ["label", ["labels"]]];
const NAMES = { labels: "label" };
const RANKED = 8;

function indicatorPicker(indicators, state, word) {
  const options = indicators.map((each, i) => el("option", { value: String(i), selected: i === state.indicator }, indicatorName(each, word)));
  options.push(el("option", { value: "-1", selected: state.indicator < 0 }, word("off")));
  return el("label", { class: "field" }, el("span", {}, word("indicator")), el("select", { on: { change: (event) => state.set({ indicator: Number(event.target.value) }) } }, options));
}

function layerTree(model, available, state, word) {
  const box = (name) => el("label", { class: "check" }, el("input", { type: "checkbox", checked: state.layers[name], "data-layer": name, on: { change: (event) => state.set({ layers: { ...state.layers, [name]: event.target.checked } }) } }), el("span", {}, word(NAMES[name] || name)));
  const missing = Object.entries(model.header.missing).map(([role, count]) => `${word(role === "surfaces" ? "greens" : role)} ${formatNumber(count, word.lang)}`);
  return el("details", { class: "part" }, el("summary", {}, word("layers")), TREE.map(([group, names]) => {
    const shown = names.filter((name) => available.has(name));
    return shown.length ? el("fieldset", {}, el("legend", {}, word(group)), shown.map(box)) : null;
  }), missing.length ? el("p", { class: "fine" }, `${word("notDrawn")}: ${missing.join(" · ")}`) : null);
}

/** The grids with the most of the chosen indicator; where it goes below zero, those farthest from it. */
export function topGrids(values, most = RANKED) {
  return values.map((_, i) => i).filter((i) => values[i] !== null && values[i] !== 0).sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]) || a - b).slice(0, most);
}

function ranking(model, indicator, state, word, go) {
  const top = topGrids(indicator.values);
  if (!top.length) return null;
  const most = Math.abs(indicator.values[top[0]]);
  const bar = (i) => el("span", { class: "bar" }, el("i", { width: `${Math.round((Math.abs(indicator.values[i]) / most) * 100)}%` }));
  return el("details", { class: "part", open: state.rankOpen, on: { toggle: (event) => (state.rankOpen = event.target.open) } }, el("summary", {}, `${word("rank")} · ${indicatorName(indicator, word)} ${indicatorUnit(indicator, word) ? `(${indicatorUnit(indicator, word)})` : ""}`),
    el("ol", { class: "rank" }, top.map((i) => el("li", {}, el("button", { on: { click: () => go(i) } }, el("span", { class: "name" }, nameOfGrid(model, i)), bar(i), el("em", {}, formatNumber(indicator.values[i], word.lang)))))));
}

function heading(model, state, word, actions) {
  const button = (name, text, label = text) => el("button", { "data-action": name, "aria-label": label, on: { click: actions[name] } }, text);
  const other = state.lang === "zh" ? "English" : "中文";
  return el("header", {},
    el("h1", {}, word.pick(model.header.title)),
    word.pick(model.header.note) ? el("p", { class: "fine" }, word.pick(model.header.note)) : null,
    el("div", { class: "tools" }, button("lang", other), button("theme", word(state.theme === "light" ? "dark" : "light")), button("measure", word("measure")), button("print", word("print")), button("picture", word("picture")), button("about", word("about"))),
    el("p", { id: "gs-status", class: "status", role: "status" }));
}

/** The panel beside the map. `refresh` names what has to be made anew; the rest keeps the reader's focus. */
export function createPanel(model, indicators, state, context) {
  const { index, bins, actions, available, found, go, choose } = context;
  const top = el("div", {});
  const card = el("div", {});
  const legend = el("div", { class: "part" });
  const incidents = el("div", { class: "part" });
  const time = el("div", {});
  const rank = el("div", {});
  const layers = el("div", {});
  const node = el("aside", { id: "gs-panel" }, top, card, legend, model.incidents ? [incidents, time] : null, rank, layers);
  let line = null;
  const parts = {
    top: (word) => fill(top, heading(model, state, word, actions), searchBox(index, word, choose)),
    card: (word) => fill(card, state.chosen >= 0 ? gridCard(model, indicators, state.chosen, word, () => state.set({ chosen: -1 })) : el("p", { class: "hint" }, word(model.incidents && model.header.postings ? "hintClick" : "hintGrid"))),
    legend: (word) => {
      const now = indicators[state.indicator];
      fill(legend, state.mode === "heat" ? heatLegend(word) : indicatorPicker(indicators, state, word), now && state.mode !== "heat" ? fillLegend(now, word, now.asOf) : null,
        model.header.audience === "public" && model.header.withheld.length ? el("p", { class: "fine" }, `${word("missing")}: ${word("withheld")}`) : null);
    },
    incidents: (word) => model.incidents && fill(incidents, incidentPanel(model, state, word)),
    time: (word) => {
      if (!model.incidents) return;
      line = timeline(model, bins, state, word, found().allowed);
      fill(time, line.node);
    },
    moment: () => line && line.follow(),
    rank: (word) => fill(rank, indicators[state.indicator] ? ranking(model, indicators[state.indicator], state, word, go) : null),
    layers: (word) => fill(layers, layerTree(model, available, state, word)),
  };
  return { node, refresh: (word, ...names) => (names.length ? names : Object.keys(parts)).forEach((name) => parts[name](word)) };
}
