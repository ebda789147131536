import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { ExecutionContext } from "ava";
import { Voxfuse } from "../../host/index.ts";
import { readCheckpoint } from "../../host/synthesis/checkpoint.ts";
import { FUSION_LEVELS, plannerConfig, resolveLimits } from "../../host/synthesis/limits.ts";
import { readTrace } from "../../host/synthesis/trace/file.ts";
import { summariseTrace } from "../../host/synthesis/trace/summary.ts";
import type { TraceSummary } from "../../host/synthesis/trace/summary.ts";
import { ProgramKind } from "../../shared/gen/protocol.ts";
import { frames, TEXT, TINY } from "../support/engine.ts";
import { temporaryFolder, VOICE } from "../support/golden.ts";
import { onGpu } from "../support/gpu.ts";
import { runNative } from "../support/native.ts";
import { PlannerModule } from "../support/planner-module.ts";

const register = onGpu(test);
type Fusion = (typeof FUSION_LEVELS)[number];

/** Ops of a layer by the specification's table of a frame, norms included. */
const LAYER_OPS = { sequential: 24, norm: 22, swiglu: 21, rope: 18, full: 5 } as const;

/** Of `plan_tool dump --json`. */
interface ProgramLine {
  readonly op_count: number;
  readonly layer_op_count: number;
  readonly ops: readonly { readonly op: string; readonly phase: string }[];
}

/** The phases of a decode frame under the names that a summary has for them. */
const PHASE_NAMES: Readonly<Record<string, string>> = {
  talker: "talker",
  predictor: "predictor",
  head: "heads and picks",
  pick: "heads and picks",
};

interface Ledger {
  readonly layers: number;
  /** Ops of a frame, by phase. */
  readonly phases: Readonly<Record<string, number>>;
  /** Of a frame, with what ends it. */
  readonly launches: number;
}

/** What the planner means a frame of one request to launch. */
async function ledgerOf(t: ExecutionContext, model: string, fusion: Fusion): Promise<Ledger> {
  const { config } = await readCheckpoint(model);
  const planner = new PlannerModule();
  const dtypes = { dtype: "bf16", vocoderDtype: "bf16", weights: "stored" } as const;
  t.is(planner.prepare(plannerConfig(config, resolveLimits({ rows: 1, fusion }), dtypes)), 0);
  t.not(planner.programFor(ProgramKind.Decode, 1), -1);
  const file = join(temporaryFolder(t), "one.program");
  writeFileSync(file, planner.built());
  const dumped = await runNative("plan_tool", "dump", file, "--json");
  const [program] = JSON.parse(dumped) as ProgramLine[]; // our own tool's
  if (program === undefined) throw new Error("the program is gone");
  const phases: Record<string, number> = {};
  for (const { phase } of program.ops) {
    const name = PHASE_NAMES[phase];
    if (name !== undefined) phases[name] = (phases[name] ?? 0) + 1;
  }
  const passes = config.codeGroups - 1;
  const layers = config.talker.layers + passes * config.predictor.layers;
  // A final norm closes the talker, and the predictor in every pass.
  t.is(program.layer_op_count, layers * LAYER_OPS[fusion] + 1 + passes);
  t.is((phases["talker"] ?? 0) + (phases["predictor"] ?? 0), program.layer_op_count);
  return { layers: program.layer_op_count, phases, launches: program.op_count + 1 };
}

/** What a trace of a few frames counts; undefined where the driver times no kernels. */
async function traced(t: ExecutionContext, model: string, fusion: Fusion) {
  const file = join(temporaryFolder(t), "trace.json");
  const options = { backend: "cuda", dtype: "bf16", rows: 1 } as const;
  await using engine = await Voxfuse.load({ ...options, model, fusion });
  await engine.startTrace(file);
  await engine.speak(TEXT, frames(12, { minNewTokens: 12 }));
  const { deviceKernels } = await engine.endTrace();
  if (deviceKernels === 0) return undefined;
  const { otherData } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly otherData: { readonly repeats_astray: number };
  }; // as the sidecar writes it
  t.is(otherData.repeats_astray, 0, "every repeat has the kernels that it was begun with");
  const events = await readTrace(file);
  const declared = events
    .filter(({ cat, args }) => cat === "launch" && args?.["program_kind"] === ProgramKind.Decode)
    .map(({ args }) => args?.["launches"]);
  const ofLayers = events.filter(({ args }) =>
    /^(talker|predictor)$/.test(String(args?.["phase"])),
  );
  return { summary: summariseTrace(events), beyond: beyondOne(summariseTrace(ofLayers)), declared };
}

/** Kernels beyond one for each op, by op: a library's product may have several. */
function beyondOne({ ops }: TraceSummary): Record<string, number> {
  const beyond = ops.filter(({ calls, launches }) => launches !== calls);
  return Object.fromEntries(beyond.map(({ op, calls, launches }) => [op, launches - calls]));
}

for (const [name, model] of [
  ["the tiny model", TINY],
  ["the embedded voice", VOICE],
] as const) {
  for (const fusion of FUSION_LEVELS) {
    register(`a traced frame of ${name} has the ops of the ledger, ${fusion}`, async (t) => {
      const ledger = await ledgerOf(t, model, fusion);
      const trace = await traced(t, model, fusion);
      if (trace === undefined) {
        t.log("skipped, because the driver of this machine times no kernels (no CUPTI)");
        return;
      }
      const { summary, beyond, declared } = trace;
      const { frames: count, layers } = summary;
      t.true(count >= 12, `${count} frames`);
      const calls = summary.phases
        .filter(({ phase }) => phase in ledger.phases)
        .map(({ phase, calls: all }) => [phase, all / count] as const);
      t.deepEqual(Object.fromEntries(calls), ledger.phases);
      t.is(layers.calls / count, ledger.layers);
      t.log(
        `${count} frames of ${ledger.layers} layer ops, ${layers.launches / count} kernels; ` +
          `beyond one for each op: ${JSON.stringify(beyond)}`,
      );
      if (fusion !== "full") {
        // Products are cuBLAS's, which may split a sum and add the parts up in a second kernel.
        t.deepEqual(
          Object.keys(beyond).filter((op) => op !== "matmul"),
          [],
        );
        return;
      }
      t.is(layers.launches, layers.calls);
      t.true(declared.length >= count);
      t.true(declared.every((launches) => launches === ledger.launches));
    });
  }
}
