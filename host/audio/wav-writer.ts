import { open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { notWritable, placeOf, temporaryBeside } from "./save.ts";
import type { OutputPlace } from "./save.ts";
import { wavData, wavHeader } from "./wav.ts";
import type { WavDescription } from "./wav.ts";

/**
 * A WAV file that is written while its sound is made: in constant memory, into a temporary file
 * that takes the path's place when it is finished. A device or a pipe is written straight, with the
 * header of a WAV of unknown length.
 *
 * Every method may throw VoxfuseError ERR_OUTPUT_NOT_WRITABLE; the path then holds what it held
 * before.
 */
export class WavWriter {
  readonly #path: string;
  readonly #place: OutputPlace;
  readonly #temporary: string;
  readonly #file: FileHandle;
  readonly #description: WavDescription;
  #samples = 0;
  #isOpen = true;

  private constructor(
    path: string,
    place: OutputPlace,
    temporary: string,
    file: FileHandle,
    description: WavDescription,
  ) {
    this.#path = path;
    this.#place = place;
    this.#temporary = temporary;
    this.#file = file;
    this.#description = description;
  }

  static async open(path: string, description: WavDescription): Promise<WavWriter> {
    try {
      const place = await placeOf(path);
      const temporary = place.isStream ? path : temporaryBeside(place.target);
      const file = await open(temporary, place.isStream ? "w" : "wx", place.mode);
      const writer = new WavWriter(path, place, temporary, file, description);
      await writer.#write(wavHeader(description, "streaming"));
      return writer;
    } catch (cause) {
      throw asNotWritable(path, cause);
    }
  }

  /** PCM samples so far. */
  get samples(): number {
    return this.#samples;
  }

  /** Appends mono PCM in [-1, 1]. */
  async append(samples: Float32Array): Promise<void> {
    await this.#write(wavData(samples, this.#description.format));
    this.#samples += samples.length;
  }

  /** The file is whole: its header says how long it is, and it takes its place. */
  async finish(): Promise<void> {
    if (!this.#isOpen) return;
    try {
      if (!this.#place.isStream) {
        const header = wavHeader(this.#description, this.#samples);
        await this.#file.write(header, 0, header.length, 0);
      }
      await this.#close();
      if (!this.#place.isStream) await rename(this.#temporary, this.#place.target);
    } catch (cause) {
      await this.discard();
      throw asNotWritable(this.#path, cause);
    }
  }

  /** Nothing is left of it. May be called again. */
  async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    if (!this.#place.isStream) await rm(this.#temporary, { force: true });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await this.#file.write(bytes, at);
        at += bytesWritten;
      }
    } catch (cause) {
      await this.discard();
      throw notWritable(this.#path, cause);
    }
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#file.close();
  }
}

function asNotWritable(path: string, cause: unknown): unknown {
  const isOurs = cause instanceof Error && cause.name === "VoxfuseError";
  return isOurs ? cause : notWritable(path, cause);
}
