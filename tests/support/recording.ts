import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";

import { Voxfuse } from "../../host/index.ts";
import type { LoadOptions } from "../../host/index.ts";
import { temporaryFolder } from "./golden.ts";
import { runNative } from "./native.ts";

/** A labelled buffer at one moment, as `plan_tool replay --probes` writes it. */
export interface Probe {
  /** probe_kind. */
  readonly kind: number;
  readonly index: number;
  /** program_kind. */
  readonly program_kind: number;
  readonly row: number;
  /** (tokens, width), one row behind the other. */
  readonly values: Float32Array;
}

interface ProbeLine extends Omit<Probe, "values"> {
  readonly at: number;
  readonly count: number;
}

/** A row's life in a replay, in the order of admission. */
export interface Stream {
  readonly row: number;
  readonly frames: number;
  readonly pcm_frames: number;
  readonly codes_hash: string;
  readonly pcm_hash: string;
}

export interface Replay {
  /** Ops that ran. */
  readonly ops: number;
  readonly streams: readonly Stream[];
  readonly submissions: readonly {
    readonly status: string;
    readonly frames_run: number;
    readonly op_count: number;
  }[];
  readonly probes: readonly Probe[];
  /** Of all streams, one behind the other. */
  readonly pcm: Float32Array;
}

/** Loads an engine that records, lets it work, and answers the recording's path. */
export async function record(
  t: ExecutionContext,
  options: LoadOptions,
  work: (engine: Voxfuse) => Promise<unknown>,
): Promise<string> {
  const recordTo = join(temporaryFolder(t), "recording");
  await using engine = await Voxfuse.load({ backend: "cpu", ...options, recordTo });
  await work(engine);
  return recordTo;
}

/** Runs a recording again on another backend and reads what it left. */
export async function replay(
  t: ExecutionContext,
  recording: string,
  backend: string,
): Promise<Replay> {
  const folder = temporaryFolder(t);
  const probes = join(folder, "probes");
  const pcm = join(folder, "pcm");
  const files = ["--probes", probes, "--pcm", pcm];
  const printed = await runNative("plan_tool", "replay", recording, "--backend", backend, ...files);
  const summary = JSON.parse(printed) as Omit<Replay, "probes" | "pcm">; // our own tool's line
  return { ...summary, probes: readProbes(probes), pcm: readFloats(pcm) };
}

function readProbes(path: string): Probe[] {
  const values = readFloats(`${path}.f32`);
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines.map((text) => {
    const { at, count, ...line } = JSON.parse(text) as ProbeLine; // as above
    return { ...line, values: values.subarray(at, at + count) };
  });
}

function readFloats(path: string): Float32Array {
  return new Float32Array(new Uint8Array(readFileSync(path)).buffer); // a copy, for alignment
}

/** The largest difference as a fraction of the largest expected value; Infinity for other sizes. */
export function relativeError(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  if (expected.length !== actual.length || expected.length === 0) return Infinity;
  let largest = 0;
  let error = 0;
  for (let index = 0; index < expected.length; index++) {
    const wanted = expected[index] ?? NaN;
    const difference = Math.abs(wanted - (actual[index] ?? NaN));
    if (Number.isNaN(difference)) return Infinity;
    largest = Math.max(largest, Math.abs(wanted));
    error = Math.max(error, difference);
  }
  return error === 0 ? 0 : error / largest;
}

/** Arrays one behind the other. */
export function joined(parts: readonly ArrayLike<number>[]): number[] {
  return parts.flatMap((part) => Array.from(part));
}
