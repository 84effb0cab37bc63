/** The view and the choices as the address's hash, so that a link opens the same picture. */
export function writeLink(view) {
  const parts = { z: view.zoom, c: `${view.lat.toFixed(5)},${view.lon.toFixed(5)}`, i: view.indicator, m: view.mode, t: view.bin, l: view.lang, th: view.theme, s: [...view.hiddenStates].join(".") };
  if (view.grid) parts.g = view.grid;
  return `#${Object.entries(parts).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
}

/** What a hash asks for; anything that is not understood is left out. */
export function readLink(hash) {
  const given = new Map(hash.replace(/^#/, "").split("&").map((part) => {
    const [key, value = ""] = part.split("=");
    try {
      return [key, decodeURIComponent(value)];
    } catch {
      return [key, ""];
    }
  }));
  const view = {};
  const number = (key) => (given.get(key) ? Number(given.get(key)) : NaN);
  const [lat, lon] = (given.get("c") || "").split(",").map(Number);
  if (Number.isFinite(lat) && Number.isFinite(lon) && number("z") >= 0) Object.assign(view, { lat, lon, zoom: number("z") });
  if (number("i") >= 0) view.indicator = Math.floor(number("i"));
  if (number("t") >= 0) view.bin = Math.floor(number("t"));
  if (["cluster", "heat", "dots", "off"].includes(given.get("m"))) view.mode = given.get("m");
  if (["zh", "en"].includes(given.get("l"))) view.lang = given.get("l");
  if (["light", "dark"].includes(given.get("th"))) view.theme = given.get("th");
  if (/^([0-3](\.[0-3])*)?$/.test(given.get("s") ?? "x")) view.hiddenStates = new Set(given.get("s").split(".").filter(Boolean).map(Number));
  if (/^[0-9]{15}$/.test(given.get("g") || "")) view.grid = given.get("g");
  return view;
}

export function keepLink(view) {
  // A page shown inside another (a notebook) has no address of its own to keep it in.
  if (window.location.protocol === "about:") return;
  window.history.replaceState(null, "", writeLink(view));
}
