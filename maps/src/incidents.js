import { once } from "./codec.js";
import { startOfDay, DAY } from "./text.js";

/**
 * Incidents as columns, sorted by time. A kind and a state make one code, so that a filter is one look-up. Places and
 * numbers are decoded when first asked for: the first drawing needs only counts.
 */
export function buildIncidents(header, array, corners) {
  const grid = new Uint16Array(array("incident_grid"));
  const kind = array("incident_kind");
  const state = array("incident_state");
  const count = grid.length;
  const code = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) code[i] = kind[i] * 4 + state[i];
  const x = once(() => placesFrom(array("incident_x"), grid, corners, 0));
  const y = once(() => placesFrom(array("incident_y"), grid, corners, 1));
  const number = once(() => array("incident_number"));
  return {
    ...header, count, grid, code, time: array("incident_time"),
    get x() { return x(); },
    get y() { return y(); },
    get number() { return number(); },
  };
}

/** Local metres along one axis, from metres counted from the corner of each incident's grid. */
function placesFrom(offsets, grid, corners, axis) {
  const base = Float32Array.from({ length: corners.length + 1 }, (_, at) => (corners[at] ? corners[at][axis] : 0));
  const places = new Float32Array(offsets.length);
  for (let i = 0; i < places.length; i += 1) places[i] = offsets[i] + base[grid[i]];
  return places;
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
  const { x: xs, y: ys, code } = incidents;
  for (let i = slice[0]; i < slice[1]; i += 1) {
    const distance = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
    if (distance < least && allowed[code[i]]) {
      best = i;
      least = distance;
    }
  }
  return best;
}
