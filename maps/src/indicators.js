import { unitIn } from "./i18n.js";
import { quantileBreaks } from "./classify.js";
import { countByGrid } from "./tally.js";

/** What grids can be coloured by: the indicators of the page, and two that follow the incident filter. */
export function buildIndicators(model) {
  const fixed = model.header.indicators.map((each) => ({ ...each, live: false }));
  if (!model.incidents) return fixed;
  return [
    ...fixed,
    { word: "addIncidents", unitWord: "incidentsUnit", live: true, perThousand: false, values: [], breaks: [], scheme: "quantiles" },
    { word: "perThousand", unitWord: "perThousandUnit", live: true, perThousand: true, values: [], breaks: [], scheme: "quantiles" },
  ];
}

export function valuesFrom(counts, weights, perThousand) {
  return weights.map((weight, i) => {
    if (!perThousand) return counts[i];
    return weight ? Math.round((counts[i] / weight) * 10000) / 10 : null;
  });
}

/** Class limits over all steps of time together, so that a colour means the same in each of them. */
export function pooledBreaks(model, allowed, bin, perThousand) {
  const steps = bin === 0 ? [0] : Array.from({ length: model.tally.bins }, (_, i) => i + 1);
  const pooled = [];
  for (const step of steps) {
    const counts = countByGrid(model.tally, allowed, step);
    for (const value of valuesFrom(counts, model.grids.weight, perThousand)) if (value || step === 0) pooled.push(value);
  }
  return quantileBreaks(pooled);
}

export function indicatorName(indicator, word) {
  return indicator.word ? word(indicator.word) : word.pick(indicator.label);
}

export function indicatorUnit(indicator, word) {
  return indicator.unitWord ? word(indicator.unitWord) : unitIn(word.lang, indicator.unit);
}
