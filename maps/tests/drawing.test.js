import assert from "node:assert/strict";
import test from "node:test";
import { boxBlur } from "../src/heat.js";
import { clusterByArea, clusterByScreen, mergeTouching } from "../src/clusters.js";
import { placeLabels } from "../src/labels.js";
import { nameOfGrid, shortName } from "../src/names.js";
import { gathering } from "../src/incidentlayer.js";
import { classColours, heatRamp, kindColour, parseColour } from "../src/palette.js";
import { pixelView } from "../src/projection.js";

const all = new Uint8Array(8).fill(1);

test("a box mean keeps the sum away from the edge", () => {
  const values = new Float32Array(49);
  values[24] = 1;
  const blurred = boxBlur(values, 7, 7, 1);
  assert.equal(blurred.reduce((a, b) => a + b), 9);
  assert.equal(blurred[24], 1);
  assert.equal(blurred[0], 0);
});

test("clusters lose no incident and tell their parts", () => {
  const count = 500;
  const incidents = { code: Uint8Array.from({ length: count }, (_, i) => i % 8), x: Float32Array.from({ length: count }, (_, i) => (i * 37) % 700), y: Float32Array.from({ length: count }, (_, i) => (i * 53) % 400) };
  const view = { scale: 1, dx: 0, dy: 0, width: 700, height: 400 };
  const clusters = clusterByScreen(incidents, all, [0, count], view, false);
  assert.equal(clusters.reduce((sum, cluster) => sum + cluster.count, 0), count);
  for (const cluster of clusters) assert.equal(cluster.parts.reduce((a, b) => a + b), cluster.count);
});

test("no two circles touch", () => {
  const clusters = mergeTouching(Array.from({ length: 60 }, (_, i) => ({ x: (i * 29) % 300, y: (i * 17) % 200, r: 12, count: 1 + (i % 5), parts: new Uint32Array(4) })));
  for (const a of clusters) for (const b of clusters) assert.ok(a === b || Math.hypot(a.x - b.x, a.y - b.y) >= a.r + b.r);
});

test("by area, those outside all grids are left out", () => {
  const tally = { cells: Uint32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]), codes: 4, row: 12, grids: 2 };
  const found = clusterByArea(tally, all, 0, [0, 0], [{ x: 0, y: 0 }], false);
  assert.deepEqual(found.map(({ count, area }) => [count, area]), [[2, 0]]);
});

test("labels never overlap each other or a circle", () => {
  const wanted = Array.from({ length: 80 }, (_, i) => ({ text: `${i}`, x: (i * 61) % 500, y: (i * 43) % 300, width: 60, size: 12 }));
  const circles = [{ x: 250, y: 150, r: 30 }];
  const placed = placeLabels(wanted, circles, 500, 300);
  assert.ok(placed.length > 10);
  const apart = (a, b) => Math.abs(a.x - b.x) >= 60 || Math.abs(a.y - b.y) >= 12;
  for (const a of placed) {
    for (const b of placed) assert.ok(a === b || apart(a, b), `${a.text} ${b.text}`);
    assert.ok(Math.abs(a.x - 250) >= 60 || Math.abs(a.y - 150) >= 36, a.text);
  }
});

test("names of grids are short on the map and whole in lists", () => {
  const model = { grids: { name: ["多福巷社区第1网格", "第2网格"], area: [0, 0] }, areas: { name: ["多福巷社区"], code: ["110101001001"] } };
  assert.equal(shortName("多福巷社区第1网格", "多福巷社区"), "第1网格");
  assert.equal(shortName("多福巷社区", "多福巷社区"), "多福巷社区");
  assert.equal(nameOfGrid(model, 0), "多福巷社区第1网格");
  assert.equal(nameOfGrid(model, 1), "多福巷社区 第2网格");
  assert.equal(nameOfGrid(model, 9), "");
});

test("incidents are gathered by street, community, screen, then singly", () => {
  const spacing = { area: 400 };
  const ways = [0.1, 0.25, 0.5].map((scale) => gathering("cluster", { zoom: 14, scale }, spacing));
  assert.deepEqual(ways, ["street", "area", "screen"]);
  assert.equal(gathering("cluster", { zoom: 18, scale: 2 }, spacing), "dots");
  assert.equal(gathering("heat", { zoom: 18, scale: 2 }, spacing), "heat");
});

test("a view takes local metres to the pixels Leaflet would give", () => {
  const view = pixelView({ west: 0, north: 0 }, 0, 0, 0, 256, 256, 1);
  assert.ok(Math.abs(view.dx - 128) < 1e-9 && Math.abs(view.dy - 128) < 1e-9);
  assert.ok(Math.abs(view.scale * Math.PI * 6378137 - 128) < 1e-9);
});

test("colours: as many as classes, and a ramp of 256", () => {
  for (const count of [1, 2, 3, 4, 5]) assert.equal(classColours(count).length, count);
  assert.equal(heatRamp().length, 256);
  assert.deepEqual(parseColour("#0072b2"), [0, 114, 178]);
  assert.equal(kindColour(8), kindColour(0));
});
