import { execFile } from "node:child_process";
import test from "ava";
import type { ExecutionContext } from "ava";

import type { LoadOptions, Voxfuse } from "../../host/index.ts";
import { VOICE, golden } from "../support/golden.ts";
import { casesOf, optionsOf } from "../support/golden-cases.ts";
import { nativeProgram } from "../support/native.ts";
import { record } from "../support/recording.ts";

const LEVELS = ["sequential", "norm", "swiglu", "rope", "full"] as const;
const MODEL = "tiny-custom-voice";
/** The comparisons copy caches at every step: few pages make them quick. */
const SMALL = { rows: 2, kvPages: 8 } as const;
const PICKS = 6;
/** Of one op fed with equal inputs. */
const OP_ALLOWED = "2e-6";

interface Outcome {
  readonly equal: boolean;
  /** diff: ops that were compared. */
  readonly ops?: number;
  /** compare: buffers that were. */
  readonly compared?: number;
  readonly error?: number;
  readonly worst?: Readonly<Record<string, number>>;
}

/** A comparison's own account of itself; 3 is its exit code for "they differ". */
function planTool(...args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    execFile(nativeProgram("plan_tool"), args, (error, stdout, stderr) => {
      if (error !== null && error.code !== 3) reject(new Error(stderr, { cause: error }));
      else resolve(JSON.parse(stdout) as Outcome); // our own tool's line
    });
  });
}

/** Two requests at once: prompts in one chunk and in several, decode, vocode. */
function twoCases(engine: Voxfuse): Promise<unknown> {
  const two = casesOf(MODEL).filter(({ name }) => /auto-serena|long-prompt/.test(name));
  return Promise.all(
    two.map((one) => engine.speak(one.text, { ...optionsOf(one), maxNewTokens: PICKS })),
  );
}

async function recordOf(t: ExecutionContext, options: LoadOptions): Promise<string> {
  return record(t, { model: golden(MODEL), ...SMALL, ...options }, twoCases);
}

function worstOf({ worst = {} }: Outcome): string {
  const [name, error] = Object.entries(worst).sort(([, a], [, b]) => b - a)[0] ?? ["no op", 0];
  return `worst: ${name} ${error.toExponential(1)}`;
}

for (const fusion of LEVELS) {
  for (const sampling of ["device", "host"] as const) {
    test(`every op of ${fusion} programs agrees on cpu and reference, ${sampling}`, async (t) => {
      const recording = await recordOf(t, { fusion, sampling });
      const outcome = await planTool("diff", recording, "--relative", OP_ALLOWED);
      t.true(outcome.equal, JSON.stringify(outcome));
      t.log(`${outcome.ops} ops, ${worstOf(outcome)}`);
    });
  }

  if (fusion === "sequential") continue;
  test(`${fusion} programs give what sequential ones do at every probe`, async (t) => {
    const plain = await recordOf(t, { fusion: "sequential" });
    const fused = await recordOf(t, { fusion });
    // Both executors form every sum in one order, fused or not: the bits are equal.
    for (const backend of ["cpu", "reference"]) {
      const places = ["--backend", backend, "--relative", "0"];
      const outcome = await planTool("compare", plain, fused, ...places);
      t.true(outcome.equal, JSON.stringify(outcome));
      t.true((outcome.compared ?? 0) > 100);
    }
  });
}

for (const fusion of ["sequential", "full"] as const) {
  test(`every op agrees on cpu and reference for the embedded voice, ${fusion}`, async (t) => {
    const options = { model: VOICE, fusion, rows: 1, kvPages: 8 };
    const recording = await record(t, options, (engine) =>
      engine.speak("Hi.", { seed: 1, maxNewTokens: 3 }),
    );
    const outcome = await planTool("diff", recording, "--relative", "1e-5");
    t.true(outcome.equal, JSON.stringify(outcome));
    t.log(`${outcome.ops} ops, ${worstOf(outcome)}`);
  });
}
