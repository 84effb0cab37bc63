import { el } from "./dom.js";
import { classColours, heatColours } from "./palette.js";
import { countClasses } from "./classify.js";
import { formatNumber } from "./text.js";
import { indicatorName, indicatorUnit } from "./indicators.js";

const METHODS = { quantiles: "methodQuantiles", equal: "methodEqual", natural: "methodNatural", fixed: "methodFixed" };

/** The range of a class as text: from above the limit before it to its own. */
export function classRange(breaks, at, least, most, lang) {
  const say = (value) => formatNumber(value, lang);
  if (!breaks.length) return say(most);
  if (at === 0) return least === breaks[0] ? say(least) : `${say(least)} – ${say(breaks[0])}`;
  if (at === breaks.length) return `> ${say(breaks[at - 1])} – ${say(most)}`;
  return `> ${say(breaks[at - 1])} – ${say(breaks[at])}`;
}

/** The range of a class whose limits do not depend on the values. */
export function fixedRange(breaks, at, lang) {
  // "-10 – -5" cannot be read: limits below zero take a true minus, and a sign between them that is no dash.
  const say = (value) => formatNumber(value, lang).replace("-", "−");
  if (at === 0) return `≤ ${say(breaks[0])}`;
  return at === breaks.length ? `> ${say(breaks[at - 1])}` : `> ${say(breaks[at - 1])} ~ ${say(breaks[at])}`;
}

/** Legend of the fill: name, unit, classes with how many grids each has, method and date. */
export function fillLegend(indicator, word, asOf) {
  const known = indicator.values.filter((value) => value !== null);
  const least = known.reduce((a, b) => Math.min(a, b), Infinity);
  const most = known.reduce((a, b) => Math.max(a, b), -Infinity);
  const { counts, missing } = countClasses(indicator.breaks, indicator.values);
  const colours = classColours(counts.length, indicator.scheme);
  const unit = indicatorUnit(indicator, word);
  const row = (colour, text, count) =>
    el("li", {}, el("i", { class: "swatch", swatch: colour }), el("span", {}, text), el("em", {}, `${count} ${word("gridsUnit")}`));
  return el(
    "div", { class: "legend" },
    el("p", { class: "legend-title" }, indicatorName(indicator, word), unit ? el("span", { class: "unit" }, unit) : null),
    el(
      "ul", {},
      known.length ? counts.map((count, at) => row(colours[at], indicator.scheme === "fixed" ? fixedRange(indicator.breaks, at, word.lang) : classRange(indicator.breaks, at, least, most, word.lang), count)) : null,
      missing ? el("li", {}, el("i", { class: "swatch missing" }), el("span", {}, word("missing")), el("em", {}, `${missing} ${word("gridsUnit")}`)) : null,
    ),
    el("p", { class: "fine" }, [word(METHODS[indicator.scheme]), asOf ? `${word("asOf")} ${asOf}` : ""].filter(Boolean).join(" · ")),
  );
}

export function heatLegend(word) {
  return el(
    "div", { class: "legend" },
    el("p", { class: "legend-title" }, word("density")),
    el("div", { class: "ramp" }, heatColours().map((colour) => el("i", { swatch: colour }))),
    el("div", { class: "ramp-ends" }, el("span", {}, word("low")), el("span", {}, word("high"))),
  );
}
