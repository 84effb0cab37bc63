/* Runs the page's program, which the page holds gzipped; the policy names its hash, so that nothing else can stand in. */
(function () {
  const held = document.getElementById("gridsys-program");
  const bytes = Uint8Array.from(atob(held.textContent), (letter) => letter.charCodeAt(0));
  const script = document.createElement("script");
  script.textContent = new TextDecoder().decode(window.fflate.gunzipSync(bytes));
  held.remove();
  document.head.appendChild(script);
})();
