import { groundFactor } from "./projection.js";
import { formatNumber } from "./text.js";

/** Length of a line and area of the ring it closes, in metres on the ground, from local points. */
export function measured(points, factor) {
  let length = 0;
  let twice = 0;
  points.forEach(([x, y], i) => {
    if (i) length += Math.hypot(x - points[i - 1][0], y - points[i - 1][1]);
    const [nextX, nextY] = points[(i + 1) % points.length];
    twice += x * nextY - nextX * y;
  });
  return { length: length * factor, area: (Math.abs(twice) / 2) * factor * factor };
}

export function sayMeasured({ length, area }, points, word) {
  const far = length >= 1000 ? `${formatNumber(length / 1000, word.lang)} km` : `${formatNumber(Math.round(length), word.lang)} m`;
  return points < 3 ? far : `${far} · ${formatNumber(Math.round(area) / 10000, word.lang)} ha`;
}

/** Measuring by clicks: `say` is told the result, `end` when it is over. */
export function measureTool(map, model, toLocalPoint, say) {
  const line = L.polygon([], { color: "#c8102e", weight: 2.5, fillOpacity: 0.08, dashArray: "6 4", interactive: false });
  const add = (event) => {
    line.addLatLng(event.latlng);
    const points = line.getLatLngs()[0].map((latlng) => toLocalPoint(latlng));
    say(measured(points, groundFactor(model.origin)), points.length);
  };
  return {
    start() {
      line.setLatLngs([]).addTo(map);
      map.doubleClickZoom.disable();
      map.on("click", add);
      map.getContainer().classList.add("measuring");
    },
    stop() {
      map.off("click", add);
      map.doubleClickZoom.enable();
      map.getContainer().classList.remove("measuring");
      line.remove();
    },
  };
}
