import { THEMES } from "./palette.js";
import { usePixels } from "./projection.js";
import { safeText } from "./text.js";
import { shortName } from "./names.js";
import { canvasLayer } from "./canvaslayer.js";
import { FONT, ROOM_FOR_AREAS } from "./incidentlayer.js";

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

/** Names worth showing at a scale, the most important first. */
function wantedLabels(model, view, circles) {
  const wanted = [];
  const { areas, grids, surfaces, spacing } = model;
  const below = new Map(circles.map((circle) => [circle.area, circle.r + 10]));
  const add = (text, at, size, weight, tone, shift = 0) => text && wanted.push({ text: safeText(text), at, size, weight, tone, shift });
  const room = spacing.area * view.scale;
  const addAreas = (streets, size) => areas.code.forEach((_, i) => areas.isStreet[i] === streets && add(areas.name[i], areas.at[i], size, streets ? 700 : 600, "text", below.get(i)));
  if (room < ROOM_FOR_AREAS) addAreas(true, 14);
  else if (spacing.streets > 1 && room < 3 * ROOM_FOR_AREAS) addAreas(true, 18);
  if (room >= ROOM_FOR_AREAS) addAreas(false, room < 2 * ROOM_FOR_AREAS ? 12 : 14);
  if (surfaces && view.zoom >= 14.5) surfaces.label.forEach((at, i) => add(surfaces.names[i], at, 12, 500, surfaces.kind[i] === 1 ? "waterText" : "parkText"));
  if (spacing.grid * view.scale >= 90) grids.label.forEach((at, i) => add(shortName(grids.name[i], areas.name[grids.area[i]]), at, 12, 500, "text"));
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
    const wanted = wantedLabels(model, view, taken()).map((label) => {
      context.font = `${label.weight} ${label.size}px ${FONT}`;
      return { ...label, x: label.at.x * view.scale + view.dx, y: label.at.y * view.scale + view.dy + label.shift, width: context.measureText(label.text).width };
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
