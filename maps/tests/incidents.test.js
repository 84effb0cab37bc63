import assert from "node:assert/strict";
import test from "node:test";
import { allowedCodes, buildIncidents, identifierOf, kindOf, lowerBound, nearest, sliceOfBin, stateOf, timeBins } from "../src/incidents.js";

const HOUR = 3600000;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.UTC(2026, 0, 1) - 8 * HOUR;

function make(times, grids = times.map(() => 0)) {
  const arrays = { incident_grid: grids, incident_kind: times.map((_, i) => i % 2), incident_state: times.map((_, i) => i % 4), incident_x: times.map((_, i) => i), incident_y: times.map(() => 0), incident_time: Int32Array.from(times), incident_number: times.map((_, i) => i + 1) };
  return buildIncidents({ kinds: ["a", "b"], start: MIDNIGHT, tick: HOUR, prefix: "SJ", width: 4 }, (name) => arrays[name], [[100, 200], [0, 0]]);
}

test("places are counted from the corner of the grid; outside all grids from the origin", () => {
  const incidents = make([0, 1], [0, 2]);
  assert.deepEqual([...incidents.x], [100, 1]);
  assert.deepEqual([...incidents.y], [200, 0]);
  assert.equal(identifierOf(incidents, 1), "SJ0002");
});

test("kind and state make one code", () => {
  const { code } = make([0, 0, 0, 0]);
  assert.deepEqual([...code].map(kindOf), [0, 1, 0, 1]);
  assert.deepEqual([...code].map(stateOf), [0, 1, 2, 3]);
});

test("a filter leaves out kinds and states", () => {
  const allowed = allowedCodes(2, new Set([1]), new Set([3]));
  assert.deepEqual([...allowed], [1, 1, 1, 0, 0, 0, 0, 0]);
});

test("first place not less", () => {
  assert.equal(lowerBound([1, 3, 3, 7], 3), 1);
  assert.equal(lowerBound([1, 3, 3, 7], 8), 4);
});

test("every incident lies in exactly one bin, and days begin at midnight in China", () => {
  const incidents = make([0, 23, 24, 47, 48, 24 * 9]);
  const bins = timeBins(incidents.start, incidents.tick, 24 * 9);
  assert.equal(bins.name, "day");
  assert.equal(bins.first, MIDNIGHT);
  const slices = Array.from({ length: bins.count }, (_, i) => sliceOfBin(incidents, bins, i + 1));
  assert.deepEqual(slices[0], [0, 2]);
  assert.deepEqual(slices[1], [2, 4]);
  assert.equal(slices.reduce((sum, [from, to]) => sum + to - from, 0), incidents.count);
  assert.deepEqual(sliceOfBin(incidents, bins, 0), [0, 6]);
});

test("bins are hours, days, weeks or months, never more than about sixty", () => {
  for (const [days, name] of [[1, "hour"], [30, "day"], [365, "week"], [1500, "month"]]) {
    const bins = timeBins(MIDNIGHT, HOUR, days * 24);
    assert.equal(bins.name, name);
    assert.ok(bins.count <= 64, `${bins.count}`);
    assert.ok(bins.first + bins.count * bins.length > MIDNIGHT + days * DAY);
  }
});

test("the nearest that passes is found within reach", () => {
  const incidents = make([0, 1, 2], [2, 2, 2]);
  assert.equal(nearest(incidents, new Uint8Array(8).fill(1), [0, 3], 1.2, 0, 5), 1);
  assert.equal(nearest(incidents, allowedCodes(2, new Set([1]), new Set()), [0, 3], 1.2, 0, 5), 2);
  assert.equal(nearest(incidents, new Uint8Array(8).fill(1), [0, 3], 50, 0, 5), -1);
});
