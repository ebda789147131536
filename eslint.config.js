import eslint from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const TYPED = ["host/**/*.ts", "tests/**/*.ts"];
const NODE_GLOBALS = Object.fromEntries(
  ["Buffer", "console", "performance", "process", "URL"].map((name) => [name, "readonly"]),
);

export default defineConfig(
  globalIgnores(["build/", "voices/", "shared/gen/", "tests/golden/"]),
  {
    files: ["**/*.js"],
    extends: [eslint.configs.recommended],
    languageOptions: { globals: NODE_GLOBALS },
  },
  {
    files: TYPED,
    extends: [eslint.configs.recommended, tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": "error",
      // A number in a template reads as what it is; objects and undefined stay refused.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "max-params": ["error", 6],
      "max-lines-per-function": ["error", { max: 70, skipComments: true }],
    },
  },
  {
    // AssemblyScript is checked by its own compiler; ESLint reads the syntax only.
    files: ["assembly/**/*.ts"],
    extends: [eslint.configs.recommended],
    languageOptions: { parser: tseslint.parser },
    rules: {
      eqeqeq: "off",
      "no-undef": "off",
      "no-redeclare": "off",
      "no-unused-vars": "off",
      "no-loss-of-precision": "off",
      "no-restricted-syntax": [
        "error",
        { selector: "Decorator", message: "No decorators: asc -O3 inlines without being told." },
      ],
    },
  },
);
