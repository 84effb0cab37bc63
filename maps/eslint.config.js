import js from "@eslint/js";
import globals from "globals";

// No text may become HTML: what people wrote is put into text nodes only (src/dom.js).
const asHtml = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"];

export default [
  js.configs.recommended,
  {
    files: ["src/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: { ...globals.browser, L: "readonly" } },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "max-lines-per-function": ["error", { max: 60, skipComments: true, skipBlankLines: true }],
      "max-lines": ["error", 300],
      complexity: ["error", 18],
      "no-restricted-properties": ["error", ...asHtml.map((property) => ({ property: property.split(".").pop() }))],
    },
  },
  { files: ["tests/**/*.js", "eslint.config.js"], languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.node } },
];
