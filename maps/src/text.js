/** Every text that people wrote passes here before it is shown; it is then only ever put into text nodes or canvas. */
// eslint-disable-next-line no-control-regex -- control characters are what it takes out
const UNSHOWN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const TURNING = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

export function safeText(value) {
  if (value === null || value === undefined) return "";
  return String(value).replace(UNSHOWN, " ").replace(TURNING, "");
}

export function formatNumber(value, lang) {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString(lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: 2 });
}

/** Short count for a circle on the map: 9,999 → 1万 in Chinese, 10k in English. */
export function shortCount(count, lang) {
  if (count < 1000) return String(count);
  if (lang === "zh") return count < 10000 ? String(count) : `${trim(count / 10000)}万`;
  return count < 1000000 ? `${trim(count / 1000)}k` : `${trim(count / 1000000)}M`;
}

function trim(value) {
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

/** China has one clock, UTC+8, without summer time. */
const CHINA = 8 * 3600 * 1000;
export const DAY = 24 * 3600 * 1000;

export function formatMoment(time) {
  return new Date(time + CHINA).toISOString().slice(0, 16).replace("T", " ");
}

export function formatDay(time) {
  return formatMoment(time).slice(0, 10);
}

export function startOfDay(time) {
  return Math.floor((time + CHINA) / DAY) * DAY - CHINA;
}
