/** Rings of grids from shared arcs: each ring a flat array x, y, x, y, …, in whole steps. */
export function buildRings(arcs, gridRings, ringArcs, references) {
  const starts = new Uint32Array(arcs.length.length + 1);
  for (let i = 0; i < arcs.length.length; i += 1) starts[i + 1] = starts[i] + arcs.length[i];
  const grids = [];
  let ring = 0;
  let at = 0;
  for (const rings of gridRings) {
    const shape = [];
    for (let i = 0; i < rings; i += 1, ring += 1) {
      const points = [];
      for (let j = 0; j < ringArcs[ring]; j += 1, at += 1) appendArc(points, arcs, starts, references[at]);
      shape.push(points);
    }
    grids.push(shape);
  }
  return grids;
}

function appendArc(points, arcs, starts, reference) {
  const arc = reference >> 1;
  const from = starts[arc];
  const to = starts[arc + 1] - 1;
  // The last point of an arc is the first of the next one; a ring closes itself.
  if (reference & 1) for (let i = to; i > from; i -= 1) points.push(arcs.x[i], arcs.y[i]);
  else for (let i = from; i < to; i += 1) points.push(arcs.x[i], arcs.y[i]);
}

export function boxOf(rings) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      box[0] = Math.min(box[0], ring[i]);
      box[1] = Math.min(box[1], ring[i + 1]);
      box[2] = Math.max(box[2], ring[i]);
      box[3] = Math.max(box[3], ring[i + 1]);
    }
  }
  return box;
}

/** Area of rings, holes taken off: an outer ring and its holes turn opposite ways. */
export function ringsArea(rings) {
  let twice = 0;
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      const next = (i + 2) % ring.length;
      twice += ring[i] * ring[next + 1] - ring[next] * ring[i + 1];
    }
  }
  return Math.abs(twice) / 2;
}

export function inRings(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    let before = ring.length - 2;
    for (let i = 0; i < ring.length; i += 2) {
      const crosses = ring[i + 1] > y !== ring[before + 1] > y;
      const share = (y - ring[i + 1]) / (ring[before + 1] - ring[i + 1]);
      if (crosses && x < ring[i] + (ring[before] - ring[i]) * share) inside = !inside;
      before = i;
    }
  }
  return inside;
}

/** Places along one axis of paths, from the first place of each and the steps to the next ones. */
export function joinSteps(lengths, firsts, steps) {
  const places = new Int32Array(firsts.length + steps.length);
  let at = 0;
  for (let i = 0; i < lengths.length; i += 1) {
    places[at] = firsts[i];
    for (let k = 1; k < lengths[i]; k += 1) places[at + k] = places[at + k - 1] + steps[at + k - i - 1];
    at += lengths[i];
  }
  return places;
}

/** Many lines or rings drawn together: thousands in one canvas path are slow, so they go in batches with their box. */
export function batchPaths(lengths, xs, ys, step, { size = 48, closed = false, group = null } = {}) {
  const batches = new Map();
  const done = [];
  let at = 0;
  for (let i = 0; i < lengths.length; i += 1) {
    const key = group ? group[i] : 0;
    let batch = batches.get(key);
    if (!batch || batch.paths.length >= size) {
      batch = { key, paths: [], box: [Infinity, Infinity, -Infinity, -Infinity], closed, path: null };
      batches.set(key, batch);
      done.push(batch);
    }
    const path = new Float32Array(lengths[i] * 2);
    for (let k = 0; k < lengths[i]; k += 1, at += 1) {
      const x = xs[at] * step;
      const y = ys[at] * step;
      path[2 * k] = x;
      path[2 * k + 1] = y;
      if (x < batch.box[0]) batch.box[0] = x;
      if (y < batch.box[1]) batch.box[1] = y;
      if (x > batch.box[2]) batch.box[2] = x;
      if (y > batch.box[3]) batch.box[3] = y;
    }
    batch.paths.push(path);
  }
  return done;
}

/** A batch's canvas path, made when it is first drawn. */
export function pathOf(batch) {
  if (!batch.path) {
    batch.path = new Path2D();
    for (const points of batch.paths) {
      batch.path.moveTo(points[0], points[1]);
      for (let i = 2; i < points.length; i += 2) batch.path.lineTo(points[i], points[i + 1]);
      if (batch.closed) batch.path.closePath();
    }
  }
  return batch.path;
}
