import { spawn } from "node:child_process";
import { join } from "node:path";
import test from "ava";
import type { ExecutionContext } from "ava";

import { ProgramKind, writeProgramHeader } from "../../shared/gen/protocol.ts";
import { Voxfuse, VoxfuseError } from "../../host/index.ts";
import { startDaemon, stopDaemon } from "../../host/sidecar/daemon.ts";
import { encoderSession } from "../support/encoder.ts";
import { frames, TEXT, TINY } from "../support/engine.ts";
import { golden, temporaryFolder } from "../support/golden.ts";
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

/** Asks for more than a socket holds, says so, and reads nothing from then on. */
const DEAF_CLIENT = `
  import { encoderSession } from "./build/js/tests/support/encoder.js";
  import { readProgram } from "./build/js/tests/support/program.js";
  const { connection, planner } = await encoderSession(process.argv[1], "cpu", process.argv[2]);
  const { program } = planner.encoderProgram(${ProgramKind.EncodeSpeaker}, ${SAMPLES});
  await connection.weights(planner.pendingWeights());
  const output_bytes = 256 * readProgram(program).header.arenaUnits;
  const request = { program, input: new Uint8Array(4), output_at: 0, output_bytes };
  for (let i = 0; i < 4; i++) void connection.encode(request);
  setTimeout(() => {
    process.stdout.write("deaf\\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }, 5);
`;

test("a client that reads no answer holds nobody else up", async (t) => {
  const path = join(temporaryFolder(t), "sidecar.sock");
  await startDaemon({ path, idleExitSeconds: 60 });
  const deaf = spawn(
    process.execPath,
    ["--input-type=module", "--eval", DEAF_CLIENT, golden("tiny-base"), path],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  t.teardown(async () => {
    deaf.kill("SIGKILL");
    await stopDaemon(path);
  });
  await new Promise((resolve) => deaf.stdout.once("data", resolve));
  await using engine = await Voxfuse.load({ model: TINY, rows: 1, sidecar: `unix:${path}` });
  const speech = await engine.speak(TEXT, frames(40, { signal: AbortSignal.timeout(20_000) }));
  t.is(speech.codes.frames, 40);
});
