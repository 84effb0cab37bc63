import { allowedCodes, sliceOfBin } from "./incidents.js";
import { pooledBreaks, valuesFrom } from "./indicators.js";
import { countByGrid } from "./tally.js";

/** Which incidents pass, and the indicators made of their counts; class limits only of the one that is shown. */
export function createFilter(model, state, bins, indicators) {
  let now = { allowed: new Uint8Array(0), slice: [0, 0], bin: 0 };
  let key = "";
  const update = () => {
    if (!model.incidents) return;
    const { incidents } = model;
    now = {
      allowed: allowedCodes(incidents.kinds.length, state.hiddenKinds, state.hiddenStates),
      slice: sliceOfBin(incidents, bins, state.bin),
      bin: state.bin,
    };
    const counts = countByGrid(model.tally, now.allowed, state.bin);
    for (const each of indicators.filter((indicator) => indicator.live)) each.values = valuesFrom(counts, model.grids.weight, each.perThousand);
    const shown = indicators[state.indicator];
    if (!shown || !shown.live) return;
    const nextKey = `${state.indicator} ${now.allowed.join("")} ${state.bin > 0}`;
    if (nextKey !== key) shown.breaks = pooledBreaks(model, now.allowed, state.bin, shown.perThousand);
    key = nextKey;
  };
  update();
  return { update, found: () => now };
}
