import { kindOf, stateOf } from "./incidents.js";

const CLUSTER_CELL = 88;
const MOST_PARTS = 32;

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
  const across = Math.ceil(view.width / CLUSTER_CELL) + 2;
  const down = Math.ceil(view.height / CLUSTER_CELL) + 2;
  // The squares are laid out from the map's corner, not the screen's: the first begins off the screen.
  const left = (((view.dx % CLUSTER_CELL) + CLUSTER_CELL) % CLUSTER_CELL) - CLUSTER_CELL;
  const top = (((view.dy % CLUSTER_CELL) + CLUSTER_CELL) % CLUSTER_CELL) - CLUSTER_CELL;
  const counts = new Uint32Array(across * down);
  const sumX = new Float64Array(across * down);
  const sumY = new Float64Array(across * down);
  const parts = new Uint32Array(across * down * MOST_PARTS);
  const { code, x, y } = incidents;
  for (let i = slice[0]; i < slice[1]; i += 1) {
    if (!allowed[code[i]]) continue;
    const px = x[i] * view.scale + view.dx;
    const py = y[i] * view.scale + view.dy;
    if (px < left || py < top || px > view.width + CLUSTER_CELL || py > view.height + CLUSTER_CELL) continue;
    const column = Math.floor((px - left) / CLUSTER_CELL);
    const row = Math.floor((py - top) / CLUSTER_CELL);
    if (column >= across || row >= down) continue;
    const at = row * across + column;
    counts[at] += 1;
    sumX[at] += px;
    sumY[at] += py;
    parts[at * MOST_PARTS + (byKind ? kindOf(code[i]) : stateOf(code[i]))] += 1;
  }
  const clusters = [];
  counts.forEach((count, at) => {
    if (!count) return;
    clusters.push({ count, x: sumX[at] / count, y: sumY[at] / count, r: radiusOf(count), parts: parts.slice(at * MOST_PARTS, (at + 1) * MOST_PARTS) });
  });
  return mergeTouching(clusters);
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

/** Incidents of a bin gathered by area, at the area's label point; `areaOf` gives the area of each grid. */
export function clusterByArea(tally, allowed, bin, areaOf, points, byKind) {
  const areas = points.map((point, at) => ({ ...point, area: at, count: 0, parts: new Uint32Array(MOST_PARTS) }));
  const { cells, codes, row, grids } = tally;
  for (let grid = 0; grid < grids; grid += 1) {
    const area = areas[areaOf[grid]];
    const at = bin * row + grid * codes;
    for (let code = 0; code < codes; code += 1) {
      const count = cells[at + code];
      if (!count || !allowed[code]) continue;
      area.count += count;
      area.parts[byKind ? kindOf(code) : stateOf(code)] += count;
    }
  }
  const most = areas.reduce((greatest, area) => Math.max(greatest, area.count), 1);
  for (const area of areas) area.r = areaRadius(area.count, most);
  return mergeTouching(areas.filter((area) => area.count));
}
