// The search box of an atlas's index page. Inlined by itself as a module: it imports nothing.

/** Whether every word of a query stands somewhere in a text, whatever the case or the width of its letters. */
export function matches(query, text) {
  const plain = (part) => part.normalize("NFKC").toLowerCase();
  const within = plain(text);
  return plain(query).split(/\s+/).every((word) => within.includes(word));
}

/** Shows the rows that match, says how many, and lets Enter open the first. */
export function startSearch(page) {
  const box = page.querySelector("#search");
  const said = page.querySelector("#hits");
  const rows = [...page.querySelectorAll("tbody tr[data-code]")];
  const shapes = new Map([...page.querySelectorAll("svg [data-code]")].map((shape) => [shape.dataset.code, shape]));
  const find = () => {
    const hits = rows.filter((row) => {
      row.hidden = !matches(box.value, row.textContent);
      shapes.get(row.dataset.code)?.classList.toggle("dim", row.hidden);
      return !row.hidden;
    });
    said.textContent = `${hits.length} / ${rows.length}`;
    return hits;
  };
  box.addEventListener("input", find);
  box.addEventListener("keydown", (event) => {
    const [first] = event.key === "Enter" && box.value ? find() : [];
    first?.querySelector("a").click();
  });
  // A reload may bring back what was typed before.
  find();
}

if (typeof document !== "undefined") startSearch(document);
