/** The payload as gridsys/render/codec.py packs it: header, then zigzag byte planes, gzipped, base64. */
export function readPayload(text, gunzip) {
  const raw = gunzip(decodeBase64(text));
  const length = new DataView(raw.buffer, raw.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(raw.subarray(4, 4 + length)));
  const start = 4 + length;
  const array = (name) => {
    const entry = header.arrays[name];
    return entry ? unpackArray(raw, start + entry[0], entry[1], entry[2], entry[3]) : null;
  };
  return { header, array };
}

function decodeBase64(text) {
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
