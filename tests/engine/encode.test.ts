import test from "ava";
import type { ExecutionContext } from "ava";

import { ProgramKind, writeProgramHeader } from "../../shared/gen/protocol.ts";
import { VoxfuseError } from "../../host/index.ts";
import { encoderSession } from "../support/encoder.ts";
import { golden } from "../support/golden.ts";
import { readProgram } from "../support/program.ts";

const SAMPLES = 24_000;

/** A session, and a sound request to it whose weights it has. */
async function prepared(t: ExecutionContext) {
  const { connection, planner } = await encoderSession(golden("tiny-base"), "cpu");
  t.teardown(() => connection.close());
  const built = planner.encoderProgram(ProgramKind.EncodeSpeaker, SAMPLES);
  if (built === undefined) throw new Error("the planner is busy");
  const request = {
    program: built.program,
    input: new Uint8Array(4 * SAMPLES),
    output_at: built.resultAt,
    output_bytes: built.resultBytes,
  };
  return { connection, planner, request };
}

async function refused(t: ExecutionContext, answer: Promise<unknown>, sentence: RegExp) {
  const error = await t.throwsAsync(answer);
  t.true(error instanceof VoxfuseError, String(error));
  t.regex(error instanceof Error ? error.message : "", sentence);
}

test("an encoder whose weights were not sent is refused, and runs once they were", async (t) => {
  const { connection, planner, request } = await prepared(t);
  await refused(t, connection.encode(request), /weight_missing/);
  await connection.weights(planner.pendingWeights());
  planner.weightsSent();
  const { output, ns } = await connection.encode(request);
  t.is(output.length, request.output_bytes);
  t.true(ns > 0);
});

test("input and result that leave the arena are refused", async (t) => {
  const { connection, planner, request } = await prepared(t);
  await connection.weights(planner.pendingWeights());
  const { arenaUnits } = readProgram(request.program).header;
  const bytes = 256 * arenaUnits;
  for (const wrong of [
    { input: new Uint8Array(bytes + 1) },
    { output_at: arenaUnits, output_bytes: 4 },
    { output_at: arenaUnits + 1, output_bytes: 0 },
    { output_at: 0, output_bytes: bytes + 1 },
    { output_at: 0xffff_ffff, output_bytes: 0xffff_ffff },
  ]) {
    await refused(t, connection.encode({ ...request, ...wrong }), /bad_extent/);
  }
  t.is((await connection.encode(request)).output.length, request.output_bytes);
});

test("fields of another form are refused", async (t) => {
  const { connection, request } = await prepared(t);
  for (const wrong of [
    { program: "text" },
    { input: 7 },
    { output_at: -1 },
    { output_bytes: 2 ** 40 },
    { output_at: 0.5 },
  ]) {
    // As no program of ours would send it.
    await refused(t, connection.encode({ ...request, ...wrong } as never), /bad_control/);
  }
});

test("a program that is no encoder, or damaged, is refused", async (t) => {
  const { connection, planner, request } = await prepared(t);
  await connection.weights(planner.pendingWeights());
  const { header } = readProgram(request.program);
  const ofKind = (kind: number): Uint8Array => {
    const program = request.program.slice();
    writeProgramHeader(new DataView(program.buffer), 0, { ...header, kind });
    return program;
  };
  for (const kind of [ProgramKind.Decode, ProgramKind.Vocode, ProgramKind.Prime]) {
    await refused(t, connection.encode({ ...request, program: ofKind(kind) }), /bad_program/);
  }
  await refused(t, connection.encode({ ...request, program: ofKind(99) }), /bad_header/);
  for (let length = 0; length < 2000; length += 97) {
    const program = request.program.slice(0, length);
    await refused(t, connection.encode({ ...request, program }), /bad_(header|program)/);
  }
  t.is((await connection.encode(request)).output.length, request.output_bytes);
});

test("every word of an encoder, spoiled, is answered", async (t) => {
  const { connection, planner, request } = await prepared(t);
  await connection.weights(planner.pendingWeights());
  const words = request.program.length / 4;
  let answered = 0;
  for (let trial = 0; trial < 400; trial++) {
    const program = request.program.slice();
    const view = new DataView(program.buffer);
    const at = 4 * ((trial * 7919) % words);
    const values = [0, 1, 0xffff_ffff, 0x7fff_ffff, view.getUint32(at, true) + 1];
    view.setUint32(at, values[trial % values.length] ?? 0, true);
    try {
      t.is((await connection.encode({ ...request, program })).output.length, request.output_bytes);
    } catch (error) {
      t.true(error instanceof VoxfuseError && error.code !== "ERR_SIDECAR_GONE", String(error));
    }
    answered += 1;
  }
  t.is(answered, 400);
});
