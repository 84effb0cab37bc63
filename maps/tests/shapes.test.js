import assert from "node:assert/strict";
import test from "node:test";
import { batchPaths, boxOf, buildRings, inRings, joinSteps, ringsArea } from "../src/shapes.js";

//  Two unit squares that share an arc:      2---3---5
//  arc 0: 1-0-2-3  arc 1: 1-3  arc 2: 1-4-5-3   | A | B |
//                                           0---1---4
const arcs = { length: [4, 2, 4], x: [1, 0, 0, 1, 1, 1, 1, 2, 2, 1], y: [0, 0, 1, 1, 0, 1, 0, 0, 1, 1] };
const grids = buildRings(arcs, [1, 1], [2, 2], [0 << 1, (1 << 1) | 1, 2 << 1, (1 << 1) | 1]);

test("rings are put together from arcs, forwards and backwards", () => {
  assert.deepEqual(grids[0], [[1, 0, 0, 0, 0, 1, 1, 1]]);
  assert.deepEqual(boxOf(grids[1]), [1, 0, 2, 1]);
  assert.equal(ringsArea(grids[0]), 1);
});

test("a point is in one of the two", () => {
  assert.equal(inRings(grids[0], 0.5, 0.5), true);
  assert.equal(inRings(grids[1], 0.5, 0.5), false);
});

test("a hole is outside, and its area is taken off", () => {
  const ring = [0, 0, 4, 0, 4, 4, 0, 4];
  const hole = [1, 1, 1, 3, 3, 3, 3, 1];
  assert.equal(inRings([ring, hole], 2, 2), false);
  assert.equal(ringsArea([ring, hole]), 12);
});

test("paths are drawn in batches of one group each, with their box", () => {
  const batches = batchPaths([2, 2, 2], [0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0], 10, { size: 2, group: [0, 1, 0] });
  assert.deepEqual(batches.map((batch) => [batch.key, batch.paths.length, batch.box]), [[0, 2, [0, 0, 50, 0]], [1, 1, [20, 0, 30, 0]]]);
  assert.equal(batchPaths([2, 2, 2], [0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0], 1, { size: 2 }).length, 2);
});

test("places come from first places and steps", () => {
  assert.deepEqual([...joinSteps([3, 1, 2], [10, 50, 7], [1, -2, 4])], [10, 11, 9, 50, 7, 11]);
});
