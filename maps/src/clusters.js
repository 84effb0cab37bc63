import { kindOf, stateOf } from "./incidents.js";

const CLUSTER_CELL = 88;

/** Circle size by count, pixels. */
export function radiusOf(count) {
  return count === 1 ? 6.5 : Math.min(26, 11 + 1.5 * Math.log2(count));
}

/** Circle size of an area: its surface by the area's share of the greatest count, and room for the number. */
export function areaRadius(count, most) {
  return 12 + 12 * Math.sqrt(count / Math.max(most, 25));
}

/** Incidents gathered in squares of the screen that stay put while the map is moved; touching circles are merged. */
export function clusterByScreen(incidents, allowed, slice, view, byKind) {
  const cells = new Map();
  const shiftX = Math.round(view.dx) % CLUSTER_CELL;
  const shiftY = Math.round(view.dy) % CLUSTER_CELL;
  const { code, x, y } = incidents;
  for (let i = slice[0]; i < slice[1]; i += 1) {
    if (!allowed[code[i]]) continue;
    const px = x[i] * view.scale + view.dx;
    const py = y[i] * view.scale + view.dy;
    if (px < -CLUSTER_CELL || py < -CLUSTER_CELL || px > view.width + CLUSTER_CELL || py > view.height + CLUSTER_CELL) continue;
    const key = Math.floor((px - shiftX) / CLUSTER_CELL) * 4096 + Math.floor((py - shiftY) / CLUSTER_CELL);
    let cell = cells.get(key);
    if (!cell) cells.set(key, (cell = { count: 0, x: 0, y: 0, parts: new Uint32Array(32) }));
    cell.count += 1;
    cell.x += px;
    cell.y += py;
    cell.parts[byKind ? kindOf(code[i]) : stateOf(code[i])] += 1;
  }
  for (const cell of cells.values()) {
    cell.x /= cell.count;
    cell.y /= cell.count;
    cell.r = radiusOf(cell.count);
  }
  return mergeTouching([...cells.values()]);
}

export function mergeTouching(clusters) {
  const kept = [];
  for (const cluster of clusters.sort((a, b) => b.count - a.count)) {
    const host = kept.find((other) => Math.hypot(other.x - cluster.x, other.y - cluster.y) < other.r + cluster.r + 2);
    if (!host) {
      kept.push(cluster);
      continue;
    }
    host.count += cluster.count;
    cluster.parts.forEach((part, at) => (host.parts[at] += part));
  }
  return kept;
}

/** Incidents gathered by area, at the area's label point; `areaOf` gives the area of each grid. */
export function clusterByArea(incidents, allowed, slice, areaOf, points, byKind) {
  const areas = points.map((point, at) => ({ ...point, area: at, count: 0, parts: new Uint32Array(32) }));
  const { code, grid } = incidents;
  for (let i = slice[0]; i < slice[1]; i += 1) {
    if (!allowed[code[i]]) continue;
    const area = areas[areaOf[grid[i]]];
    if (!area) continue;
    area.count += 1;
    area.parts[byKind ? kindOf(code[i]) : stateOf(code[i])] += 1;
  }
  const most = areas.reduce((greatest, area) => Math.max(greatest, area.count), 1);
  for (const area of areas) area.r = areaRadius(area.count, most);
  return mergeTouching(areas.filter((area) => area.count));
}
