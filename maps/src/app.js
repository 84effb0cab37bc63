import { readPayload } from "./codec.js";
import { buildModel } from "./model.js";
import { createState } from "./state.js";
import { words } from "./i18n.js";
import { el } from "./dom.js";
import { allowedCodes, countByGrid, nearest, sliceOfBin, stateOf, timeBins } from "./incidents.js";
import { buildIndicators, pooledBreaks, valuesFrom } from "./indicators.js";
import { baseLayer, borderLayer, fillLayer } from "./arealayers.js";
import { buildingAt, buildingLayer } from "./buildings.js";
import { componentLayer } from "./components.js";
import { gathering, incidentLayer } from "./incidentlayer.js";
import { labelLayer } from "./labels.js";
import { createPanes } from "./canvaslayer.js";
import { createPanel } from "./panel.js";
import { buildIndex } from "./search.js";
import { startClock } from "./timeline.js";
import { buildingNote, incidentNote } from "./card.js";
import { measureTool, sayMeasured } from "./measure.js";
import { keepLink, readLink } from "./permalink.js";
import { preparePrinting, savePicture } from "./output.js";
import { aboutDialog } from "./about.js";
import { boxInView, EARTH, toLatLng, toLocal } from "./projection.js";
import { inRings } from "./shapes.js";

const PHONE = "(max-width: 760px)";
const PANES = ["fill", "base", "buildings", "borders", "components", "incidents", "labels"];

/** At first only what still has to be done is shown, if there is any; the rest is one tick away. */
function openOnly(model) {
  if (!model.incidents) return new Set();
  const closed = model.header.states.indexOf("closed");
  return model.incidents.code.some((code) => stateOf(code) !== closed) ? new Set([closed]) : new Set();
}

function firstState(model, link) {
  const chinese = (navigator.language || "zh").toLowerCase().startsWith("zh");
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  return createState({
    lang: chinese ? "zh" : "en", theme: dark ? "dark" : "light", indicator: 0, mode: "cluster", colourBy: "state",
    hiddenKinds: new Set(), hiddenStates: openOnly(model), bin: 0, playing: false, chosen: -1, sheet: false, measuring: false, rankOpen: false,
    layers: { streets: true, communities: true, grids: true, roads: true, greens: true, buildings: true, components: true, labels: true },
    ...link,
  });
}

/** Counts that follow the filter: which incidents pass, and the two indicators made of them. */
function createFilter(model, state, bins, indicators) {
  let now = { allowed: null, slice: [0, 0] };
  let key = "";
  const update = () => {
    if (!model.incidents) return;
    const { incidents } = model;
    now = {
      allowed: allowedCodes(incidents.kinds.length, true, state.hiddenKinds, state.hiddenStates),
      slice: sliceOfBin(incidents, bins, state.bin),
    };
    const counts = countByGrid(incidents, now.allowed, now.slice, model.grids.count);
    const nextKey = `${now.allowed.join("")}${state.bin > 0}`;
    for (const each of indicators.filter((indicator) => indicator.live)) {
      each.values = valuesFrom(counts, model.grids.weight, each.perThousand);
      if (nextKey !== key) each.breaks = pooledBreaks(model, now.allowed, bins, state.bin, each.perThousand);
    }
    key = nextKey;
  };
  update();
  return { update, found: () => now };
}

function createLayers(map, model, state, indicators, found) {
  createPanes(map, PANES);
  const fillGrids = fillLayer(model, state, () => (state.mode === "heat" ? null : indicators[state.indicator] || null));
  const incidents = model.incidents ? incidentLayer(model, state, found) : null;
  return {
    fill: fillGrids,
    base: baseLayer(model, state),
    buildings: model.buildings ? buildingLayer(model, state) : null,
    components: model.components ? componentLayer(model, state) : null,
    borders: borderLayer(model, state, fillGrids.outline),
    incidents,
    labels: labelLayer(model, state, () => (incidents ? incidents.taken : [])),
  };
}

/** The map's controls on a phone stand in a bar below it, so that nothing covers it. */
function createBar(map, state, word, whole) {
  const button = (text, label, click) => el("button", { "aria-label": label, on: { click } }, text);
  return el("nav", { id: "gs-bar" }, button("☰", word("panel"), () => state.set({ sheet: !state.sheet })), button("+", word("zoomIn"), () => map.zoomIn()), button("−", word("zoomOut"), () => map.zoomOut()), button("⤢", word("wholeMap"), whole));
}

function boundsOf(model, box) {
  return L.latLngBounds(toLatLng(model.origin, box[0], box[3]), toLatLng(model.origin, box[2], box[1]));
}

function gridAt(model, [x, y]) {
  const view = { scale: 1, dx: -x, dy: -y, width: 0, height: 0 };
  for (let i = 0; i < model.grids.count; i += 1) if (boxInView(model.grids.boxes[i], view) && inRings(model.grids.rings[i], x, y)) return i;
  return -1;
}

/** Entry: Folium has made the map, this draws everything on it. */
export function startGridMap(map) {
  const began = performance.now();
  const payload = document.getElementById("gridsys-data");
  const model = buildModel(readPayload(payload.textContent, window.fflate.gunzipSync));
  payload.remove();
  const state = firstState(model, readLink(window.location.hash));
  const indicators = buildIndicators(model);
  state.indicator = Math.min(state.indicator, indicators.length - 1);
  const last = model.incidents ? model.incidents.time[model.incidents.count - 1] : 0;
  const bins = model.incidents ? timeBins(model.incidents.start, model.incidents.tick, last) : null;
  if (!bins || state.bin > bins.count) state.bin = 0;
  if (state.grid) state.chosen = model.grids.code.indexOf(state.grid);
  const filter = createFilter(model, state, bins, indicators);
  const layers = createLayers(map, model, state, indicators, filter.found);
  let word = words(state.lang);
  let bar = null;

  const padding = { padding: [18, 18], animate: false };
  const whole = () => map.fitBounds(boundsOf(model, model.box), padding);
  const goTo = (box) => map.fitBounds(boundsOf(model, box), { maxZoom: 17, padding: [30, 30] });
  const goToGrid = (i) => {
    goTo(model.grids.boxes[i]);
    state.set({ chosen: i });
  };
  const choose = (entry) => {
    if (entry.grid !== undefined) return goToGrid(entry.grid);
    if (entry.box) return goTo(entry.box);
    if (entry.at) return map.setView(toLatLng(model.origin, entry.at.x, entry.at.y), 18);
    const inside = model.grids.boxes.filter((_, i) => model.areas.code[model.grids.area[i]].startsWith(entry.area));
    return goTo(inside.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]));
  };
  const say = (text) => {
    document.getElementById("gs-status").textContent = text;
  };
  const tool = measureTool(map, model, (latlng) => toLocal(model.origin, latlng), (result, points) => say(sayMeasured(result, points, word)));
  const actions = {
    lang: () => state.set({ lang: state.lang === "zh" ? "en" : "zh" }),
    theme: () => state.set({ theme: state.theme === "light" ? "dark" : "light" }),
    measure: () => state.set({ measuring: !state.measuring }),
    print: () => window.print(),
    picture: () => savePicture(map, state.theme, word.pick(model.header.title)),
    about: () => {
      const dialog = aboutDialog(model, word);
      document.body.appendChild(dialog);
      dialog.addEventListener("close", () => dialog.remove());
      dialog.showModal();
    },
  };
  const available = new Set(["streets", "communities", "grids", "labels", ...["roads", "buildings", "components"].filter((name) => model[name]), ...(model.surfaces ? ["greens"] : [])]);
  const panel = createPanel(model, indicators, state, { index: buildIndex(model), bins, actions, available, found: filter.found, go: goToGrid, choose });

  const link = () => {
    const at = map.getCenter();
    keepLink({ zoom: map.getZoom(), lat: at.lat, lon: at.lng, indicator: state.indicator, mode: state.mode, bin: state.bin, lang: state.lang, theme: state.theme, grid: state.chosen >= 0 ? model.grids.code[state.chosen] : "", hiddenStates: state.hiddenStates });
  };
  const repaint = (...names) => names.forEach((name) => layers[name] && layers[name]._map && layers[name].repaint());
  const dress = () => {
    word = words(state.lang);
    document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
    document.title = word.pick(model.header.title);
    document.body.dataset.theme = state.theme;
    map.getContainer().setAttribute("aria-label", word.pick(model.header.title));
    const next = createBar(map, state, word, whole);
    if (bar) bar.replaceWith(next);
    else document.body.appendChild(next);
    bar = next;
    panel.refresh(word);
  };
  const follow = () => {
    for (const name of ["buildings", "components", "labels"]) {
      const layer = layers[name];
      if (!layer) continue;
      if (state.layers[name] && !map.hasLayer(layer)) layer.addTo(map);
      if (!state.layers[name] && map.hasLayer(layer)) layer.remove();
    }
  };
  const click = (event) => {
    if (state.measuring) return;
    const at = toLocal(model.origin, event.latlng);
    const zoom = map.getZoom();
    const note = pick(model, state, filter.found(), at, zoom, word);
    if (note) L.popup({ autoPanPadding: [20, 20] }).setLatLng(event.latlng).setContent(note).openOn(map);
    const grid = gridAt(model, at);
    if (grid !== state.chosen) state.set({ chosen: grid, sheet: grid >= 0 && window.matchMedia(PHONE).matches });
  };

  state.on("hiddenKinds hiddenStates bin", (changed) => {
    filter.update();
    repaint("incidents", "labels");
    const live = indicators[state.indicator] && indicators[state.indicator].live;
    if (live) repaint("fill");
    panel.refresh(word, ...(live ? ["legend", "rank"] : []), ...(changed.includes("bin") ? ["moment"] : ["time"]));
    if (state.chosen >= 0 && live) panel.refresh(word, "card");
  });
  state.on("indicator", () => (repaint("fill"), panel.refresh(word, "legend", "rank")));
  state.on("mode", () => (repaint("fill", "incidents", "labels"), panel.refresh(word, "legend")));
  state.on("colourBy", () => (repaint("incidents"), panel.refresh(word, "incidents")));
  state.on("layers", () => (follow(), repaint("base", "borders")));
  state.on("chosen", () => (repaint("borders"), panel.refresh(word, "card"), panel.node.scrollTo(0, 0)));
  state.on("playing", () => panel.refresh(word, "moment"));
  state.on("sheet", () => {
    document.body.classList.toggle("sheet", state.sheet);
    map.invalidateSize({ animate: false });
  });
  state.on("measuring", () => {
    if (state.measuring) tool.start();
    else tool.stop();
    say(state.measuring ? word("measureHint") : "");
  });
  state.on("lang theme", () => {
    dress();
    repaint("fill", "base", "components", "borders", "incidents", "labels");
    if (layers.buildings) layers.buildings.redraw();
  });
  state.on("indicator mode bin lang theme chosen hiddenStates", link);

  document.body.appendChild(panel.node);
  dress();
  if (bins) startClock(state, bins);
  map.invalidateSize({ animate: false });
  if (state.zoom === undefined) whole();
  else map.setView([state.lat, state.lon], state.zoom, { animate: false });
  map.setMaxZoom(20);
  map.setMinZoom(Math.min(10, map.getBoundsZoom(boundsOf(model, model.box)) - 1));
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  L.control.zoom({ position: "topright", zoomInTitle: word("zoomIn"), zoomOutTitle: word("zoomOut") }).addTo(map);
  for (const name of ["fill", "base", "borders", "incidents"]) if (layers[name]) layers[name].addTo(map);
  follow();
  map.on("click", click);
  map.on("moveend", link);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      document.getElementById("gs-search").focus();
    }
    if (event.key === "Escape") state.set({ measuring: false, sheet: false });
  });
  preparePrinting(map, (bounds) => map.fitBounds(bounds, { animate: false }));
  requestAnimationFrame(() => setTimeout(() => {
    performance.measure("gridsys-start", { start: began, end: performance.now() });
    document.body.dataset.ready = "yes";
  }, 0));
}

/** What lies under the pointer and deserves a small window: an incident drawn singly, or a building seen from near. */
function pick(model, state, { allowed, slice }, [x, y], zoom, word) {
  const reach = (8 * 156543.034) / 2 ** zoom;
  if (model.incidents && gathering(state.mode, { zoom, scale: 256 * 2 ** zoom / EARTH }, model.spacing) === "dots") {
    const i = nearest(model.incidents, allowed, slice, x, y, reach);
    if (i >= 0) return incidentNote(model, i, word);
  }
  if (model.buildings && state.layers.buildings && zoom >= 16.5) {
    const i = buildingAt(model.buildings, x, y);
    if (i >= 0) return buildingNote(model, i, word);
  }
  return null;
}
