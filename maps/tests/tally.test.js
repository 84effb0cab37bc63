import assert from "node:assert/strict";
import test from "node:test";
import { clusterByArea } from "../src/clusters.js";
import { allowedCodes, kindOf, sliceOfBin, stateOf, timeBins } from "../src/incidents.js";
import { buildTally, countByCode, countByGrid, histogram } from "../src/tally.js";

const HOUR = 3600000;

/** Whole numbers below a limit, the same in every run. */
function randomFrom(seed) {
  let now = seed;
  return (limit) => {
    now = (Math.imul(now, 1664525) + 1013904223) >>> 0;
    return Math.floor((now / 2 ** 32) * limit);
  };
}

function strewn(seed) {
  const below = randomFrom(seed);
  const [count, grids, kinds, ticks] = [1 + below(400), 1 + below(7), 1 + below(32), 1 + below(5000)];
  const incidents = {
    kinds: Array.from({ length: kinds }, (_, i) => `kind ${i}`), count, start: Date.UTC(2026, 0, 1, below(24)), tick: HOUR,
    time: Int32Array.from({ length: count }, () => below(ticks)).sort(),
    grid: Uint16Array.from({ length: count }, () => below(grids + 1)),
    code: Uint8Array.from({ length: count }, () => below(kinds * 4)),
  };
  const hidden = (limit) => new Set(Array.from({ length: below(limit) }, () => below(limit)));
  const bins = timeBins(incidents.start, HOUR, incidents.time[count - 1]);
  return { incidents, grids, bins, allowed: allowedCodes(kinds, hidden(kinds), hidden(4)), below };
}

/** Codes and grids of what passes, one incident at a time. */
function passing({ incidents, bins, allowed }, bin) {
  const [from, to] = sliceOfBin(incidents, bins, bin);
  return Array.from({ length: to - from }, (_, i) => ({ code: incidents.code[from + i], grid: incidents.grid[from + i] })).filter(({ code }) => allowed[code]);
}

const total = (all, fits) => all.filter(fits).length;

test("the tally answers as a look at every incident does", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const all = strewn(seed);
    const { incidents, grids, bins, allowed, below } = all;
    const tally = buildTally(incidents, bins, grids);
    const bars = histogram(tally, allowed);
    assert.equal(bars.length, bins.count);
    const areaOf = Array.from({ length: grids }, () => below(3));
    for (let bin = 0; bin <= bins.count; bin += 1) {
      const found = passing(all, bin);
      assert.deepEqual([...countByGrid(tally, allowed, bin)], Array.from({ length: grids + 1 }, (_, at) => total(found, ({ grid }) => grid === at)));
      const every = passing({ ...all, allowed: new Uint8Array(128).fill(1) }, bin);
      countByCode(tally, bin).forEach((count, at) => assert.equal(count, total(every, ({ code }) => code === at)));
      if (bin) assert.deepEqual(bars[bin - 1], [total(found, ({ code }) => stateOf(code) !== 3), total(found, ({ code }) => stateOf(code) === 3)]);
      for (const byKind of [false, true]) {
        // Far from each other, so that no circle is merged into another.
        const circles = clusterByArea(tally, allowed, bin, areaOf, [0, 1, 2].map((at) => ({ x: 1000 * at, y: 0 })), byKind);
        for (const area of [0, 1, 2]) {
          const inside = found.filter(({ grid }) => areaOf[grid] === area);
          const circle = circles.find((each) => each.area === area);
          assert.equal(circle ? circle.count : 0, inside.length);
          if (circle) circle.parts.forEach((count, at) => assert.equal(count, total(inside, ({ code }) => (byKind ? kindOf(code) : stateOf(code)) === at)));
        }
      }
    }
  }
});

test("three incidents counted by hand", () => {
  // Days 1 and 2 after midnight in China; grid 1 is outside all grids.
  const incidents = { kinds: ["a"], count: 3, start: Date.UTC(2025, 11, 31, 16), tick: HOUR, time: Int32Array.from([1, 25, 26]), grid: Uint16Array.from([0, 0, 1]), code: Uint8Array.from([0, 3, 0]) };
  const bins = { name: "day", first: incidents.start, length: 24 * HOUR, count: 2, start: incidents.start, tick: HOUR };
  const tally = buildTally(incidents, bins, 1);
  const all = new Uint8Array(4).fill(1);
  assert.deepEqual([0, 1, 2].map((bin) => [...countByGrid(tally, all, bin)]), [[2, 1], [1, 0], [1, 1]]);
  assert.deepEqual([...countByCode(tally, 0)], [2, 0, 0, 1]);
  assert.deepEqual(histogram(tally, all), [[1, 0], [1, 1]]);
});
