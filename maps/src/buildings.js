import { THEMES } from "./palette.js";
import { inRings, pathOf } from "./shapes.js";
import { boxInView, pixelView, useLocalMetres } from "./projection.js";

const FROM_ZOOM = 15;
const TILE = 256;

/** Buildings on canvas tiles, each painted in its own turn so that moving the map never waits for all of them. */
export function buildingLayer(model, state) {
  const Layer = L.GridLayer.extend({
    createTile(coords, done) {
      const tile = document.createElement("canvas");
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      tile.width = TILE * ratio;
      tile.height = TILE * ratio;
      const view = pixelView(model.origin, coords.z, coords.x * TILE, coords.y * TILE, TILE, TILE, ratio);
      // No minZoom here: Leaflet would hold the whole map to it.
      const paint = () => coords.z >= FROM_ZOOM && paintBuildings(tile.getContext("2d"), view, model.buildings, THEMES[state.theme]);
      // Printing does not wait for a later turn.
      if (state.printing) paint();
      setTimeout(() => {
        if (!state.printing) paint();
        done(null, tile);
      }, 0);
      return tile;
    },
  });
  return new Layer({ pane: "buildings", updateWhenZooming: false });
}

function paintBuildings(context, view, buildings, theme) {
  useLocalMetres(context, view);
  context.fillStyle = theme.building;
  context.strokeStyle = theme.buildingEdge;
  context.lineWidth = 0.8 / view.scale;
  for (const batch of buildings.batches) {
    if (!boxInView(batch.box, view)) continue;
    context.fill(pathOf(batch));
    if (view.zoom >= 16) context.stroke(pathOf(batch));
  }
}

/** Number of the building at a place, or -1. */
export function buildingAt(buildings, x, y) {
  let first = 0;
  for (const batch of buildings.batches) {
    const { box, paths } = batch;
    if (x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]) {
      const at = paths.findIndex((path) => inRings([path], x, y));
      if (at >= 0) return first + at;
    }
    first += paths.length;
  }
  return -1;
}
