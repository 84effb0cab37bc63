import { el } from "./dom.js";
import { formatMoment, formatNumber } from "./text.js";
import { nameOfGrid } from "./names.js";
import { identifierOf, kindOf, momentOf, stateOf } from "./incidents.js";
import { indicatorName, indicatorUnit } from "./indicators.js";
import { unitIn } from "./i18n.js";
import { STATE_COLOURS } from "./palette.js";

const MOST_OPEN = 5;
const CLOSED = 3;

function factRow(name, ...value) {
  return el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value));
}

function sayDetail(detail, value, word) {
  if (value === null || value === "") return "–";
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
  const street = grids.street[i] >= 0 ? areas.name[grids.street[i]] : "";
  const withheld = (header.withheld || []).includes(i);
  const facts = indicators.map((each) => factRow(indicatorName(each, word), `${formatNumber(each.values[i], word.lang)} ${each.values[i] === null ? "" : indicatorUnit(each, word)}`));
  const hasWeight = header.indicators.some((each) => each.column === "weight");
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
        (header.details || []).map((detail) => factRow(word.pick(detail.label), sayDetail(detail, detail.values[i], word)))),
    ),
    header.postings ? forcesTable(header.postings, i, header.forces, word) : null,
    model.incidents ? openList(model, i, word) : null,
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

export function buildingNote(model, i, word) {
  const { buildings } = model;
  const households = buildings.households ? buildings.households[i] : -1;
  return el(
    "div", { class: "note" },
    el("p", {}, el("b", {}, (buildings.addresses && buildings.addresses[i]) || word("building"))),
    el("p", { class: "fine" }, [word(["courtyard", "slab", "tower", "office", "shop", "public"][buildings.kind[i]]), `${word("floors")} ${buildings.floors[i]}`, households >= 0 ? `${households} ${word("household")}` : ""].filter(Boolean).join(" · ")),
  );
}
