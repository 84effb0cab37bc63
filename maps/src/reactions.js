import { keepLink } from "./permalink.js";
import { createBar } from "./bar.js";
import { words } from "./i18n.js";

/** Writes language and shade to the page and makes all of the interface anew. */
export function dress(app) {
  const { state, model, map } = app;
  app.word = words(state.lang);
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  document.title = app.word.pick(model.header.title);
  document.body.dataset.theme = state.theme;
  map.getContainer().setAttribute("role", "main");
  map.getContainer().setAttribute("aria-label", app.word.pick(model.header.title));
  const bar = createBar(map, state, app.word, app.scene.whole);
  if (app.bar) app.bar.replaceWith(bar);
  else document.body.appendChild(bar);
  app.bar = bar;
  app.panel.refresh(app.word);
}

function rememberView({ map, state, model }) {
  const at = map.getCenter();
  const grid = state.chosen >= 0 ? model.grids.code[state.chosen] : "";
  keepLink({ ...state, zoom: map.getZoom(), lat: at.lat, lon: at.lng, grid });
}

/** What follows from each choice of the reader. */
export function react(app, tool, say) {
  const { state, scene, panel, map, filter, indicators } = app;
  const refresh = (...names) => panel.refresh(app.word, ...names);
  const live = () => indicators[state.indicator] && indicators[state.indicator].live;
  state.on("hiddenKinds hiddenStates bin", (changed) => {
    filter.update();
    scene.repaint("incidents", "labels", ...(live() ? ["fill"] : []));
    refresh(...(live() ? ["legend", "rank"] : []), changed.includes("bin") ? "moment" : "time");
    if (state.chosen >= 0) refresh("card");
  });
  state.on("indicator", () => (filter.update(), scene.repaint("fill"), refresh("legend", "rank")));
  state.on("mode", () => (scene.repaint("fill", "incidents", "labels"), refresh("legend")));
  state.on("colourBy", () => (scene.repaint("incidents"), refresh("incidents")));
  state.on("layers", () => (scene.follow(), scene.repaint("fill", "base", "borders")));
  state.on("chosen", () => (scene.repaint("borders"), refresh("card"), panel.node.scrollTo(0, 0)));
  state.on("playing", () => refresh("moment"));
  state.on("sheet", () => {
    document.body.classList.toggle("sheet", state.sheet);
    map.invalidateSize({ animate: false });
  });
  state.on("measuring", () => {
    if (state.measuring) tool.start();
    else tool.stop();
    say(state.measuring ? app.word("measureHint") : "");
  });
  state.on("lang theme", () => {
    dress(app);
    scene.repaint("fill", "base", "components", "borders", "incidents", "labels");
    if (scene.layers.buildings) scene.layers.buildings.redraw();
  });
  const remember = () => rememberView(app);
  state.on("indicator mode bin lang theme chosen hiddenStates", remember);
  map.on("moveend", remember);
}
