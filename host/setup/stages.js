import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cudaCompiler } from "./cuda.js";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const NATIVE_FOLDER = "build/native";
const require = createRequire(import.meta.url);

/**
 * One thing that is built.
 *
 * @typedef {object} Stage
 * @property {string} name          of its stamp and log: build/<name>.stamp, build/<name>.log
 * @property {string} says          what the user reads while it is built
 * @property {string[]} inputs      files and folders, relative to the root
 * @property {RegExp} inputNames    which files of those folders count
 * @property {string[]} outputs     must exist, or the stage is stale
 * @property {string[]} needs       programs that must be on PATH; "a|b": one of them
 * @property {() => string[][]} commands  run in order from the root; the first word is the program
 * @property {() => string} [settings]  what else decides the outputs: a change makes them stale
 * @property {() => string} [advice]    what may help when it fails; empty: nothing
 * @property {string} [coveredBy]   a stage that builds the same and more; its stamp counts too
 * @property {boolean} [prunes]     whether outputs of deleted TypeScript sources are swept away
 */

/** @type {Stage} */
const typescript = {
  name: "typescript",
  says: "compiling TypeScript",
  inputs: ["host", "tests", "shared/gen", "tsconfig.json", "package-lock.json"],
  inputNames: /\.ts$/,
  outputs: ["build/js/host/cli/main.js"],
  needs: [],
  commands: () => [[process.execPath, packageFile("typescript", "bin/tsc"), "-p", "tsconfig.json"]],
  prunes: true,
};

/**
 * @param {"release" | "debug"} target a target of asconfig.json; the debug build keeps assertions
 * @param {string} output
 * @returns {Stage}
 */
function wasm(target, output) {
  return {
    name: `wasm-${target}`,
    says: `compiling the planner (${target})`,
    inputs: ["assembly", "shared/gen", "asconfig.json", "package-lock.json"],
    inputNames: /\.ts$/,
    outputs: [output],
    needs: [],
    commands: () => [
      [process.execPath, packageFile("assemblyscript", "bin/asc.js"), "--target", target],
    ],
  };
}

/**
 * cmake-js configures, so that the Node-API headers are found without a download; CMake itself
 * builds, because cmake-js passes on one target only.
 *
 * @param {string} name
 * @param {string[]} targets CMake targets
 * @param {string[]} binaries files of build/native/bin
 * @returns {Stage}
 */
function native(name, targets, binaries) {
  return {
    name,
    says: "compiling native code (minutes the first time)",
    inputs: ["CMakeLists.txt", "kernels", "cuda-sidecar", "host/addon", "shared", "tests/protocol"],
    inputNames: /\.(cpp|hpp|cu|cuh|cmake|in)$|CMakeLists\.txt$/,
    outputs: binaries.map((binary) => `${NATIVE_FOLDER}/bin/${binary}`),
    needs: ["cmake", "g++", "make|ninja"],
    settings: () => cudaCompiler() ?? "",
    advice: () =>
      cudaCompiler() === undefined
        ? ""
        : `It was built for the GPU with ${cudaCompiler()}; VOXFUSE_CUDA=OFF builds without.`,
    commands: () => [
      [
        process.execPath,
        packageFile("cmake-js", "bin/cmake-js"),
        "configure",
        ...["--directory", ROOT, "--out", join(ROOT, NATIVE_FOLDER), "--config", "Release"],
        // A package holds no tests. In a checkout the option stays on whatever is built, because
        // CMake would configure anew at every change of it.
        `--CDVOXFUSE_TOOLS=${isCheckout() ? "ON" : "OFF"}`,
        ...cudaOptions(),
      ],
      ["cmake", "--build", NATIVE_FOLDER, "--parallel", "2", "--target", ...targets],
    ],
  };
}

/** What CMake is told of CUDA. */
function cudaOptions() {
  const compiler = cudaCompiler();
  if (compiler === undefined) return ["--CDVOXFUSE_CUDA=OFF"];
  return ["--CDVOXFUSE_CUDA=ON", `--CDCMAKE_CUDA_COMPILER=${compiler}`];
}

const nativeStart = {
  ...native(
    "native",
    ["voxfuse-sidecar", "voxfuse_addon"],
    ["voxfuse-sidecar", "voxfuse_addon.node"],
  ),
  coveredBy: "native-test",
};
const nativeTest = native(
  "native-test",
  ["all"],
  ["voxfuse-sidecar", "voxfuse_addon.node", "kernel_check", "plan_tool"],
);

const release = wasm("release", "build/wasm/planner.wasm");
const debug = wasm("debug", "build/wasm/planner.debug.wasm");

/** What each purpose needs, in the order in which it is built. */
export const PURPOSES = {
  start: [typescript, release, nativeStart],
  test: [typescript, release, debug, nativeTest],
  js: [typescript, release],
};

/** Whether this is the source tree; an installed package has no TypeScript configuration. */
export function isCheckout() {
  return existsSync(join(ROOT, "tsconfig.json"));
}

/**
 * The stages of a purpose that apply here: an installed package brings its JavaScript and Wasm.
 *
 * @param {keyof typeof PURPOSES} purpose
 * @returns {Stage[]}
 */
export function stagesFor(purpose) {
  const stages = PURPOSES[purpose];
  return isCheckout() ? stages : stages.filter((stage) => stage.needs.length > 0);
}

/**
 * The path of a file in a dependency, wherever npm put that dependency.
 *
 * @param {string} dependency
 * @param {string} file
 */
function packageFile(dependency, file) {
  // Not resolved by its "exports", which need not name the file: the folder is found by hand.
  for (const folder of require.resolve.paths(dependency) ?? []) {
    const path = join(folder, dependency, file);
    if (existsSync(path)) return path;
  }
  throw new Error(`${dependency}/${file} is not installed`);
}
