/** A grid's name without its community's, which the map already says. */
export function shortName(name, area) {
  const rest = name.startsWith(area) ? name.slice(area.length).trim() : name;
  return rest || name;
}

/** A grid's name with its community's, for lists where "grid 1" could be any; "" for no grid. */
export function nameOfGrid(model, i) {
  const { grids, areas } = model;
  if (grids.name[i] === undefined) return "";
  const area = areas.name[grids.area[i]];
  return grids.name[i].startsWith(area) || area === areas.code[grids.area[i]] ? grids.name[i] : `${area} ${grids.name[i]}`;
}
