import test from "ava";
import { WeightLoader } from "../../host/synthesis/session/weight-loader.ts";
import type { LoadProgress } from "../../host/synthesis/session/weight-loader.ts";
import { Dtype, ProgramKind, WEIGHT_ENTRY_BYTES } from "../../shared/gen/protocol.ts";
import { WeightKind, writeWeightEntry } from "../../shared/gen/protocol.ts";
import { PlannerModule, releasedConfig } from "../support/planner-module.ts";
import { readWeights } from "../support/program.ts";

const MIB = 1024 * 1024;

/** An entry of these tensors, as the planner writes it. */
function entry(id: number, ...names: string[]): Uint8Array {
  const text = Buffer.from(names.map((name) => `${name}\0`).join(""), "latin1");
  const nameBytes = Math.ceil(text.length / 4) * 4;
  const bytes = new Uint8Array(WEIGHT_ENTRY_BYTES + nameBytes);
  bytes.set(text, WEIGHT_ENTRY_BYTES);
  writeWeightEntry(new DataView(bytes.buffer), 0, {
    id,
    kind: WeightKind.ConcatRows,
    rows: 1,
    cols: 1,
    partCount: names.length,
    nameBytes,
    scalar: 0,
    dtype: Dtype.Stored,
  });
  return bytes;
}

/** A loader of tensors of these sizes that notes what it sends and says. */
function noting(tensorBytes: Readonly<Record<string, number>>) {
  const sent: string[][] = [];
  const said: LoadProgress[] = [];
  const loader = new WeightLoader({
    tensorBytes: new Map(Object.entries(tensorBytes)),
    send: (entries) => {
      sent.push(readWeights(entries).map(({ names }) => names.join("+")));
      return Promise.resolve();
    },
    onProgress: (progress) => {
      said.push(progress);
    },
  });
  return { loader, sent, said };
}

test("entries go in messages of a bounded work, in their order", async (t) => {
  const { loader, sent, said } = noting({ a: 100 * MIB, b: 100 * MIB, c: 300 * MIB, d: MIB });
  const entries = [entry(0, "a"), entry(1, "b"), entry(2, "c"), entry(3, "d")];
  await loader.load(Buffer.concat(entries));
  t.deepEqual(sent, [["a", "b"], ["c"], ["d"]]);
  t.deepEqual(
    said.map(({ bytesDone }) => bytesDone / MIB),
    [200, 500, 501],
  );
  t.true(said.every(({ bytesTotal }) => bytesTotal === 501 * MIB));
});

test("a tensor that several weights are made of counts once", async (t) => {
  const { loader, said } = noting({ q: 8, k: 4, v: 4, never: 16 });
  await loader.load(Buffer.concat([entry(0, "q"), entry(1, "q", "k", "v")]));
  await loader.load(entry(2, "k"));
  t.deepEqual(said, [
    { bytesDone: 16, bytesTotal: 32 },
    { bytesDone: 16, bytesTotal: 32 },
  ]);
});

test("no entry of a real program is lost or torn", async (t) => {
  const planner = new PlannerModule();
  planner.prepare(releasedConfig("1.7b-custom-voice"));
  planner.programFor(ProgramKind.Decode, 1);
  const entries = planner.takeWeights();
  const whole = readWeights(entries);
  const sizes = Object.fromEntries(whole.flatMap(({ names }) => names).map((name) => [name, 9e6]));
  const { loader, sent, said } = noting(sizes);
  await loader.load(entries);
  t.deepEqual(
    sent.flat(),
    whole.map(({ names }) => names.join("+")),
  );
  t.true(sent.length > 10);
  t.is(said.at(-1)?.bytesDone, said.at(-1)?.bytesTotal);
});

test("a refused message ends loading and what follows is not sent", async (t) => {
  let sends = 0;
  const loader = new WeightLoader({
    tensorBytes: new Map([["a", 500 * MIB]]),
    send: () => {
      sends += 1;
      return Promise.reject(new Error("no memory"));
    },
    onProgress: undefined,
  });
  const entries = Buffer.concat([entry(0, "a"), entry(1, "a")]);
  await t.throwsAsync(loader.load(entries), { message: "no memory" });
  t.is(sends, 1);
});
