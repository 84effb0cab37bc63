import { buildingAt } from "./buildings.js";
import { buildingNote, componentNote, incidentNote } from "./card.js";
import { COMPONENTS_FROM } from "./components.js";
import { gathering } from "./incidentlayer.js";
import { nearest } from "./incidents.js";
import { boxInView, EARTH, toLocal } from "./projection.js";
import { inRings } from "./shapes.js";

const PHONE = "(max-width: 760px)";
const REACH = 9;
const BUILDINGS_FROM = 16.5;

/** Number of the grid at a place, or -1. */
export function gridAt(model, x, y) {
  const here = { scale: 1, dx: -x, dy: -y, width: 0, height: 0 };
  return model.grids.rings.findIndex((rings, i) => boxInView(model.grids.boxes[i], here) && inRings(rings, x, y));
}

/** What lies under the pointer and deserves a small window: an incident drawn singly, or a building seen from near. */
function noteAt(model, state, { allowed, slice }, [x, y], zoom, word) {
  const scale = (256 * 2 ** zoom) / EARTH;
  if (model.incidents && gathering(state.mode, { zoom, scale }, model.spacing) === "dots") {
    const i = nearest(model.incidents, allowed, slice, x, y, REACH / scale);
    if (i >= 0) return incidentNote(model, i, word);
  }
  if (model.components && state.layers.components && zoom >= COMPONENTS_FROM) {
    const i = model.components.at.findIndex((at) => Math.hypot(at.x - x, at.y - y) < REACH / scale);
    if (i >= 0) return componentNote(model, i, word);
  }
  if (model.buildings && state.layers.buildings && zoom >= BUILDINGS_FROM) {
    const i = buildingAt(model.buildings, x, y);
    if (i >= 0) return buildingNote(model, i, word);
  }
  return null;
}

export function listenToPointer(map, model, state, found, word) {
  map.on("click", (event) => {
    if (state.measuring) return;
    const at = toLocal(model.origin, event.latlng);
    const note = noteAt(model, state, found(), at, map.getZoom(), word());
    if (note) L.popup({ autoPanPadding: [20, 20] }).setLatLng(event.latlng).setContent(note).openOn(map);
    const grid = gridAt(model, ...at);
    if (grid !== state.chosen) state.set({ chosen: grid, sheet: grid >= 0 && window.matchMedia(PHONE).matches });
  });
}

export function listenToKeys(state) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      document.getElementById("gs-search").focus();
    }
    // What is nearest to the reader closes first: a dialog or a list, then measuring, then the card.
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (state.measuring) state.set({ measuring: false });
    else state.set({ chosen: -1, sheet: false });
  });
}
