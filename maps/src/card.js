import { el } from "./dom.js";
import { formatMoment, formatNumber } from "./text.js";
import { nameOfGrid } from "./names.js";
import { identifierOf, kindOf, momentOf, stateOf } from "./incidents.js";
import { indicatorName, indicatorUnit } from "./indicators.js";
import { unitIn } from "./i18n.js";
import { STATE_COLOURS } from "./palette.js";
import { inRings } from "./shapes.js";

const MOST_OPEN = 5;
const CLOSED = 3;

function factRow(name, ...value) {
  return el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value));
}

function sayDetail(detail, value, word) {
  if (value === null) return "–";
  if (Array.isArray(value)) return word.pick(value);
  if (typeof value !== "number") return value;
  if (detail.unit === "%") return `${formatNumber(Math.round(value * 1000) / 10, word.lang)} %`;
  return `${formatNumber(value, word.lang)} ${unitIn(word.lang, detail.unit)}`.trim();
}

/** Open incidents of a grid, latest first. */
export function openIn(incidents, grid) {
  const found = [];
  for (let i = incidents.count - 1; i >= 0; i -= 1) if (incidents.grid[i] === grid && stateOf(incidents.code[i]) !== CLOSED) found.push(i);
  return found;
}

export function stateMark(name) {
  return el("i", { class: `mark mark-${name}`, swatch: STATE_COLOURS[name], "aria-hidden": "true" });
}

function forcesTable(postings, grid, forces, word) {
  return el(
    "table", { class: "facts forces" }, el("caption", {}, word("forces")),
    el("tbody", {}, Object.keys(forces).map((force) => {
      const staff = (postings[force] || [])[grid];
      return factRow(word(force), staff || el("span", { class: "vacant" }, word("none")));
    })),
  );
}

/** How many components of each kind lie in a grid, most first. */
export function componentsIn({ components, grids }, grid) {
  const counts = new Map();
  components.at.forEach(({ x, y }, i) => {
    if (inRings(grids.rings[grid], x, y)) counts.set(components.kind[i], (counts.get(components.kind[i]) || 0) + 1);
  });
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([kind, count]) => [components.kinds[kind], count]);
}

function componentsTable(model, grid, word) {
  const found = componentsIn(model, grid);
  const all = found.reduce((sum, [, count]) => sum + count, 0);
  return el(
    "table", { class: "facts" }, el("caption", {}, `${word("components")} ${formatNumber(all, word.lang)}`),
    el("tbody", {}, found.map(([kind, count]) => factRow(kind, formatNumber(count, word.lang)))),
  );
}

/** The four rates of the chain; of all records, since one that fails to link lies in no grid. */
function chainTable(chain, word) {
  const share = ({ linked, total }) => (total ? `${formatNumber(Math.floor((linked / total) * 10000) / 100, word.lang)} %` : "–");
  return el(
    "table", { class: "facts" }, el("caption", {}, word("chain")),
    el("tbody", {}, chain.map((link) => factRow(word.pick(link.label), share(link), el("small", {}, ` ${formatNumber(link.linked, word.lang)} / ${formatNumber(link.total, word.lang)}`)))),
  );
}

function openList(model, grid, word) {
  const open = openIn(model.incidents, grid);
  return [
    el("h3", {}, `${word("openCases")} ${formatNumber(open.length, word.lang)} ${word("incidentsUnit")}`),
    el("ul", { class: "cases" }, open.slice(0, MOST_OPEN).map((i) => caseLine(model, i, word))),
  ];
}

function caseLine(model, i, word) {
  const { incidents, header } = model;
  const state = header.states[stateOf(incidents.code[i])];
  const title = incidents.titles ? incidents.titles[i] : identifierOf(incidents, i);
  return el("li", {}, stateMark(state), el("span", {}, word.pick(incidents.labels[kindOf(incidents.code[i])]), title ? ` · ${title}` : ""), el("time", {}, formatMoment(momentOf(incidents, i)).slice(5)));
}

/** All there is to say of one grid. */
export function gridCard(model, indicators, i, word, close) {
  const { grids, areas, header } = model;
  const area = areas.name[grids.area[i]];
  const at = grids.street[i];
  // An area that nobody named goes by its code, which stands below anyway.
  const street = at >= 0 && areas.name[at] !== areas.code[at] ? areas.name[at] : "";
  const withheld = (header.withheld || []).includes(i);
  const facts = indicators.map((each) => factRow(indicatorName(each, word), `${formatNumber(each.values[i], word.lang)} ${each.values[i] === null ? "" : indicatorUnit(each, word)}`));
  const hasWeight = header.indicators.some((each) => ["weight", "households"].includes(each.column));
  return el(
    "section", { class: "card", "aria-live": "polite", "aria-label": word("grid") },
    el("button", { class: "close", "aria-label": word("close"), on: { click: close } }, "×"),
    el("p", { class: "trail" }, [street, area === street ? "" : area].filter(Boolean).join(" › ")),
    el("h2", {}, grids.name[i]),
    el("p", { class: "code" }, grids.code[i]),
    withheld ? el("p", { class: "notice" }, word("withheld")) : null,
    el(
      "table", { class: "facts" },
      el("tbody", {}, hasWeight ? null : factRow(word("households"), formatNumber(header.weight[i], word.lang)),
        factRow(word("area"), `${formatNumber(Math.round(header.area[i] / 100) / 100, word.lang)} ha`), facts,
        (header.details || []).filter((detail) => detail.values[i] !== "").map((detail) => factRow(word.pick(detail.label), sayDetail(detail, detail.values[i], word)))),
    ),
    header.postings ? forcesTable(header.postings, i, header.forces, word) : null,
    model.incidents ? openList(model, i, word) : null,
    model.components ? componentsTable(model, i, word) : null,
    header.chain ? chainTable(header.chain, word) : null,
  );
}

/** What a small window over the map says of one incident. */
export function incidentNote(model, i, word) {
  const { incidents, header } = model;
  const state = header.states[stateOf(incidents.code[i])];
  return el(
    "div", { class: "note" },
    el("p", {}, stateMark(state), el("b", {}, word.pick(incidents.labels[kindOf(incidents.code[i])])), ` · ${word(state)}`),
    incidents.titles ? el("p", {}, incidents.titles[i]) : null,
    el("p", { class: "fine" }, [identifierOf(incidents, i), formatMoment(momentOf(incidents, i)), nameOfGrid(model, incidents.grid[i]) || word("outside")].filter(Boolean).join(" · ")),
  );
}

export function componentNote(model, i, word) {
  return el("div", { class: "note" }, el("p", {}, el("b", {}, model.components.kinds[model.components.kind[i]])), el("p", { class: "fine" }, word("component")));
}

export function buildingNote(model, i, word) {
  const { buildings } = model;
  const households = buildings.households ? buildings.households[i] : -1;
  return el(
    "div", { class: "note" },
    el("p", {}, el("b", {}, (buildings.addresses && buildings.addresses[i]) || word("building"))),
    el("p", { class: "fine" }, [word(["courtyard", "slab", "tower", "office", "shop", "public"][buildings.kind[i]]), `${word("floors")} ${buildings.floors[i]}`, households >= 0 ? `${households} ${word("household")}` : ""].filter(Boolean).join(" · ")),
  );
}
