import { el, fill } from "./dom.js";
import { nameOfGrid } from "./names.js";

const MOST = 12;

/** Everything that can be found, each with a text to look in, a kind and a place. */
export function buildIndex(model) {
  const { grids, areas } = model;
  const index = [];
  areas.code.forEach((code, i) => index.push({ kind: areas.isStreet[i] ? "streets" : "communities", name: areas.name[i], extra: code, area: code }));
  grids.code.forEach((code, i) => index.push({ kind: "grid", name: nameOfGrid(model, i), extra: code, grid: i }));
  if (model.roads) addFirstOfEach(index, model.roads.names, model.roads.name, (at) => model.roads.lines[at].box, "road");
  if (model.buildings && model.buildings.addresses) {
    let at = 0;
    for (const batch of model.buildings.batches) for (const path of batch.paths) index.push({ kind: "address", name: model.buildings.addresses[at++], extra: "", at: { x: path[0], y: path[1] } });
  }
  return index.filter((entry) => entry.name);
}

function addFirstOfEach(index, names, nameOf, boxAt, kind) {
  const boxes = new Map();
  nameOf.forEach((name, i) => {
    const box = boxAt(i);
    const all = boxes.get(name);
    boxes.set(name, all ? [Math.min(all[0], box[0]), Math.min(all[1], box[1]), Math.max(all[2], box[2]), Math.max(all[3], box[3])] : box);
  });
  boxes.forEach((box, name) => index.push({ kind, name: names[name], extra: "", box }));
}

/** Entries that hold the asked text, whole matches first, then those that begin with it. */
export function findEntries(index, asked, most = MOST) {
  const wanted = asked.trim().toLowerCase();
  if (!wanted) return [];
  const rank = (entry) => {
    const name = entry.name.toLowerCase();
    if (name === wanted || entry.extra === wanted) return 0;
    if (name.startsWith(wanted) || entry.extra.startsWith(wanted)) return 1;
    return name.includes(wanted) || entry.extra.includes(wanted) ? 2 : 3;
  };
  return index.map((entry, at) => [rank(entry), at]).filter(([rank_]) => rank_ < 3).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, most).map(([, at]) => index[at]);
}

/** A search field with a list below it, worked by keys as well as by pointer. */
export function searchBox(index, word, choose) {
  let found = [];
  let at = 0;
  const list = el("ul", { id: "gs-found", role: "listbox", hidden: true, "aria-label": word("search") });
  const show = () => {
    fill(list, found.length
      ? found.map((entry, i) => el("li", { role: "option", id: `gs-found-${i}`, "aria-selected": String(i === at), on: { mousedown: () => take(entry) } }, el("b", {}, entry.name), el("small", {}, `${word(entry.kind)} ${entry.extra}`)))
      : el("li", { class: "nothing", role: "option", "aria-selected": "false" }, word("noMatch")));
    list.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (found.length) input.setAttribute("aria-activedescendant", `gs-found-${at}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const hide = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const take = (entry) => {
    input.value = entry.name;
    hide();
    choose(entry);
  };
  const onKey = (event) => {
    if (event.key === "Escape" && !list.hidden) hide();
    else if (event.key === "Enter" && found[at]) take(found[at]);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length);
      show();
    } else return;
    event.preventDefault();
  };
  const onInput = () => {
    found = findEntries(index, input.value);
    at = 0;
    show();
  };
  const input = el("input", { id: "gs-search", type: "search", role: "combobox", autocomplete: "off", placeholder: word("search"), "aria-label": word("search"), "aria-controls": "gs-found", "aria-expanded": "false", on: { input: onInput, keydown: onKey, blur: hide } });
  return el("div", { class: "search" }, input, list);
}
