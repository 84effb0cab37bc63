import { el } from "./dom.js";
import { DAY, formatDay, formatMoment, formatNumber } from "./text.js";
import { histogram } from "./tally.js";

const STEP_MS = 700;

/** A bin's span as people say it. */
export function binName(bins, bin, word) {
  if (bin === 0) return word("all");
  const begin = bins.first + (bin - 1) * bins.length;
  if (bins.name === "hour") return formatMoment(begin);
  const last = begin + bins.length - DAY;
  return last > begin ? `${formatDay(begin)} – ${formatDay(last).slice(5)}` : formatDay(begin);
}

/** Slider over the bins with a small histogram, and a button that plays them. */
export function timeline(model, bins, state, word, allowed) {
  const bars = histogram(model.tally, allowed);
  const most = Math.max(1, ...bars.map(([open, closed]) => open + closed));
  const chart = el("div", { class: "bars", "aria-hidden": "true" }, bars.map(([open, closed], i) => {
    const bar = el("i", { class: state.bin === i + 1 ? "now" : null, on: { click: () => state.set({ bin: i + 1 }) } });
    bar.style.setProperty("--all", String((open + closed) / most));
    bar.style.setProperty("--open", String(open / most));
    return bar;
  }));
  const shown = () => (state.bin === 0 ? bars.reduce((sum, bar) => sum + bar[0] + bar[1], 0) : bars[state.bin - 1][0] + bars[state.bin - 1][1]);
  const slider = el("input", { type: "range", min: 0, max: bins.count, value: state.bin, "aria-label": word("time"), on: { input: () => state.set({ bin: Number(slider.value) }) } });
  const said = el("output", { class: "said" });
  const button = el("button", { class: "play", on: { click: () => state.set({ playing: !state.playing }) } });
  const follow = () => {
    slider.value = state.bin;
    const text = `${binName(bins, state.bin, word)} · ${formatNumber(shown(), word.lang)} ${word("incidentsUnit")}`;
    slider.setAttribute("aria-valuetext", text);
    said.textContent = text;
    button.textContent = state.playing ? "❚❚" : "▶";
    button.setAttribute("aria-label", word(state.playing ? "pause" : "animate"));
    [...chart.children].forEach((bar, i) => bar.classList.toggle("now", state.bin === i + 1));
  };
  const node = el("div", { class: "timeline" }, el("div", { class: "row" }, button, el("div", { class: "track" }, chart, slider)), el("p", { class: "row" }, said, el("button", { class: "link", on: { click: () => state.set({ bin: 0, playing: false }) } }, word("all"))));
  follow();
  return { node, follow };
}

/** Moves the state from bin to bin while it plays. */
export function startClock(state, bins) {
  let timer = 0;
  state.on("playing", () => {
    clearInterval(timer);
    if (state.playing) timer = setInterval(() => state.set({ bin: (state.bin % bins.count) + 1 }), STEP_MS);
  });
}
