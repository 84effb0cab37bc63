import assert from "node:assert/strict";
import fs from "node:fs";
import { gzipSync } from "node:zlib";
import test from "node:test";
import { readPayload, unpackArray } from "../src/codec.js";

// The vendored build is a plain script, as the page has it.
const vendored = { exports: {} };
new Function("module", "exports", fs.readFileSync(new URL("../vendor/fflate/fflate.js", import.meta.url), "utf8"))(vendored, vendored.exports);
const { gunzipSync } = vendored.exports;

test("zigzag planes come back, negative and large", () => {
  // 5 → 10, -3 → 5, 300 → 600 = 0x0258
  const raw = Uint8Array.from([10, 5, 0x58, 0, 0, 0x02]);
  assert.deepEqual([...unpackArray(raw, 0, 3, 2, 0)], [5, -3, 300]);
});

test("differences are summed", () => {
  assert.deepEqual([...unpackArray(Uint8Array.from([10, 4, 1]), 0, 3, 1, 1)], [5, 7, 6]);
});

test("four planes reach 31 bits without turning negative", () => {
  const value = 2 ** 30;
  const coded = value * 2;
  const raw = Uint8Array.from([coded & 255, (coded >>> 8) & 255, (coded >>> 16) & 255, coded >>> 24]);
  assert.equal(unpackArray(raw, 0, 1, 4, 0)[0], value);
});

test("a whole payload is read with the vendored library", () => {
  const header = Buffer.from(JSON.stringify({ title: "东城区", arrays: { x: [0, 2, 1, 0, 0], late: [0, 1, 1, 0, 1] } }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const parts = [Buffer.concat([length, header, Buffer.from([2, 3])]), Buffer.from([8])];
  const text = parts.map((part) => gzipSync(part).toString("base64")).join(".");
  const payload = readPayload(text, gunzipSync);
  assert.equal(payload.header.title, "东城区");
  assert.deepEqual([...payload.array("x")], [1, -2]);
  assert.deepEqual([...payload.array("late")], [4]);
  assert.equal(payload.array("y"), null);
});
