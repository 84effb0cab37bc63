import { allowedCodes, countByGrid, sliceOfBin } from "./incidents.js";
import { pooledBreaks, valuesFrom } from "./indicators.js";

/** Which incidents pass, and the indicators made of their counts. */
export function createFilter(model, state, bins, indicators) {
  let now = { allowed: new Uint8Array(0), slice: [0, 0] };
  let key = "";
  const update = () => {
    if (!model.incidents) return;
    const { incidents } = model;
    now = {
      allowed: allowedCodes(incidents.kinds.length, state.hiddenKinds, state.hiddenStates),
      slice: sliceOfBin(incidents, bins, state.bin),
    };
    const counts = countByGrid(incidents, now.allowed, now.slice, model.grids.count);
    const nextKey = `${now.allowed.join("")}${state.bin > 0}`;
    for (const each of indicators.filter((indicator) => indicator.live)) {
      each.values = valuesFrom(counts, model.grids.weight, each.perThousand);
      if (nextKey !== key) each.breaks = pooledBreaks(model, now.allowed, bins, state.bin, each.perThousand);
    }
    key = nextKey;
  };
  update();
  return { update, found: () => now };
}
