import { sliceOfBin, stateOf } from "./incidents.js";

/**
 * Numbers of incidents by span of time, grid and code, counted once: what a step of time or a filter asks for is then a
 * sum over a few thousand cells, however many incidents there are. Row 0 is all times, row 1 the first bin.
 */
export function buildTally(incidents, bins, grids) {
  const codes = incidents.kinds.length * 4;
  const row = (grids + 1) * codes;
  const cells = new Uint32Array((bins.count + 1) * row);
  const byCode = new Uint32Array((bins.count + 1) * codes);
  const { code, grid } = incidents;
  for (let bin = 1; bin <= bins.count; bin += 1) {
    const [from, to] = sliceOfBin(incidents, bins, bin);
    for (let i = from; i < to; i += 1) {
      const cell = grid[i] * codes + code[i];
      cells[bin * row + cell] += 1;
      cells[cell] += 1;
      byCode[bin * codes + code[i]] += 1;
    }
    for (let at = 0; at < codes; at += 1) byCode[at] += byCode[bin * codes + at];
  }
  return { cells, byCode, codes, row, bins: bins.count, grids };
}

/** Incidents of each grid that pass; the last number is of those in no grid. */
export function countByGrid(tally, allowed, bin) {
  const { cells, codes, row, grids } = tally;
  const counts = new Uint32Array(grids + 1);
  let at = bin * row;
  for (let grid = 0; grid <= grids; grid += 1) {
    for (let code = 0; code < codes; code += 1, at += 1) if (allowed[code]) counts[grid] += cells[at];
  }
  return counts;
}

export function countByCode(tally, bin) {
  return tally.byCode.subarray(bin * tally.codes, (bin + 1) * tally.codes);
}

/** Numbers of open and closed incidents that pass, for every bin. */
export function histogram(tally, allowed) {
  return Array.from({ length: tally.bins }, (_, i) => {
    const bar = [0, 0];
    countByCode(tally, i + 1).forEach((count, code) => {
      if (allowed[code]) bar[stateOf(code) === 3 ? 1 : 0] += count;
    });
    return bar;
  });
}
