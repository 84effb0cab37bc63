/**
 * The payload as gridsys/render/codec.py packs it: header, then zigzag byte planes, gzipped, base64; after a point each,
 * the arrays that can wait, which are decoded when they are asked for.
 */
export function readPayload(text, gunzip) {
  const [first, ...later] = text.split(".");
  const raw = gunzip(decodeBase64(first));
  const length = new DataView(raw.buffer, raw.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(raw.subarray(4, 4 + length)));
  const start = 4 + length;
  const array = (name) => {
    if (!header.arrays[name]) return null;
    const [offset, count, planes, delta, part] = header.arrays[name];
    if (!part) return unpackArray(raw, start + offset, count, planes, delta);
    return unpackArray(gunzip(decodeBase64(later[part - 1])), 0, count, planes, delta);
  };
  return { header, array };
}

/** Function that makes a thing when first asked for it, and keeps it. */
export function once(make) {
  let kept;
  return () => (kept ??= make());
}

function decodeBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

export function unpackArray(raw, offset, count, planes, delta) {
  const values = new Int32Array(count);
  // Plane after plane: one short loop each runs far quicker than one loop over all planes of a number.
  for (let plane = 0; plane < planes; plane += 1) {
    const start = offset + plane * count;
    const shift = 8 * plane;
    for (let i = 0; i < count; i += 1) values[i] |= raw[start + i] << shift;
  }
  let before = 0;
  for (let i = 0; i < count; i += 1) {
    const value = (values[i] >>> 1) ^ -(values[i] & 1);
    before = delta ? before + value : value;
    values[i] = before;
  }
  return values;
}
