import { safeText } from "./text.js";

/** An element from names and texts; no text is ever read as HTML. Handlers are given as `on: { click: … }`. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (name === "swatch") node.style.background = value;
    else if (name === "width") node.style.width = value;
    else if (name in { checked: 1, value: 1, disabled: 1, hidden: 1, open: 1, max: 1, min: 1, selected: 1 }) node[name] = value;
    else node.setAttribute(name, value === true ? "" : safeText(value));
  }
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(safeText(child)));
  }
}

export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
}
