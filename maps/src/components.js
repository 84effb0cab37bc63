import { THEMES } from "./palette.js";
import { usePixels } from "./projection.js";
import { canvasLayer } from "./canvaslayer.js";

export const COMPONENTS_FROM = 16.5;

/** Components (部件) as small diamonds, near enough to tell them from each other. */
export function componentLayer(model, state) {
  return canvasLayer(model.origin, "components", 0.1, (context, view) => {
    if (view.zoom < COMPONENTS_FROM) return;
    const theme = THEMES[state.theme];
    usePixels(context, view);
    context.fillStyle = theme.component;
    context.strokeStyle = theme.bubble;
    const r = view.zoom < 17.5 ? 3 : 4.5;
    for (const { x, y } of model.components.at) {
      const px = x * view.scale + view.dx;
      const py = y * view.scale + view.dy;
      if (px < -r || py < -r || px > view.width + r || py > view.height + r) continue;
      context.beginPath();
      context.moveTo(px, py - r);
      context.lineTo(px + r, py);
      context.lineTo(px, py + r);
      context.lineTo(px - r, py);
      context.closePath();
      context.fill();
      context.stroke();
    }
  });
}
