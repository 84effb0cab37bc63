import { canvasLayer } from "./canvaslayer.js";
import { EARTH } from "./projection.js";

const KEPT = 400;
/** Largest part of a tile drawn as one flat piece, local metres: the shift of a datum bends over longer ones. */
const PIECE = 1200;
const MOST_PIECES = 8;

/** Function: a place in the tiles' datum → the same place in the data's, local metres. */
export function createShift(shift, xs, ys) {
  if (!shift) return (x, y) => [x, y];
  const { step, from, across, down } = shift;
  return (x, y) => {
    const column = Math.max(0, Math.min(across - 1, (x - from) / step));
    const row = Math.max(0, Math.min(down - 1, (y - from) / step));
    const i = Math.min(Math.floor(column), across - 2);
    const j = Math.min(Math.floor(row), down - 2);
    const [u, v] = [column - i, row - j];
    const between = (values) => {
      const at = j * across + i;
      return ((values[at] * (1 - u) + values[at + 1] * u) * (1 - v) + (values[at + across] * (1 - u) + values[at + across + 1] * u) * v) / 100;
    };
    return [x + between(xs), y + between(ys)];
  };
}

/** The inverse: the shift varies slowly, so that a few steps reach it. */
export function unshift(shift, x, y) {
  let [u, v] = [x, y];
  for (let step = 0; step < 4; step += 1) {
    const [there, below] = shift(u, v);
    u += x - there;
    v += y - below;
  }
  return [u, v];
}

/** The zoom whose tiles serve a view: of those packed, or any a server has. */
export function tileZoom(basemap, zoom) {
  const wanted = Math.max(1, Math.min(basemap.deepest, Math.round(zoom)));
  return basemap.zooms ? basemap.zooms.reduce((best, each) => (Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best)) : wanted;
}

/** The flat pieces of a tile: part of the picture (0 to 1) and where its three corners lie in local metres. */
export function tilePieces(origin, shift, z, x, y) {
  const size = EARTH / 2 ** z;
  const left = x * size - EARTH / 2 - origin.west;
  const top = origin.north - (EARTH / 2 - y * size);
  const count = Math.min(MOST_PIECES, Math.max(1, Math.ceil(size / PIECE)));
  const pieces = [];
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j < count; j += 1) {
      const [u, v, part] = [i / count, j / count, 1 / count];
      const corner = (du, dv) => shift(left + (u + du * part) * size, top + (v + dv * part) * size);
      pieces.push({ u, v, part, at: corner(0, 0), right: corner(1, 0), down: corner(0, 1) });
    }
  }
  return pieces;
}

export function tileAddress(basemap, template, z, x, y) {
  const names = basemap.subdomains;
  return template.replaceAll("{z}", z).replaceAll("{x}", x).replaceAll("{y}", y).replaceAll("{s}", names.length ? names[(x + y) % names.length] : "");
}

/** Columns and rows of the tiles that a view shows. */
export function tilesInView(origin, shift, view, z) {
  const size = EARTH / 2 ** z;
  const corners = [[0, 0], [view.width, 0], [0, view.height], [view.width, view.height]].map(([px, py]) => unshift(shift, (px - view.dx) / view.scale, (py - view.dy) / view.scale));
  const columns = corners.map(([x]) => Math.floor((x + origin.west + EARTH / 2) / size));
  const rows = corners.map(([, y]) => Math.floor((EARTH / 2 - origin.north + y) / size));
  const tiles = [];
  for (let x = Math.min(...columns); x <= Math.max(...columns); x += 1) for (let y = Math.max(0, Math.min(...rows)); y <= Math.min(2 ** z - 1, Math.max(...rows)); y += 1) tiles.push([x, y]);
  return tiles;
}

function drawTile(context, view, picture, pieces) {
  const pixels = picture.naturalWidth;
  for (const { u, v, part, at, right, down } of pieces) {
    const k = view.ratio * view.scale;
    const side = part * pixels;
    context.setTransform(
      (k * (right[0] - at[0])) / side, (k * (right[1] - at[1])) / side, (k * (down[0] - at[0])) / side, (k * (down[1] - at[1])) / side,
      k * at[0] + view.ratio * view.dx, k * at[1] + view.ratio * view.dy,
    );
    // Half a pixel more than its own place: no seam shows between two pieces.
    const more = (0.5 * side) / (k * (right[0] - at[0]));
    context.drawImage(picture, u * pixels, v * pixels, side, side, 0, 0, side + more, side + more);
  }
}

/** The pictures by address: each asked for once, the oldest given up; `drawn` is told when one has come. */
function createPictures(drawn, failed) {
  const kept = new Map();
  return (address) => {
    if (!kept.has(address)) {
      const picture = new Image();
      picture.addEventListener("load", drawn);
      picture.addEventListener("error", failed);
      picture.src = address;
      kept.set(address, picture);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    }
    const picture = kept.get(address);
    return picture.complete && picture.naturalWidth ? picture : null;
  };
}

/** Tiles under everything else, each put where it belongs in the datum of the data. */
export function basemapLayer(model, failed) {
  const { basemap, origin } = model;
  let waiting = 0;
  const pictures = createPictures(() => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => layer.repaint());
  }, failed);
  const layer = canvasLayer(origin, "tiles", 0.2, (context, view) => {
    const z = tileZoom(basemap, view.zoom);
    const tiles = tilesInView(origin, basemap.shift, view, z);
    const sources = basemap.tiles ? [(x, y) => basemap.tiles[`${z}/${x}/${y}`]] : basemap.urls.map((url) => (x, y) => tileAddress(basemap, url, z, x, y));
    for (const source of sources) {
      for (const [x, y] of tiles) {
        const address = source(x, y);
        const picture = address && pictures(address);
        if (picture) drawTile(context, view, picture, tilePieces(origin, basemap.shift, z, x, y));
      }
    }
  });
  return layer;
}
