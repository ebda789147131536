import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { SetupError } from "./setup-error.js";

const CHOICES = ["AUTO", "ON", "OFF"];
/** Where NVIDIA's installers put it, often without naming it in PATH. */
const TOOLKIT_FOLDER = "/usr/local/cuda/bin";

/**
 * The CUDA compiler with which the native part is to be built, or undefined for a build without the
 * cuda backend. The environment's VOXFUSE_CUDA decides: ON, OFF, or AUTO, which takes nvcc where it
 * is found.
 *
 * @throws {SetupError} when VOXFUSE_CUDA is something else, or is ON without nvcc.
 */
export function cudaCompiler() {
  const choice = process.env["VOXFUSE_CUDA"] || "AUTO";
  if (!CHOICES.includes(choice)) {
    throw new SetupError(`VOXFUSE_CUDA is "${choice}"; it must be ${CHOICES.join(", ")} or unset.`);
  }
  if (choice === "OFF") return undefined;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const compiler = [...folders, TOOLKIT_FOLDER]
    .map((folder) => join(folder, "nvcc"))
    .find(isProgram);
  if (compiler !== undefined || choice === "AUTO") return compiler;
  throw new SetupError(
    `VOXFUSE_CUDA is ON, but nvcc is neither on PATH nor in ${TOOLKIT_FOLDER}. ` +
      "Install the CUDA toolkit, or leave VOXFUSE_CUDA out to build for the CPU alone.",
  );
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
