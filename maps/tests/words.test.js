import assert from "node:assert/strict";
import fs from "node:fs";
import test from "node:test";
import { unitIn, wordKeys, words } from "../src/i18n.js";
import { formatDay, formatMoment, safeText, shortCount, startOfDay } from "../src/text.js";
import { classOf, countClasses, quantileBreaks } from "../src/classify.js";
import { classRange } from "../src/legend.js";
import { findEntries } from "../src/search.js";
import { readLink, writeLink } from "../src/permalink.js";
import { measured, sayMeasured } from "../src/measure.js";
import { pooledBreaks, valuesFrom } from "../src/indicators.js";
import { createState } from "../src/state.js";
import { topGrids } from "../src/panel.js";
import { buildTally, histogram } from "../src/tally.js";
import { binName } from "../src/timeline.js";

test("every word stands in both languages", () => {
  for (const [key, pair] of wordKeys()) {
    assert.equal(pair.length, 2, key);
    assert.ok(pair[0] && pair[1], key);
    assert.match(pair[1], /^[\x20-\x7e–−…]+$/, key);
  }
});

test("every word the program asks for by name exists", () => {
  const known = new Set(wordKeys().map(([key]) => key));
  for (const file of fs.readdirSync(new URL("../src/", import.meta.url)).filter((name) => name.endsWith(".js"))) {
    const source = fs.readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8");
    for (const [, key] of source.matchAll(/\bword\("([A-Za-z_]+)"\)/g)) assert.ok(known.has(key), `${key} in ${file}`);
  }
  assert.throws(() => words("zh")("nonsense"), /nonsense/);
});

test("control and turning characters are taken out of what people wrote", () => {
  assert.equal(safeText("a\u202eb\u2028c\u0000d\u200b"), "ab c d");
  assert.equal(safeText(null), "");
  assert.equal(safeText("<b>&"), "<b>&");
});

test("times are China's", () => {
  const moment = Date.UTC(2026, 0, 1, 16, 30);
  assert.equal(formatMoment(moment), "2026-01-02 00:30");
  assert.equal(formatDay(startOfDay(moment)), "2026-01-02");
  assert.equal(startOfDay(moment), Date.UTC(2026, 0, 1, 16));
});

test("short counts", () => {
  assert.deepEqual([999, 9999, 12000, 1230000].map((count) => shortCount(count, "zh")), ["999", "9999", "1.2万", "123万"]);
  assert.deepEqual([999, 9999, 120000, 1230000].map((count) => shortCount(count, "en")), ["999", "10k", "120k", "1.2M"]);
});

test("classes: a value belongs to the first limit it does not exceed", () => {
  assert.deepEqual([1, 2, 3, 9, null].map((value) => classOf([2, 5], value)), [0, 0, 1, 2, -1]);
  assert.deepEqual(countClasses([2, 5], [1, 2, 3, 9, null]), { counts: [2, 1, 1], missing: 1 });
  assert.deepEqual(quantileBreaks([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), [2, 4, 6, 8]);
  assert.deepEqual(quantileBreaks([7, 7, 7]), []);
  assert.deepEqual(quantileBreaks([]), []);
});

test("legend ranges meet without a gap", () => {
  assert.deepEqual([0, 1, 2].map((at) => classRange([2, 5], at, 1, 9, "en")), ["1 – 2", "> 2 – 5", "> 5 – 9"]);
  assert.equal(classRange([], 0, 4, 4, "en"), "4");
});

test("search: whole matches first, then beginnings, then the rest", () => {
  const index = ["东四北大街", "东四", "南东四"].map((name) => ({ name, extra: "" }));
  index.push({ name: "第1网格", extra: "110101001001001" });
  assert.deepEqual(findEntries(index, "东四").map((entry) => entry.name), ["东四", "东四北大街", "南东四"]);
  assert.deepEqual(findEntries(index, "110101001001").map((entry) => entry.name), ["第1网格"]);
  assert.deepEqual(findEntries(index, "  "), []);
});

test("a link comes back, and nonsense is left out", () => {
  const view = { zoom: 14.5, lat: 39.91, lon: 116.4, indicator: 1, mode: "heat", bin: 3, lang: "en", theme: "dark", grid: "110101001001001", hiddenStates: new Set([3]) };
  assert.deepEqual(readLink(writeLink(view)), view);
  assert.deepEqual(readLink("#m=<script>&l=%E0%A4%A&z=x&c=1&g=../..&s=9"), {});
  assert.deepEqual(readLink("#s=").hiddenStates, new Set());
});

test("a square of 100 m measured", () => {
  const square = [[0, 0], [100, 0], [100, 100], [0, 100]];
  assert.deepEqual(measured(square, 1), { length: 300, area: 10000 });
  assert.equal(sayMeasured(measured(square, 1), 4, words("en")), "300 m · 1 ha");
  assert.equal(sayMeasured({ length: 1500, area: 0 }, 2, words("en")), "1.5 km");
});

test("live indicators: counts and per 1,000 households, nothing where there are none", () => {
  assert.deepEqual(valuesFrom([4, 2], [400, 0], true), [10, null]);
  assert.deepEqual(valuesFrom([4, 2], [400, 0], false), [4, 2]);
});

test("class limits are the same in every step of time", () => {
  const incidents = { kinds: ["a"], count: 4, code: Uint8Array.from([0, 0, 0, 0]), grid: Uint16Array.from([0, 0, 1, 0]), time: Int32Array.from([0, 1, 24, 25]) };
  const bins = { first: 0, length: 86400000, count: 2, start: 0, tick: 3600000, name: "day" };
  const model = { tally: buildTally(incidents, bins, 2), grids: { count: 2, weight: [1, 1] } };
  assert.deepEqual(pooledBreaks(model, new Uint8Array([1, 1, 1, 1]), 2, false), [1]);
  assert.deepEqual(histogram(model.tally, new Uint8Array([1, 1, 1, 1])), [[2, 0], [2, 0]]);
});

test("bins are named as people say them", () => {
  const bins = { first: Date.UTC(2026, 0, 1, 16), length: 7 * 86400000, name: "week" };
  assert.equal(binName(bins, 1, words("zh")), "2026-01-02 – 01-08");
  assert.equal(binName(bins, 0, words("en")), "All times");
});

test("state tells each listener once, and only of changes", () => {
  const state = createState({ a: 1, b: 2 });
  const heard = [];
  state.on("a b", (changed) => heard.push(changed));
  state.set({ a: 1 });
  state.set({ a: 3, b: 4 });
  assert.deepEqual(heard, [["a", "b"]]);
});

test("first grids by value, ties by order, nothing without a value", () => {
  assert.deepEqual(topGrids([3, null, 9, 0, 9], 3), [2, 4, 0]);
});

test("units are said in the reader's language where they are known", () => {
  assert.equal(unitIn("en", "户"), "households");
  assert.equal(unitIn("en", "°C"), "°C");
  assert.equal(unitIn("zh", "户"), "户");
});
