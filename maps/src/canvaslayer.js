import { pixelView } from "./projection.js";

/** A Leaflet layer that is one canvas over the map with a margin, repainted when the map has moved. */
export function canvasLayer(origin, pane, padding, paint) {
  const Layer = L.Renderer.extend({
    options: { pane, padding },
    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._container.dataset.layer = pane;
    },
    _destroyContainer() {
      this._container.remove();
    },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this.repaint();
    },
    repaint() {
      if (!this._map || !this._bounds) return;
      const size = this._bounds.getSize();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const canvas = this._container;
      canvas.width = Math.round(size.x * ratio);
      canvas.height = Math.round(size.y * ratio);
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      const corner = this._map.getPixelOrigin().add(this._bounds.min);
      paint(canvas.getContext("2d"), pixelView(origin, this._map.getZoom(), corner.x, corner.y, size.x, size.y, ratio));
    },
  });
  return new Layer();
}

/** A pane for each thing drawn, in the order given; none takes the pointer from the map. */
export function createPanes(map, names) {
  names.forEach((name, at) => {
    const pane = map.createPane(name);
    pane.style.zIndex = String(300 + 10 * at);
    pane.style.pointerEvents = "none";
  });
}
