import { THEMES } from "./palette.js";
import { usePixels } from "./projection.js";
import { safeText } from "./text.js";
import { canvasLayer } from "./canvaslayer.js";
import { FONT } from "./incidentlayer.js";

const STEPS = [0, -20, 20, -38, 38];

/** Place labels in the order given: each at its point or a step above or below, or not at all if it would touch one placed before. */
export function placeLabels(wanted, taken, width, height) {
  const boxes = taken.map((circle) => [circle.x - circle.r, circle.y - circle.r, circle.x + circle.r, circle.y + circle.r]);
  const placed = [];
  for (const label of wanted) {
    if (label.x < 0 || label.y < 0 || label.x > width || label.y > height) continue;
    for (const step of label.fixed ? [0] : STEPS) {
      const y = label.y + step;
      const box = [label.x - label.width / 2 - 3, y - label.size * 0.65, label.x + label.width / 2 + 3, y + label.size * 0.65];
      if (boxes.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      boxes.push(box);
      placed.push({ ...label, y });
      break;
    }
  }
  return placed;
}

/** A grid's name without its community's, which the map already says. */
export function shortName(name, area) {
  const rest = name.startsWith(area) ? name.slice(area.length).trim() : name;
  return rest || name;
}

function wantedLabels(model, zoom) {
  const wanted = [];
  const add = (text, at, size, weight, tone) => text && wanted.push({ text: safeText(text), at, size, weight, tone });
  const { areas, grids } = model;
  const streets = areas.isStreet.filter(Boolean).length;
  areas.code.forEach((code, i) => {
    if (areas.isStreet[i] && zoom < 16 && (streets > 1 || zoom < 14)) add(areas.name[i], areas.at[i], zoom < 13.5 ? 15 : 18, 700, "text");
  });
  if (zoom >= 13.75) areas.code.forEach((code, i) => !areas.isStreet[i] && add(areas.name[i], areas.at[i], zoom < 15 ? 12 : 14, 600, "text"));
  if (model.surfaces && zoom >= 15) model.surfaces.label.forEach((at, i) => add(model.surfaces.names[i], at, 12, 500, model.surfaces.kind[i] === 1 ? "waterText" : "parkText"));
  if (zoom >= 15.5) grids.label.forEach((at, i) => add(shortName(grids.name[i], areas.name[grids.area[i]]), at, 12, 500, "text"));
  return wanted;
}

/** Names on the map; `taken()` gives the circles they must not touch. */
export function labelLayer(model, state, taken) {
  return canvasLayer(model.origin, "labels", 0.1, (context, view) => {
    const theme = THEMES[state.theme];
    usePixels(context, view);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const wanted = wantedLabels(model, view.zoom).map((label) => {
      context.font = `${label.weight} ${label.size}px ${FONT}`;
      return { ...label, x: label.at.x * view.scale + view.dx, y: label.at.y * view.scale + view.dy, width: context.measureText(label.text).width };
    });
    for (const label of placeLabels(wanted, taken(), view.width, view.height)) {
      context.font = `${label.weight} ${label.size}px ${FONT}`;
      context.strokeStyle = theme.halo;
      context.lineWidth = 3.5;
      context.strokeText(label.text, label.x, label.y);
      context.fillStyle = theme[label.tone];
      context.fillText(label.text, label.x, label.y);
    }
  });
}
