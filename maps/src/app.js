import { readPayload } from "./codec.js";
import { buildModel } from "./model.js";
import { buildIndicators } from "./indicators.js";
import { binsOf, firstState } from "./start.js";
import { createFilter } from "./filter.js";
import { createScene, openMap, unionOf } from "./scene.js";
import { createPanel } from "./panel.js";
import { buildIndex } from "./search.js";
import { startClock } from "./timeline.js";
import { buildTally } from "./tally.js";
import { measureTool, sayMeasured } from "./measure.js";
import { preparePrinting, savePicture } from "./output.js";
import { aboutDialog } from "./about.js";
import { listenToKeys, listenToPointer } from "./pointer.js";
import { dress, react } from "./reactions.js";
import { toLatLng, toLocal } from "./projection.js";
import { words } from "./i18n.js";

function createActions(app) {
  const { state, map, model } = app;
  return {
    lang: () => state.set({ lang: state.lang === "zh" ? "en" : "zh" }),
    theme: () => state.set({ theme: state.theme === "light" ? "dark" : "light" }),
    measure: () => state.set({ measuring: !state.measuring }),
    print: () => window.print(),
    picture: () => savePicture(map, state.theme, app.word.pick(model.header.title), model.basemap),
    about: () => {
      const dialog = aboutDialog(model, app.word);
      document.body.appendChild(dialog);
      dialog.addEventListener("close", () => dialog.remove());
      dialog.showModal();
    },
  };
}

function goToGrid({ scene, state, model }, i) {
  scene.goTo(model.grids.boxes[i]);
  state.set({ chosen: i });
}

/** Goes to what was found: a grid, a road, an address, or all grids of an area. */
function goToEntry(app, entry) {
  const { map, model, scene } = app;
  if (entry.grid !== undefined) goToGrid(app, entry.grid);
  else if (entry.box) scene.goTo(entry.box);
  else if (entry.at) map.setView(toLatLng(model.origin, entry.at.x, entry.at.y), 18);
  else scene.goTo(unionOf(model.grids.boxes.filter((_, i) => model.areas.code[model.grids.area[i]].startsWith(entry.area))));
}

function layersOf(model) {
  const always = ["streets", "communities", "grids", "labels"];
  const given = ["basemap", "roads", "buildings", "components"].filter((name) => model[name]);
  return new Set([...always, ...given, ...(model.surfaces ? ["greens"] : [])]);
}

/** Tells those who measure that the map is drawn: after the frame in which it was. */
function announce(began) {
  requestAnimationFrame(() => setTimeout(() => {
    performance.measure("gridsys-start", { start: began, end: performance.now() });
    document.body.dataset.ready = "yes";
  }, 0));
}

/** Entry: Folium has made the map, this draws everything on it. */
export function startGridMap(map) {
  const began = performance.now();
  const payload = document.getElementById("gridsys-data");
  const model = buildModel(readPayload(payload.textContent, window.fflate.gunzipSync));
  payload.remove();
  const indicators = buildIndicators(model);
  const bins = binsOf(model);
  if (bins) model.tally = buildTally(model.incidents, bins, model.grids.count);
  const say = (text) => (document.getElementById("gs-status").textContent = text);
  const state = firstState(model, indicators, bins);
  const filter = createFilter(model, state, bins, indicators);
  const scene = createScene(map, model, state, indicators, filter.found, () => say(app.word("tilesFailed")));
  const app = { map, model, state, indicators, bins, filter, scene, word: words(state.lang) };
  app.panel = createPanel(model, indicators, state, {
    index: buildIndex(model), bins, actions: createActions(app), available: layersOf(model), found: filter.found,
    go: (i) => goToGrid(app, i), choose: (entry) => goToEntry(app, entry),
  });
  const tool = measureTool(map, model, (latlng) => toLocal(model.origin, latlng), (result, points) => say(sayMeasured(result, points, app.word)));
  document.body.appendChild(app.panel.node);
  dress(app);
  openMap(map, model, state, scene, app.word);
  react(app, tool, say);
  if (bins) startClock(state, bins);
  listenToPointer(map, model, state, filter.found, () => app.word);
  listenToKeys(state);
  preparePrinting(map, state);
  announce(began);
}
