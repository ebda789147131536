import type { ExecutionContext, TestFn } from "ava";
import { spawnSidecar } from "../../host/sidecar/spawn.ts";
import { whyNoGpu } from "../../host/synthesis/session/backend.ts";
import { runNative } from "./native.ts";

const REGION = { rows: 1, groups: 1, frameSamples: 1, logitsMax: 0 };

/** What this machine or this build lacks for tests on a GPU, in a sentence; undefined: nothing. */
export const missingForGpu = await lookForGpu();

async function lookForGpu(): Promise<string | undefined> {
  const connection = await spawnSidecar({ region: REGION });
  const { backends, devices } = connection.hello;
  await connection.close();
  if (devices.length === 0) return whyNoGpu(backends);
  const listed = await runNative("kernel_check", "devices");
  return listed.trim() === "" ? "kernel_check devices lists no GPU, the sidecar does" : undefined;
}

type Register = (
  title: string,
  implementation: (t: ExecutionContext) => void | Promise<void>,
) => void;

/** Registers tests that run one after the other where there is a GPU, and are skipped elsewhere. */
export function onGpu(test: TestFn): Register {
  return missingForGpu === undefined ? test.serial : test.serial.skip;
}
