import { PlanError, ProgramKind } from "../../shared/gen/protocol.ts";
import type { PlannerConfig } from "../../shared/gen/protocol.ts";
import { PlannerModule, releasedConfig } from "./planner-module.ts";
import { readProgram } from "./program.ts";
import type { Program } from "./program.ts";

export type Key = readonly [kind: number, lanes: number, tokens: number, pass: number];

const LANES = [1, 2, 4, 8, 16, 32];

/** Every program that a planner of 16 groups can be asked for. */
export function allKeys(): Key[] {
  const { Prefill, Decode, Forced, Head, Predictor, Talker, Vocode } = ProgramKind;
  const passes = Array.from({ length: 15 }, (_, pass) => pass);
  return [
    ...[16, 64, 256].map((tokens): Key => [Prefill, 1, tokens, 0]),
    ...LANES.flatMap((lanes): Key[] => [
      ...[Decode, Forced, Head, Talker].map((kind): Key => [kind, lanes, 1, 0]),
      ...passes.map((pass): Key => [Predictor, lanes, 1, pass]),
      ...[1, 2, 4, 8].map((frames): Key => [Vocode, lanes, frames, 0]),
    ]),
  ];
}

/** A planner for a released checkpoint. */
export function prepared(name: string, changes: Partial<PlannerConfig> = {}): PlannerModule {
  const planner = new PlannerModule();
  const error = planner.prepare(releasedConfig(name, changes));
  if (error !== PlanError.Ok) throw new Error(`plan_error ${error}`);
  return planner;
}

/** The level for decode and for prefill. */
export function levels(level: number): Partial<PlannerConfig> {
  return { decodeLevel: level, prefillLevel: level };
}

export function built(planner: PlannerModule, key: Key): Program {
  if (planner.programFor(...key) < 0) throw new Error(`${key.join()}: plan_error ${planner.error}`);
  return readProgram(planner.built());
}
