import { kindColour, heatRamp, STATE_COLOURS, THEMES } from "./palette.js";
import { clusterByArea, clusterByScreen } from "./clusters.js";
import { densityOf, paintDensity } from "./heat.js";
import { kindOf, stateOf } from "./incidents.js";
import { shortCount } from "./text.js";
import { usePixels } from "./projection.js";
import { canvasLayer } from "./canvaslayer.js";

export const FONT = '"Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei","Noto Sans SC",sans-serif';
const DOTS_FROM = 17.5;
/** Pixels from one community to the next at which each can have a circle and a name. */
export const ROOM_FOR_AREAS = 78;
const STATES = ["green", "yellow", "red", "closed"];
// Closed ones first, so that what still burns lies on top.
const PAINT_ORDER = [3, 0, 1, 2];

/** How incidents are gathered: by street, by community once there is room, then by squares of the screen, then singly. */
export function gathering(mode, view, spacing) {
  if (mode !== "cluster") return mode;
  if (view.zoom >= DOTS_FROM) return "dots";
  const room = spacing.area * view.scale;
  if (room >= 170) return "screen";
  return room >= ROOM_FOR_AREAS ? "area" : "street";
}

/** Incidents as circles with counts, heat or dots. `found()` gives what passes the filter. */
export function incidentLayer(model, state, found) {
  const ramp = heatRamp();
  const layer = canvasLayer(model.origin, "incidents", 0.1, (context, view) => {
    layer.taken = [];
    if (state.mode === "off") return;
    const { allowed, slice, bin } = found();
    const byKind = state.colourBy === "kind";
    usePixels(context, view);
    const way = gathering(state.mode, view, model.spacing);
    if (way === "heat") return void paintHeat(context, densityOf(model.incidents, allowed, slice, view), ramp);
    if (way === "dots") return void paintDots(context, view, model.incidents, allowed, slice, byKind);
    const circles = way === "screen"
      ? clusterByScreen(model.incidents, allowed, slice, view, byKind)
      : clusterByArea(model.tally, allowed, bin, way === "street" ? model.grids.street : model.grids.area, pointsOnScreen(model, view), byKind);
    for (const circle of circles) paintCircle(context, circle, byKind, THEMES[state.theme], state.lang);
    layer.taken = circles;
  });
  layer.taken = [];
  return layer;
}

function pointsOnScreen(model, view) {
  return model.areas.at.map((at) => ({ x: at.x * view.scale + view.dx, y: at.y * view.scale + view.dy }));
}

function colourOf(byKind, part) {
  return byKind ? kindColour(part) : STATE_COLOURS[STATES[part]];
}

function paintCircle(context, circle, byKind, theme, lang) {
  const { x, y, r, count, parts } = circle;
  if (count === 1 && circle.area === undefined) return void paintSingle(context, circle, byKind);
  disc(context, x, y, r + 1.2, theme.bubbleEdge);
  let angle = -Math.PI / 2;
  parts.forEach((part, at) => {
    if (!part) return;
    const turn = (part / count) * 2 * Math.PI;
    context.beginPath();
    context.moveTo(x, y);
    context.arc(x, y, r, angle, angle + turn);
    context.fillStyle = colourOf(byKind, at);
    context.fill();
    angle += turn;
  });
  disc(context, x, y, r * 0.7, theme.bubble);
  context.fillStyle = theme.bubbleText;
  context.font = `600 ${r > 20 ? 13 : 11}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(shortCount(count, lang), x, y + 0.5);
}

function paintSingle(context, { x, y, r, parts }, byKind) {
  const part = parts.indexOf(1);
  context.fillStyle = colourOf(byKind, part);
  paintShape(context, byKind ? "green" : STATES[part], x, y, r);
}

function disc(context, x, y, r, colour) {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
}

function paintHeat(context, density, ramp) {
  const picture = document.createElement("canvas");
  picture.width = density.width;
  picture.height = density.height;
  picture.getContext("2d").putImageData(paintDensity(density, ramp), 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(picture, 0, 0, density.width * density.cell, density.height * density.cell);
}

function paintDots(context, view, incidents, allowed, slice, byKind) {
  const { code, x, y } = incidents;
  const small = view.zoom < 15.5;
  const r = small ? 1.6 : view.zoom < DOTS_FROM ? 3 : 5.5;
  for (const state of PAINT_ORDER) {
    context.fillStyle = STATE_COLOURS[STATES[state]];
    for (let i = slice[0]; i < slice[1]; i += 1) {
      if (stateOf(code[i]) !== state || !allowed[code[i]]) continue;
      const px = x[i] * view.scale + view.dx;
      const py = y[i] * view.scale + view.dy;
      if (px < -r || py < -r || px > view.width + r || py > view.height + r) continue;
      if (byKind) context.fillStyle = kindColour(kindOf(code[i]));
      if (small) context.fillRect(px - r, py - r, 2 * r, 2 * r);
      else paintShape(context, STATES[state], px, py, r);
    }
  }
}

/** A light is told by shape as well as colour: circle, triangle, square, and a small circle once closed. */
export function paintShape(context, state, x, y, r) {
  context.beginPath();
  if (state === "yellow") {
    context.moveTo(x, y - 1.2 * r);
    context.lineTo(x + 1.15 * r, y + 0.85 * r);
    context.lineTo(x - 1.15 * r, y + 0.85 * r);
    context.closePath();
  } else if (state === "red") context.rect(x - r, y - r, 2 * r, 2 * r);
  else context.arc(x, y, state === "closed" ? 0.7 * r : r, 0, 2 * Math.PI);
  context.fill();
  context.lineWidth = 1.2;
  context.strokeStyle = "#17202b";
  context.stroke();
}
