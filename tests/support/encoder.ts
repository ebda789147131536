import { PROBE_ENTRY_BYTES, Region, writeProgramHeader } from "../../shared/gen/protocol.ts";
import type { ProbeKind } from "../../shared/gen/protocol.ts";
import { readCheckpoint } from "../../host/synthesis/checkpoint.ts";
import { resolveLimits } from "../../host/synthesis/limits.ts";
import { openSession } from "../../host/synthesis/session/session.ts";
import type { EncoderKind } from "../../host/synthesis/session/encodings.ts";
import { readProgram } from "./program.ts";

export interface EncoderProbe {
  readonly model: string;
  readonly backend: "reference" | "cpu";
  readonly encoder: EncoderKind;
  readonly samples: Float32Array;
  /** probe_kind and index of the buffer that is looked at. */
  readonly probe: readonly [kind: (typeof ProbeKind)[keyof typeof ProbeKind], index: number];
}

/** A sidecar of its own, or a standing one, with a model in it, and the planner that knows it. */
export async function encoderSession(
  model: string,
  backend: "reference" | "cpu",
  socketPath?: string,
) {
  return openSession(await readCheckpoint(model), resolveLimits({}), {
    ...{ backend, device: 0, dtype: "auto", vocoderDtype: "auto", weights: "stored", graphs: true },
    ...{ threads: 0, isa: "auto", socketPath, recordTo: "" },
  });
}

/** What a labelled buffer of an encoder holds: its program is run up to there and no further. */
export async function probeEncoder(wanted: EncoderProbe): Promise<Float32Array> {
  const { model, backend, encoder, samples, probe } = wanted;
  const { connection, planner } = await encoderSession(model, backend);
  try {
    const built = planner.encoderProgram(encoder, samples.length);
    if (built === undefined) throw new Error("the planner is busy");
    await connection.weights(planner.pendingWeights());
    planner.weightsSent();
    const { buffers, probes } = readProgram(built.program);
    const found = probes.find(({ kind, index }) => kind === probe[0] && index === probe[1]);
    const buffer = found && buffers[found.buffer];
    if (!buffer || buffer.region !== Region.Arena) throw new Error("there is no such probe");
    const { output } = await connection.encode({
      program: cutBehind(built.program, found.op),
      input: new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
      output_at: buffer.offset,
      output_bytes: 4 * buffer.elements,
    });
    return new Float32Array(new Uint8Array(output).buffer);
  } finally {
    await connection.close();
  }
}

/** The program without its probes and without the ops behind `last`. */
function cutBehind(program: Uint8Array, last: number): Uint8Array {
  const { header } = readProgram(program);
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const opsAt = program.length - 4 * header.opWords;
  let words = 0;
  for (let op = 0; op <= last; op++) words += view.getUint32(opsAt + 4 * words, true) >>> 16;
  const tablesEnd = opsAt - PROBE_ENTRY_BYTES * header.probeCount;
  const bytes = Buffer.concat([
    program.subarray(0, tablesEnd),
    program.subarray(opsAt, opsAt + 4 * words),
  ]);
  const cut = { programBytes: bytes.length, probeCount: 0, opCount: last + 1, opWords: words };
  writeProgramHeader(new DataView(bytes.buffer, bytes.byteOffset), 0, { ...header, ...cut });
  return bytes;
}
