import { join } from "node:path";
import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import { ERROR_NAMES } from "../../shared/gen/protocol.ts";
import { frames, TINY } from "../support/engine.ts";
import { temporaryFolder } from "../support/golden.ts";
import { runNative } from "../support/native.ts";

interface Summary {
  readonly cases: number;
  readonly places: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

test("every word of a recording, spoiled, is answered", async (t) => {
  const recordTo = join(temporaryFolder(t), "recording");
  const engine = await Voxfuse.load({ model: TINY, rows: 1, recordTo });
  await engine.speak("Hi.", frames(1, { layout: "streaming" }));
  await engine.close();
  const args = ["--cases", "2000", "--steps", "2", "--backend", "cpu", "--threads", "1"];
  const printed = await runNative("plan_fuzz", recordTo, ...args);
  const { cases, places, outcomes } = JSON.parse(printed) as Summary; // of its own making
  t.log(JSON.stringify({ cases, places, outcomes }));
  t.true(cases > 1000);
  t.is(
    Object.values(outcomes).reduce((sum, times) => sum + times, 0),
    cases,
  );
  const names = Object.keys(outcomes);
  t.deepEqual(
    names.filter((name) => !ERROR_NAMES.includes(name)),
    [],
  );
  // The checks that headers, records, admits, runs and programs must meet, each met by some.
  for (const name of ["bad_header", "bad_record", "bad_row", "bad_limit", "bad_program"]) {
    t.true((outcomes[name] ?? 0) > 0, name);
  }
});
