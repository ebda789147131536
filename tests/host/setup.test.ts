import { execFile } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import type { ExecutionContext } from "ava";
import { temporaryFolder } from "../support/golden.ts";

/** What host/setup/cuda.js chooses in an environment: a path, "none" or the refusal. */
async function chosenCompiler(environment: NodeJS.ProcessEnv): Promise<string> {
  const program = `
    import { cudaCompiler } from "./host/setup/cuda.js";
    try {
      console.log(cudaCompiler() ?? "none");
    } catch (error) {
      console.log(error.message);
    }`;
  const args = ["--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: environment });
  return stdout.trim();
}

/** A folder with a program of this name. */
function folderWith(t: ExecutionContext, name: string): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, name), "#!/bin/sh\n");
  chmodSync(join(folder, name), 0o700);
  return folder;
}

test("the native part is built for the GPU where nvcc is on PATH, if not told else", async (t) => {
  const PATH = ["/nowhere", folderWith(t, "nvcc")].join(":");
  const nvcc = join(PATH.slice("/nowhere:".length), "nvcc");
  t.is(await chosenCompiler({ PATH }), nvcc);
  t.is(await chosenCompiler({ PATH, VOXFUSE_CUDA: "AUTO" }), nvcc);
  t.is(await chosenCompiler({ PATH, VOXFUSE_CUDA: "ON" }), nvcc);
  t.is(await chosenCompiler({ PATH, VOXFUSE_CUDA: "OFF" }), "none");
});

test("a VOXFUSE_CUDA of nonsense is refused with what it may be", async (t) => {
  t.is(
    await chosenCompiler({ PATH: "/nowhere", VOXFUSE_CUDA: "yes" }),
    'VOXFUSE_CUDA is "yes"; it must be AUTO, ON, OFF or unset.',
  );
});

test("without nvcc AUTO builds for the CPU and ON says what is missing", async (t) => {
  const PATH = folderWith(t, "gcc");
  const found = await chosenCompiler({ PATH });
  if (found !== "none") {
    t.is(found, "/usr/local/cuda/bin/nvcc"); // this machine has the toolkit in its usual place
    return;
  }
  t.regex(await chosenCompiler({ PATH, VOXFUSE_CUDA: "ON" }), /nvcc is neither on PATH/);
});
