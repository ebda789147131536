import { VoxfuseError } from "../errors/voxfuse-error.ts";

/** Bytes of a frame's body at most; a load message of the largest model has some 100 KiB. */
export const FRAME_BYTES_MAX = 256 * 1024 * 1024;
const LENGTH_BYTES = 4;

/** A frame without a body: the doorbell. */
export const DOORBELL: Uint8Array = new Uint8Array(LENGTH_BYTES);

/** The length that goes before `body`. */
export function lengthPrefix(body: Uint8Array): Buffer {
  if (body.length === 0 || body.length > FRAME_BYTES_MAX) {
    throw new VoxfuseError(
      "ERR_INTERNAL",
      `A control message has 1 to ${FRAME_BYTES_MAX} bytes, not ${body.length}.`,
    );
  }
  const prefix = Buffer.alloc(LENGTH_BYTES);
  prefix.writeUInt32LE(body.length);
  return prefix;
}

/** Cuts a byte stream into frames, whatever pieces it comes in. */
export class FrameReader {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /**
   * Takes the next piece of the stream and returns the bodies that it completes; a doorbell is an
   * empty one.
   *
   * @throws {VoxfuseError} ERR_INTERNAL for a length above FRAME_BYTES_MAX; the stream is of no use
   *   then.
   */
  push(piece: Uint8Array): Uint8Array[] {
    this.#parts.push(piece);
    this.#bytes += piece.length;
    const bodies: Uint8Array[] = [];
    for (;;) {
      const length = this.#length();
      if (length === undefined || this.#bytes < LENGTH_BYTES + length) return bodies;
      const frame = this.#take(LENGTH_BYTES + length);
      bodies.push(frame.subarray(LENGTH_BYTES));
    }
  }

  /** Whether the stream stands inside a frame: an end now would be a torn message. */
  get isTorn(): boolean {
    return this.#bytes > 0;
  }

  /** The body length of the frame that begins here, once its prefix is complete. */
  #length(): number | undefined {
    if (this.#bytes < LENGTH_BYTES) return undefined;
    let first = this.#parts[0] ?? DOORBELL;
    if (first.length < LENGTH_BYTES) {
      first = Buffer.concat(this.#parts);
      this.#parts = [first];
    }
    const length = new DataView(first.buffer, first.byteOffset).getUint32(0, true);
    if (length > FRAME_BYTES_MAX) {
      throw new VoxfuseError("ERR_INTERNAL", `a control frame claims ${length} bytes`);
    }
    return length;
  }

  #take(bytes: number): Uint8Array {
    const [only] = this.#parts;
    // One join a frame, however many pieces it came in.
    const all = this.#parts.length === 1 && only ? only : Buffer.concat(this.#parts);
    const rest = all.subarray(bytes);
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    return all.subarray(0, bytes);
  }
}
