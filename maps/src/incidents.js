import { startOfDay, DAY } from "./text.js";

/** Incidents as columns, sorted by time. A kind and a state make one code, so that a filter is one look-up. */
export function buildIncidents(header, array, corners) {
  const grid = new Uint16Array(array("incident_grid"));
  const kind = array("incident_kind");
  const state = array("incident_state");
  const count = grid.length;
  const x = new Float32Array(array("incident_x"));
  const y = new Float32Array(array("incident_y"));
  const code = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    code[i] = kind[i] * 4 + state[i];
    const corner = corners[grid[i]];
    if (corner) {
      x[i] += corner[0];
      y[i] += corner[1];
    }
  }
  return { ...header, count, grid, x, y, code, time: array("incident_time"), number: array("incident_number") };
}

export const kindOf = (code) => code >> 2;
export const stateOf = (code) => code & 3;

/** First place whose value is not less than the one asked for. */
export function lowerBound(values, wanted) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Which codes pass, from the sets of kinds and states left out. */
export function allowedCodes(kinds, hiddenKinds, hiddenStates) {
  const allowed = new Uint8Array(kinds * 4);
  for (let code = 0; code < allowed.length; code += 1) {
    allowed[code] = hiddenKinds.has(kindOf(code)) || hiddenStates.has(stateOf(code)) ? 0 : 1;
  }
  return allowed;
}

/** Equal spans of time that cover all incidents: hours, days, weeks or 30 days, at most about sixty of them. */
export function timeBins(start, tick, lastTick) {
  const end = start + lastTick * tick;
  const span = end - start;
  const [name, length] =
    span <= 2 * DAY ? ["hour", DAY / 24] : span <= 62 * DAY ? ["day", DAY] : span <= 440 * DAY ? ["week", 7 * DAY] : ["month", 30 * DAY];
  const first = name === "hour" ? Math.floor(start / length) * length : startOfDay(start);
  const count = Math.floor((end - first) / length) + 1;
  return { name, first, length, count, start, tick };
}

/** Places [from, to) of the incidents of a bin; bin 0 is all of them, bin 1 the first. */
export function sliceOfBin(incidents, bins, bin) {
  if (bin === 0) return [0, incidents.count];
  const begin = bins.first + (bin - 1) * bins.length;
  const tickAt = (moment) => Math.ceil((moment - bins.start) / bins.tick);
  return [lowerBound(incidents.time, tickAt(begin)), lowerBound(incidents.time, tickAt(begin + bins.length))];
}

export function countByGrid(incidents, allowed, slice, grids) {
  const counts = new Uint32Array(grids + 1);
  for (let i = slice[0]; i < slice[1]; i += 1) if (allowed[incidents.code[i]]) counts[incidents.grid[i]] += 1;
  return counts;
}

export function countByCode(incidents, slice) {
  const counts = new Uint32Array(128);
  for (let i = slice[0]; i < slice[1]; i += 1) counts[incidents.code[i]] += 1;
  return counts;
}

export function identifierOf(incidents, i) {
  if (incidents.ids) return incidents.ids[i];
  return incidents.number ? incidents.prefix + String(incidents.number[i]).padStart(incidents.width, "0") : "";
}

export function momentOf(incidents, i) {
  return incidents.start + incidents.time[i] * incidents.tick;
}

/** The nearest drawn incident within some pixels of a place, or -1. */
export function nearest(incidents, allowed, slice, x, y, reach) {
  let best = -1;
  let least = reach * reach;
  for (let i = slice[0]; i < slice[1]; i += 1) {
    const distance = (incidents.x[i] - x) ** 2 + (incidents.y[i] - y) ** 2;
    if (distance < least && allowed[incidents.code[i]]) {
      best = i;
      least = distance;
    }
  }
  return best;
}
