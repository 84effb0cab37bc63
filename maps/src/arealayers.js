import { classColours, THEMES } from "./palette.js";
import { classOf } from "./classify.js";
import { pathOf } from "./shapes.js";
import { boxInView, useLocalMetres } from "./projection.js";
import { canvasLayer } from "./canvaslayer.js";

/** Grids filled by the class of their value. */
export function fillLayer(model, state, indicator) {
  const paths = new Array(model.grids.count);
  const outline = (i) => {
    if (!paths[i]) {
      paths[i] = new Path2D();
      for (const ring of model.grids.rings[i]) {
        paths[i].moveTo(ring[0], ring[1]);
        for (let k = 2; k < ring.length; k += 2) paths[i].lineTo(ring[k], ring[k + 1]);
        paths[i].closePath();
      }
    }
    return paths[i];
  };
  const layer = canvasLayer(model.origin, "fill", 0.2, (context, view) => {
    const theme = THEMES[state.theme];
    const now = indicator();
    useLocalMetres(context, view);
    const colours = now ? classColours(now.breaks.length + 1, now.scheme) : [];
    const over = model.basemap && state.layers.basemap;
    if (over && !now) return;
    context.globalAlpha = now ? (over ? theme.fillOverTiles : theme.fillAlpha) : 1;
    for (let i = 0; i < model.grids.count; i += 1) {
      if (!boxInView(model.grids.boxes[i], view)) continue;
      const at = now ? classOf(now.breaks, now.values[i]) : 0;
      context.fillStyle = now ? (at < 0 ? theme.missing : colours[at]) : theme.flat;
      context.fill(outline(i), "evenodd");
    }
  });
  layer.outline = outline;
  return layer;
}

const ROAD_WIDTH = [16, 9, 4];

/** Green, water and roads: over the fill, so that a reader finds the way. */
export function baseLayer(model, state) {
  return canvasLayer(model.origin, "base", 0.2, (context, view) => {
    const theme = THEMES[state.theme];
    useLocalMetres(context, view);
    if (model.surfaces && state.layers.greens) {
      for (const batch of model.surfaces.batches) {
        if (!boxInView(batch.box, view)) continue;
        context.fillStyle = model.surfaces.kind[batch.key] === 1 ? theme.water : theme.park;
        context.fill(pathOf(batch), "evenodd");
      }
    }
    if (model.roads && state.layers.roads) paintRoads(context, view, model.roads, theme);
  });
}

function paintRoads(context, view, roads, theme) {
  context.lineJoin = "round";
  context.lineCap = "round";
  const shown = roads.batches.filter((batch) => boxInView(batch.box, view) && view.zoom >= [0, 12.5, 14.5][batch.key]);
  const width = (kind) => Math.max([1.6, 1, 0.6][kind] / view.scale, Math.min(ROAD_WIDTH[kind], [9, 6, 3][kind] / view.scale));
  for (const kind of [2, 1, 0]) {
    for (const edge of [true, false]) {
      if (edge && (kind === 2 || view.zoom < 14)) continue;
      context.strokeStyle = edge ? theme.roadEdge : kind === 2 ? theme.alley : theme.road[kind];
      context.lineWidth = width(kind) + (edge ? 1.4 / view.scale : 0);
      for (const batch of shown) if (batch.key === kind) context.stroke(pathOf(batch));
    }
  }
}

/** Borders by level, and the chosen grid. */
export function borderLayer(model, state, outline) {
  return canvasLayer(model.origin, "borders", 0.2, (context, view) => {
    const theme = THEMES[state.theme];
    useLocalMetres(context, view);
    context.lineJoin = "round";
    const near = Math.max(0, Math.min(1, (view.zoom - 12) / 4));
    const widths = [0.5 + 1.1 * near, 1 + near, 2.2 + 1.2 * near, 2.6 + 1.2 * near];
    const shown = [state.layers.grids, state.layers.communities, state.layers.streets, true];
    for (let level = 0; level < 4; level += 1) {
      if (!shown[level]) continue;
      context.strokeStyle = theme.border[level];
      context.lineWidth = widths[level] / view.scale;
      context.setLineDash(level === 1 ? [6 / view.scale, 3 / view.scale] : []);
      for (const batch of model.borders) if (batch.key === level && boxInView(batch.box, view)) context.stroke(pathOf(batch));
    }
    context.setLineDash([]);
    if (state.chosen >= 0) {
      context.strokeStyle = theme.bubble;
      context.lineWidth = 6 / view.scale;
      context.stroke(outline(state.chosen));
      context.strokeStyle = theme.chosen;
      context.lineWidth = 3 / view.scale;
      context.stroke(outline(state.chosen));
    }
  });
}
