/** Local metres (web mercator from the upper left corner, y down) to pixels and back. */
export const EARTH = 2 * Math.PI * 6378137;

/** Scale and shift that take local metres to the pixels of a canvas whose corner lies at a world pixel. */
export function pixelView(origin, zoom, cornerX, cornerY, width, height, ratio) {
  const world = 256 * 2 ** zoom;
  const scale = world / EARTH;
  return {
    zoom, scale, width, height, ratio,
    dx: origin.west * scale + world / 2 - cornerX,
    dy: world / 2 - origin.north * scale - cornerY,
  };
}

export function useLocalMetres(context, view) {
  const k = view.ratio * view.scale;
  context.setTransform(k, 0, 0, k, view.ratio * view.dx, view.ratio * view.dy);
}

export function usePixels(context, view) {
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
}

export function boxInView(box, view, margin = 0) {
  return (
    box[2] * view.scale + view.dx >= -margin && box[0] * view.scale + view.dx <= view.width + margin &&
    box[3] * view.scale + view.dy >= -margin && box[1] * view.scale + view.dy <= view.height + margin
  );
}

export function toLocal(origin, latlng) {
  const point = L.CRS.EPSG3857.project(latlng);
  return [point.x - origin.west, origin.north - point.y];
}

export function toLatLng(origin, x, y) {
  return L.CRS.EPSG3857.unproject(L.point(origin.west + x, origin.north - y));
}

/** Metres on the ground for one local metre: mercator stretches by 1 / cos(latitude). */
export function groundFactor(origin) {
  return 1 / Math.cosh(origin.north / 6378137);
}
