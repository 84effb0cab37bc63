import { batchPaths, boxOf, buildRings, joinSteps, ringsArea } from "./shapes.js";
import { createShift } from "./basemap.js";
import { once } from "./codec.js";
import { buildIncidents } from "./incidents.js";

const STREET_DIGITS = 9;

/** Everything of the payload, decoded and in local metres. */
export function buildModel({ header, array }) {
  const arcs = { length: array("arc_length"), x: array("arc_x"), y: array("arc_y"), border: array("arc_border") };
  const wholeRings = buildRings(arcs, array("grid_rings"), array("ring_arcs"), array("ring_arc"));
  const step = header.shapeStep;
  const perPoint = Math.round(header.pointStep / step);
  const corners = wholeRings.map((rings) => {
    const box = boxOf(rings);
    return [Math.floor(box[0] / perPoint), Math.floor(box[1] / perPoint)];
  });
  const rings = wholeRings.map((shape) => shape.map((ring) => Float32Array.from(ring, (value) => value * step)));
  const areas = buildAreas(header, array);
  const gridArea = array("grid_area");
  const model = {
    header,
    origin: { west: header.west, north: header.north },
    areas,
    grids: {
      ...header.grids,
      count: header.grids.code.length,
      rings,
      boxes: rings.map(boxOf),
      area: gridArea,
      street: Int32Array.from(gridArea, (at) => areas.streetOf[at]),
      label: points(array, "grid_label"),
      weight: header.weight,
    },
    borders: batchPaths(arcs.length, arcs.x, arcs.y, step, { group: arcs.border }),
    roads: header.roads ? buildRoads(header.roads, array) : null,
    surfaces: header.surfaces ? buildSurfaces(header.surfaces, array) : null,
    buildings: header.buildings ? buildBuildings(header.buildings, array) : null,
    components: header.components ? { ...header.components, at: points(array, "component"), kind: array("component_kind") } : null,
    incidents: header.incidents ? buildIncidents(header.incidents, array, corners) : null,
  };
  if (header.basemap) model.basemap = { ...header.basemap, shift: createShift(header.basemap.shift, array("shift_x"), array("shift_y")) };
  model.box = model.grids.boxes.reduce((all, box) => [Math.min(all[0], box[0]), Math.min(all[1], box[1]), Math.max(all[2], box[2]), Math.max(all[3], box[3])]);
  model.spacing = spacingOf(model);
  return model;
}

/** Mean distance from one area, or grid, to the next, local metres; and how many streets there are. */
function spacingOf({ grids, areas }) {
  const surface = grids.rings.reduce((sum, rings) => sum + ringsArea(rings), 0);
  const communities = new Set(grids.area).size;
  return { area: Math.sqrt(surface / communities), grid: Math.sqrt(surface / grids.count), streets: areas.isStreet.filter(Boolean).length };
}

function points(array, name) {
  const xs = array(`${name}_x`);
  const ys = array(`${name}_y`);
  return Array.from(xs, (x, i) => ({ x, y: ys[i] }));
}

function buildAreas(header, array) {
  const at = points(array, "area_label");
  const code = header.areas.code;
  const streetOf = code.map((each) => code.indexOf(each.slice(0, STREET_DIGITS)));
  return { ...header.areas, at, streetOf, isStreet: code.map((each) => each.length === STREET_DIGITS) };
}

function buildRoads(header, array) {
  const kind = array("road_kind");
  const length = array("road_length");
  const xs = array("road_x");
  const ys = array("road_y");
  return { ...header, kind, name: array("road_name"), batches: batchPaths(length, xs, ys, header.step, { group: kind }), lines: batchPaths(length, xs, ys, header.step, { size: 1 }) };
}

function buildSurfaces(header, array) {
  const part = array("surface_part");
  const kind = array("surface_kind");
  const batches = batchPaths(array("surface_length"), array("surface_x"), array("surface_y"), header.step, { size: 1e9, group: part, closed: true });
  return { ...header, kind, batches, label: points(array, "surface_label") };
}

function buildBuildings(header, array) {
  const length = array("building_length");
  // Drawn only from near: their outlines wait until then.
  const batches = once(() => {
    const along = (axis) => joinSteps(length, array(`building_${axis}`), array(`building_d${axis}`));
    return batchPaths(length, along("x"), along("y"), header.step, { closed: true });
  });
  return { ...header, count: length.length, get batches() { return batches(); }, kind: array("building_kind"), floors: array("building_floors"), households: array("building_households") };
}
