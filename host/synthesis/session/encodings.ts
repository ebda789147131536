import type { ProgramKind } from "../../../shared/gen/protocol.ts";
import type { Planner } from "../../planner/planner.ts";
import type { SidecarConnection } from "../parts.ts";

/** Which encoder of a model. */
export type EncoderKind = typeof ProgramKind.EncodeSpeaker | typeof ProgramKind.EncodeCodes;

export interface EncodingsParts {
  readonly planner: Planner;
  readonly connection: SidecarConnection;
  readonly sendWeights: (entries: Uint8Array) => Promise<unknown>;
}

interface Wanted {
  readonly kind: EncoderKind;
  readonly samples: Float32Array;
  readonly resolve: (result: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Recordings that wait for an encoder: its program is built when no other one is being sent. */
export class Encodings {
  readonly #parts: EncodingsParts;
  readonly #waiting: Wanted[] = [];

  constructor(parts: EncodingsParts) {
    this.#parts = parts;
  }

  /** The result of an encoder, once beginNext() has come to it. */
  add(kind: EncoderKind, samples: Float32Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ kind, samples, resolve, reject });
    });
  }

  /**
   * Sends the next recording off. False when there is none, or while the planner is busy.
   *
   * @throws what sending weights throws: the session is of no more use then.
   */
  async beginNext(): Promise<boolean> {
    const { planner, connection, sendWeights } = this.#parts;
    const next = this.#waiting[0];
    if (next === undefined) return false;
    let built;
    try {
      built = planner.encoderProgram(next.kind, next.samples.length);
    } catch (error) {
      this.#waiting.shift();
      next.reject(error);
      return true;
    }
    if (built === undefined) return false;
    this.#waiting.shift();
    const weights = planner.pendingWeights();
    if (weights.length > 0) {
      try {
        await sendWeights(weights);
      } catch (error) {
        next.reject(error);
        throw error;
      }
      planner.weightsSent();
    }
    const { buffer, byteOffset, byteLength } = next.samples;
    connection
      .encode({
        program: built.program,
        input: new Uint8Array(buffer, byteOffset, byteLength),
        output_at: built.resultAt,
        output_bytes: built.resultBytes,
      })
      .then(({ output }) => {
        next.resolve(output.slice());
      }, next.reject);
    return true;
  }

  /** Nothing will be encoded any more. */
  fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
