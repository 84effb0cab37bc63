/** What the reader has chosen. `set` tells those who asked, once, which keys changed. */
export function createState(initial) {
  const listeners = [];
  const state = { ...initial };
  state.set = (patch) => {
    const changed = Object.keys(patch).filter((key) => patch[key] !== state[key]);
    if (!changed.length) return;
    Object.assign(state, patch);
    for (const [keys, listener] of listeners) if (keys.some((key) => changed.includes(key))) listener(changed);
  };
  state.on = (keys, listener) => listeners.push([keys.split(" "), listener]);
  return state;
}
