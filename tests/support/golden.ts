import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";

import { packageRoot } from "../../host/model/locate.ts";
import { readSafetensorsHeader } from "../../host/model/safetensors-header.ts";
import { VoxfuseError } from "../../host/errors/voxfuse-error.ts";
import type { VoxfuseErrorCode } from "../../host/errors/voxfuse-error.ts";

export const PROJECT = packageRoot();
export const VOICE = join(PROJECT, "voices", "aviary");

/** A tiny checkpoint, or a file of it. */
export function golden(checkpoint: string, ...path: string[]): string {
  return join(PROJECT, "tests", "golden", checkpoint, ...path);
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** An empty folder that lives as long as the test. */
export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), "voxfuse-test-"));
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A copy of a tiny checkpoint, to be damaged. */
export function copyOfGolden(t: ExecutionContext, checkpoint: string): string {
  const folder = temporaryFolder(t);
  cpSync(golden(checkpoint), folder, { recursive: true });
  return folder;
}

/** Shape and values of one tensor of a golden file: I32 or F32. */
export async function readTensor(
  file: string,
  name: string,
): Promise<{ shape: readonly number[]; values: number[] }> {
  const tensor = (await readSafetensorsHeader(file)).find((each) => each.name === name);
  if (tensor === undefined) throw new Error(`${file} has no tensor ${name}`);
  const bytes = new Uint8Array(
    readFileSync(file).subarray(tensor.offset, tensor.offset + tensor.bytes),
  );
  const { dtype, shape } = tensor;
  if (dtype === "I32") return { shape, values: Array.from(new Int32Array(bytes.buffer)) };
  if (dtype === "F32") return { shape, values: Array.from(new Float32Array(bytes.buffer)) };
  throw new Error(`${file}: tensor ${name} is ${dtype}`);
}

/** Asserts that `act` throws a VoxfuseError of this code whose sentence matches. */
export async function throwsCode(
  t: ExecutionContext,
  act: () => unknown,
  code: VoxfuseErrorCode,
  sentence: RegExp = /./,
): Promise<void> {
  const error: unknown = await t.throwsAsync(async () => {
    await act();
  });
  t.true(error instanceof VoxfuseError, String(error));
  t.like(error, { code, name: "VoxfuseError" });
  t.regex(error instanceof Error ? error.message : "", sentence);
}
