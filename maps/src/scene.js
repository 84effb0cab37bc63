import { baseLayer, borderLayer, fillLayer } from "./arealayers.js";
import { basemapLayer } from "./basemap.js";
import { buildingLayer } from "./buildings.js";
import { componentLayer } from "./components.js";
import { incidentLayer } from "./incidentlayer.js";
import { labelLayer } from "./labels.js";
import { createPanes } from "./canvaslayer.js";
import { el } from "./dom.js";
import { toLatLng } from "./projection.js";

const PANES = ["tiles", "fill", "base", "buildings", "borders", "components", "incidents", "labels"];
const OPTIONAL = ["basemap", "buildings", "components", "labels"];

export function boundsOf(model, box) {
  return L.latLngBounds(toLatLng(model.origin, box[0], box[3]), toLatLng(model.origin, box[2], box[1]));
}

export function unionOf(boxes) {
  return boxes.reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]);
}

/** All that is drawn, and the ways to look at it. */
export function createScene(map, model, state, indicators, found, failed) {
  createPanes(map, PANES);
  const fill = fillLayer(model, state, () => (state.mode === "heat" ? null : indicators[state.indicator] || null));
  const incidents = model.incidents ? incidentLayer(model, state, found) : null;
  const layers = {
    basemap: model.basemap ? basemapLayer(model, failed) : null,
    fill,
    base: baseLayer(model, state),
    buildings: model.buildings ? buildingLayer(model, state) : null,
    components: model.components ? componentLayer(model, state) : null,
    borders: borderLayer(model, state, fill.outline),
    incidents,
    labels: labelLayer(model, state, () => (incidents ? incidents.taken : [])),
  };
  return {
    layers,
    repaint: (...names) => names.forEach((name) => layers[name] && map.hasLayer(layers[name]) && layers[name].repaint()),
    follow() {
      for (const name of OPTIONAL) {
        if (!layers[name]) continue;
        if (state.layers[name]) layers[name].addTo(map);
        else layers[name].remove();
      }
    },
    show() {
      for (const name of ["fill", "base", "borders", "incidents"]) if (layers[name]) layers[name].addTo(map);
      this.follow();
    },
    whole: () => map.fitBounds(boundsOf(model, model.box), { padding: [18, 18], animate: false }),
    goTo: (box) => map.fitBounds(boundsOf(model, box), { maxZoom: 17, padding: [30, 30] }),
  };
}

/** The words the owner of the tiles asks for, as text. */
function creditControl(text) {
  const control = L.control({ position: "bottomright" });
  control.onAdd = () => el("div", { class: "credit" }, text);
  return control;
}

/** First view, limits of zoom, scale and zoom buttons. */
export function openMap(map, model, state, scene, word) {
  map.invalidateSize({ animate: false });
  if (state.zoom === undefined) scene.whole();
  else map.setView([state.lat, state.lon], state.zoom, { animate: false });
  map.setMaxZoom(20);
  map.setMinZoom(Math.min(10, map.getBoundsZoom(boundsOf(model, model.box)) - 1));
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  L.control.zoom({ position: "topright", zoomInTitle: word("zoomIn"), zoomOutTitle: word("zoomOut") }).addTo(map);
  if (model.basemap) creditControl(model.basemap.attribution).addTo(map);
  scene.show();
}
