import assert from "node:assert/strict";
import { test } from "node:test";

import { matches } from "../src/pages/atlas.js";

test("every word of a query must stand in the row, in any order", () => {
  const row = "110101001001002 第2网格 南社区 东华门街道";
  assert.ok(matches("东华门 第2", row));
  assert.ok(matches("第2 东华门", row));
  assert.ok(!matches("东华门 第3", row));
});

test("an empty query shows every row", () => {
  assert.ok(matches("", "x"));
  assert.ok(matches("  ", "x"));
});

test("full-width digits and capitals are the same as plain ones", () => {
  assert.ok(matches("００１", "110101001001001"));
  assert.ok(matches("north", "North Community"));
});
