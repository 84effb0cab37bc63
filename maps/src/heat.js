const HEAT_CELL = 3;
/** Share of the greatest density below which nothing is shown. */
const FAINT = 0.06;

/** Counts of incidents in cells of three pixels, smoothed by two box means. */
export function densityOf(incidents, allowed, slice, view) {
  const width = Math.ceil(view.width / HEAT_CELL) + 2;
  const height = Math.ceil(view.height / HEAT_CELL) + 2;
  const counts = new Float32Array(width * height);
  const { code, x, y } = incidents;
  const scale = view.scale / HEAT_CELL;
  const dx = view.dx / HEAT_CELL;
  const dy = view.dy / HEAT_CELL;
  for (let i = slice[0]; i < slice[1]; i += 1) {
    if (!allowed[code[i]]) continue;
    const cx = Math.floor(x[i] * scale + dx);
    const cy = Math.floor(y[i] * scale + dy);
    if (cx >= 0 && cy >= 0 && cx < width && cy < height) counts[cy * width + cx] += 1;
  }
  const reach = Math.max(3, Math.min(12, Math.round((view.zoom - 9.5) * 1.5)));
  const cells = boxBlur(boxBlur(counts, width, height, reach), width, height, reach);
  return { cells, width, height, cell: HEAT_CELL };
}

/** Sum over a square of 2 × reach + 1 cells, rows then columns, by running sums. */
export function boxBlur(values, width, height, reach) {
  const rows = new Float32Array(values.length);
  const result = new Float32Array(values.length);
  for (let y = 0; y < height; y += 1) runningSum(values, rows, y * width, 1, width, reach);
  for (let x = 0; x < width; x += 1) runningSum(rows, result, x, width, height, reach);
  return result;
}

function runningSum(from, to, start, stride, count, reach) {
  let sum = 0;
  for (let i = -reach; i < count; i += 1) {
    if (i + reach < count) sum += from[start + (i + reach) * stride];
    if (i - reach - 1 >= 0) sum -= from[start + (i - reach - 1) * stride];
    if (i >= 0) to[start + i * stride] = sum;
  }
}

/** Picture of a density, sparse cells left clear. */
export function paintDensity(density, ramp) {
  let most = 0;
  for (const value of density.cells) if (value > most) most = value;
  const image = new ImageData(density.width, density.height);
  for (let i = 0; i < density.cells.length; i += 1) {
    const share = (Math.max(0, density.cells[i]) / (most || 1)) ** 0.7;
    if (share < FAINT) continue;
    const colour = ramp[Math.min(255, Math.floor(share * 256))];
    image.data.set(colour, 4 * i);
    image.data[4 * i + 3] = Math.min(225, (share - FAINT) * 700);
  }
  return image;
}
