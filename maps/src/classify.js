export function classOf(breaks, value) {
  if (value === null || value === undefined) return -1;
  let at = 0;
  while (at < breaks.length && value > breaks[at]) at += 1;
  return at;
}

/** Upper limits of all classes but the last, of equal numbers of values, rising and distinct. */
export function quantileBreaks(values, classes = 5) {
  // Typed, for these sort by size without a call for each pair.
  const sorted = Float64Array.from(values.filter((value) => value !== null)).sort();
  if (!sorted.length) return [];
  const breaks = [];
  for (let i = 1; i < classes; i += 1) {
    const limit = sorted[Math.min(sorted.length - 1, Math.ceil((i / classes) * sorted.length) - 1)];
    const rounded = Number(limit.toPrecision(3));
    const last = breaks.length ? breaks[breaks.length - 1] : -Infinity;
    if (rounded > last && rounded < sorted[sorted.length - 1]) breaks.push(rounded);
  }
  return breaks;
}

export function countClasses(breaks, values) {
  const counts = new Array(breaks.length + 1).fill(0);
  let missing = 0;
  for (const value of values) {
    const at = classOf(breaks, value);
    if (at < 0) missing += 1;
    else counts[at] += 1;
  }
  return { counts, missing };
}
