import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import { CHARACTERS_MAX } from "./request.ts";
import { onAbort } from "./session/aborts.ts";

/** A text that its caller still writes, read chunk by chunk. */
export class IncomingText {
  readonly #iterator: AsyncIterator<unknown, unknown>;
  readonly #signal: AbortSignal | undefined;
  #isOver = false;

  /** @throws {VoxfuseError} ERR_INVALID_ARGUMENT for what is no async iterable. */
  constructor(chunks: AsyncIterable<string>, signal: AbortSignal | undefined) {
    const given = chunks as Partial<AsyncIterable<unknown, unknown>> | null; // from JavaScript
    const iterator = given?.[Symbol.asyncIterator]?.();
    if (iterator === undefined) {
      throw new VoxfuseError(
        "ERR_INVALID_ARGUMENT",
        `The text is ${quote(given)}; give a string, or an async iterable of strings.`,
      );
    }
    this.#iterator = iterator;
    this.#signal = signal;
  }

  /** Whether nothing more will be read. */
  get isClosed(): boolean {
    return this.#isOver;
  }

  /**
   * The next chunk, which may be empty; undefined when the text is over.
   *
   * @throws {VoxfuseError} ERR_INVALID_ARGUMENT for a chunk that is no string; what the iterable
   *   throws; the signal's reason when aborted.
   */
  async next(): Promise<string | undefined> {
    if (this.#isOver) return undefined;
    try {
      const { done, value } = await this.#orAbort(Promise.resolve(this.#iterator.next()));
      if (done === true || this.isClosed) {
        this.#isOver = true;
        return undefined;
      }
      if (typeof value === "string") return value;
      throw new VoxfuseError(
        "ERR_INVALID_ARGUMENT",
        `The text brought ${quote(value)}; it must bring strings. Decode bytes first, for a ` +
          'stream by setEncoding("utf8").',
      );
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Nobody reads on: the iterable may free what it holds. May be called again. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // Not awaited: a generator answers return() only when the next() before it is through.
    void (async () => this.#iterator.return?.())().catch(() => undefined);
  }

  async #orAbort<Result>(work: Promise<Result>): Promise<Result> {
    let forget = (): void => undefined;
    const aborted = new Promise<never>((_, fail) => {
      forget = onAbort(this.#signal, fail);
    });
    try {
      this.#signal?.throwIfAborted();
      return await Promise.race([work, aborted]);
    } finally {
      forget();
      work.catch(() => undefined); // an aborted reader does not hear how it ended
    }
  }
}

/**
 * Refuses to hold any more of a text that does not come to the end of a word or sentence.
 *
 * @throws {VoxfuseError} ERR_TEXT_TOO_LONG
 */
export function checkHeld(characters: number): void {
  if (characters <= CHARACTERS_MAX) return;
  throw new VoxfuseError(
    "ERR_TEXT_TOO_LONG",
    `${characters} characters came without a place to cut them; at most ${CHARACTERS_MAX} are ` +
      "held. Break the text into words or sentences.",
  );
}
