/** YlGnBu for grids and Okabe-Ito for kinds: told apart by colour-blind readers, see tests/render/test_palette.py. */
const YLGNBU = {
  2: ["#c7e9b4", "#2c7fb8"],
  3: ["#edf8b1", "#7fcdbb", "#2c7fb8"],
  4: ["#ffffcc", "#a1dab4", "#41b6c4", "#225ea8"],
  5: ["#ffffcc", "#a1dab4", "#41b6c4", "#2c7fb8", "#253494"],
};
/** Five classes about a middle, too light to too heavy: no two the same grey. */
const BALANCE = ["#5e3c99", "#b2abd2", "#f7f7f7", "#fdb863", "#e66101"];
const OKABE_ITO = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#6b7280"];
export const STATE_COLOURS = { green: "#009e73", yellow: "#f0e442", red: "#d55e00", closed: "#8a94a3" };
const HEAT = ["#fcffa4", "#fca50a", "#dd513a", "#932667", "#420a68"];

export const THEMES = {
  light: {
    land: "#f4f3ef", flat: "#fbfaf7", missing: "#e3e3df", fillAlpha: 0.78, fillOverTiles: 0.5,
    road: ["#ffffff", "#ffffff", "#ffffff"], roadEdge: "rgba(96,104,116,.55)", alley: "rgba(255,255,255,.85)",
    park: "rgba(150,201,140,.62)", water: "rgba(122,178,214,.85)",
    building: "rgba(70,78,92,.30)", buildingEdge: "rgba(55,62,75,.55)",
    border: ["rgba(58,66,79,.72)", "#4a5361", "#1d2530", "#1d2530"],
    text: "#17202b", halo: "rgba(255,255,255,.92)", parkText: "#2c6430", waterText: "#1d5b86", roadText: "#5c5340",
    chosen: "#c8102e", bubble: "#ffffff", bubbleText: "#17202b", bubbleEdge: "rgba(23,32,43,.55)", component: "#7b3294",
  },
  dark: {
    land: "#151a21", flat: "#1f2630", missing: "#2b333e", fillAlpha: 0.82, fillOverTiles: 0.6,
    road: ["#39424f", "#39424f", "#39424f"], roadEdge: "rgba(10,13,17,.7)", alley: "rgba(57,66,79,.85)",
    park: "rgba(58,104,62,.62)", water: "rgba(46,92,130,.85)",
    building: "rgba(12,16,22,.42)", buildingEdge: "rgba(8,10,14,.75)",
    border: ["rgba(10,14,20,.6)", "#0a0e14", "#f2f5f9", "#f2f5f9"],
    text: "#f4f7fb", halo: "rgba(15,19,25,.9)", parkText: "#a6d9a4", waterText: "#a5d0ef", roadText: "#d9cfb4",
    chosen: "#ff7a8a", bubble: "#10151c", bubbleText: "#f4f7fb", bubbleEdge: "rgba(240,245,250,.6)", component: "#d7a6e8",
  },
};

export function classColours(count, scheme) {
  if (scheme === "fixed") return BALANCE;
  return count < 2 ? [YLGNBU[5][2]] : YLGNBU[Math.min(count, 5)];
}

export function kindColour(number) {
  return OKABE_ITO[number % OKABE_ITO.length];
}

export function parseColour(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** 256 steps from sparse to dense. */
export function heatRamp() {
  const stops = HEAT.map(parseColour);
  return Array.from({ length: 256 }, (_, step) => {
    const at = (step / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    return stops[low].map((value, band) => Math.round(value + (stops[low + 1][band] - value) * (at - low)));
  });
}

export function heatColours() {
  return HEAT;
}
