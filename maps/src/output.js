import { THEMES } from "./palette.js";

/** The map as drawn, as one canvas: layers in the order of their panes. */
export function snapshot(map, theme) {
  const size = map.getSize();
  const frame = map.getContainer().getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = size.x * 2;
  canvas.height = size.y * 2;
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.fillStyle = THEMES[theme].land;
  context.fillRect(0, 0, size.x, size.y);
  const height = (node) => Number(getComputedStyle(node.closest(".leaflet-pane[style*='z-index']") || node).zIndex) || 0;
  const layers = [...map.getPanes().mapPane.querySelectorAll("canvas")].sort((a, b) => height(a) - height(b));
  for (const layer of layers) {
    const at = layer.getBoundingClientRect();
    if (layer.width && at.width) context.drawImage(layer, at.left - frame.left, at.top - frame.top, at.width, at.height);
  }
  return canvas;
}

export function savePicture(map, theme, name) {
  snapshot(map, theme).toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

/** A sheet of A4 across: the map is laid out for it before the browser prints, and put back after. */
export function preparePrinting(map, fit) {
  let bounds = null;
  window.addEventListener("beforeprint", () => {
    bounds = map.getBounds();
    document.body.classList.add("printing");
    map.invalidateSize({ animate: false });
    fit(bounds);
  });
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("printing");
    map.invalidateSize({ animate: false });
    if (bounds) fit(bounds);
  });
}
