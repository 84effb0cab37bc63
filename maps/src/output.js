import { THEMES } from "./palette.js";
import { safeText } from "./text.js";
import { FONT } from "./incidentlayer.js";

/** The map as drawn, as one canvas: layers in the order of their panes. */
export function snapshot(map, ground, without = "") {
  const size = map.getSize();
  const frame = map.getContainer().getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = size.x * 2;
  canvas.height = size.y * 2;
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.fillStyle = ground;
  context.fillRect(0, 0, size.x, size.y);
  const height = (node) => Number(getComputedStyle(node.closest(".leaflet-pane[style*='z-index']") || node).zIndex) || 0;
  const layers = [...map.getPanes().mapPane.querySelectorAll("canvas")].sort((a, b) => height(a) - height(b));
  for (const layer of layers) {
    if (without && layer.dataset.layer === without) continue;
    const at = layer.getBoundingClientRect();
    if (layer.width && at.width) context.drawImage(layer, at.left - frame.left, at.top - frame.top, at.width, at.height);
  }
  return canvas;
}

function writeCredit(canvas, text) {
  const context = canvas.getContext("2d");
  context.font = `11px ${FONT}`;
  context.textAlign = "right";
  context.lineWidth = 3;
  context.strokeStyle = "#fff";
  context.strokeText(safeText(text), canvas.width / 2 - 6, canvas.height / 2 - 6);
  context.fillStyle = "#17202b";
  context.fillText(safeText(text), canvas.width / 2 - 6, canvas.height / 2 - 6);
}

/** A browser gives no picture that holds tiles of another host: then it is saved without them. */
export function savePicture(map, theme, name, basemap) {
  const canvas = snapshot(map, THEMES[theme].land, basemap && basemap.urls.length ? "tiles" : "");
  if (basemap && !basemap.urls.length) writeCredit(canvas, basemap.attribution);
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

/**
 * A sheet of A4 across: the map is laid out for it, in the light shade, before the browser prints, and put back after.
 * Chromium prints a canvas by its strokes, clearing included, which wipes out every canvas below it: so one goes to the
 * sheet, with all of them on it.
 */
export function preparePrinting(map, state) {
  let before = null;
  let sheet = null;
  window.addEventListener("beforeprint", () => {
    before = { theme: state.theme, bounds: map.getBounds() };
    state.printing = true;
    document.body.classList.add("printing");
    state.set({ theme: "light" });
    map.invalidateSize({ animate: false });
    map.fitBounds(before.bounds, { animate: false });
    sheet = snapshot(map, "#fff");
    sheet.className = "sheet-of-paper";
    map.getContainer().appendChild(sheet);
  });
  window.addEventListener("afterprint", () => {
    sheet.remove();
    state.printing = false;
    document.body.classList.remove("printing");
    map.invalidateSize({ animate: false });
    map.fitBounds(before.bounds, { animate: false });
    state.set({ theme: before.theme });
  });
}
