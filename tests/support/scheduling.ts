import type { ExecutionContext } from "ava";
import { readModelConfig } from "../../host/model/config.ts";
import { Planner } from "../../host/planner/planner.ts";
import type { PlannerRequest } from "../../host/planner/planner.ts";
import type { Feed } from "../../host/synthesis/session/feed.ts";
import { plannerConfig, resolveLimits } from "../../host/synthesis/limits.ts";
import type { LimitOptions } from "../../host/synthesis/limits.ts";
import { F32_DTYPES } from "../../host/synthesis/session/backend.ts";
import { Pump } from "../../host/synthesis/session/pump.ts";
import { FakeSidecar } from "./fake-sidecar.ts";
import type { FakeOptions } from "./fake-sidecar.ts";

const MODEL = "tests/golden/tiny-custom-voice";
const model = await readModelConfig(MODEL);
export const GROUPS = model.codeGroups;

/** The planner and its loop over a sidecar without arithmetic. */
export interface Bench {
  readonly sidecar: FakeSidecar;
  readonly planner: Planner;
  readonly pump: Pump;
  /** What is free when nothing is asked for. */
  readonly idle: { readonly freeRows: number; readonly freePages: number };
}

/** A planner for the tiny model. */
export function setUp(
  limits: LimitOptions = {},
  fake: Partial<FakeOptions> = {},
  planner = new Planner(),
  dtypes = F32_DTYPES,
): Bench {
  planner.configure(plannerConfig(model, resolveLimits(limits), dtypes));
  const sidecar = new FakeSidecar({ groups: GROUPS, ...fake });
  const { freeRows, freePages } = planner.load();
  const pump = new Pump({ planner, connection: sidecar, groups: GROUPS });
  return { sidecar, planner, pump, idle: { freeRows, freePages } };
}

/** A request for so many frames. */
export function request(
  seed: number,
  frames: number,
  more: Partial<PlannerRequest> = {},
): PlannerRequest {
  const pick = { doSample: true, temperature: 1, topK: 0, topP: 1 };
  return {
    promptRows: new Int32Array(2 * 20),
    trailing: new Uint32Array(0),
    textOpen: false,
    talker: pick,
    predictor: pick,
    repetitionPenalty: 1,
    maxNewTokens: frames + 1,
    minNewTokens: 2,
    seed,
    segment: 0,
    priority: 0,
    vocodeFrames: 0,
    codesOnly: false,
    ...more,
  };
}

/** The first code of every frame that a fake row with this seed makes. */
export function expected(seed: number, frames: number, segment = 0): number[] {
  return Array.from({ length: frames }, (_, frame) => (seed * 31 + segment * 17 + frame * 7) % 64);
}

/** Takes all frames. */
export async function drain(feed: Feed): Promise<{ frames: number; packets: number[] }> {
  const packets: number[] = [];
  for (let next = await feed.take(); next !== undefined; next = await feed.take()) {
    packets.push(next.frames);
  }
  return { frames: packets.reduce((sum, count) => sum + count, 0), packets };
}

/** The first code of every frame that came. */
export function firstCodes(feed: Feed): number[] {
  return [...feed.allCodes(GROUPS)].filter((_, index) => index % GROUPS === 0);
}

/** Long enough for the fake to run whatever it has. */
export async function quiet(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Everything is free again once nothing is in flight. */
export async function assertNothingIsLeft(t: ExecutionContext, bench: Bench) {
  await quiet();
  t.is(bench.sidecar.rows.size, 0);
  t.is(bench.pump.openTickets, 0);
  const { freeRows, freePages } = bench.planner.load();
  t.deepEqual({ freeRows, freePages }, bench.idle);
}
