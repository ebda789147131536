import type { Hash } from "node:crypto";
import { mkdir, open, rename } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import { hashFor } from "./file-hash.ts";
import type { HubFile } from "./listing.ts";
import { refused } from "./listing.ts";
import { writing } from "./writing.ts";

/** How patient a download is. */
export interface Patience {
  /** For the list of files. [ms] */
  readonly listMs: number;
  /** Without a byte. [ms] */
  readonly stallMs: number;
  /** In a row that bring nothing, before it is given up. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each further one. [ms] */
  readonly retryMs: number;
}

export const PATIENCE: Patience = { listMs: 60_000, stallMs: 30_000, attempts: 5, retryMs: 500 };
const RETRY_MS_MAX = 30_000;
/** Contents that are wrong once may have been an earlier attempt's; twice, they are the hub's. */
const LIES_MAX = 2;

/** One file to be fetched. */
export interface Order {
  readonly file: HubFile;
  readonly url: string;
  /** Of the model, for sentences. */
  readonly name: string;
  readonly token: string | undefined;
  /** Where it grows, and is found again after a cut. */
  readonly partial: string;
  /** Where it lies once it is whole and its hash is right. */
  readonly target: string;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Told how many of the file's bytes are there; fewer than before where it starts over. */
  readonly onBytes: (bytes: number) => void;
}

/** An attempt failed in a way that another one may not. */
class Setback extends Error {
  readonly isLie: boolean;

  constructor(
    message: string,
    { isLie = false, cause }: { isLie?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.isLie = isLie;
  }
}

/**
 * Fetches a file into its place, going on where an earlier attempt was cut, and checks its hash.
 *
 * @throws {VoxfuseError} ERR_DOWNLOAD_REFUSED; ERR_DOWNLOAD_FAILED, what came is kept then;
 *   ERR_DOWNLOAD_CORRUPT for contents that are not what the hub says they are;
 *   ERR_CACHE_NOT_WRITABLE; the signal's reason.
 */
export async function download(order: Order): Promise<void> {
  const { patience, signal } = order;
  let most = 0;
  let lies = 0;
  for (let failures = 0; ;) {
    try {
      await attempt(order, (bytes) => {
        // One that is cut again and again still comes to its end, as long as it gets further.
        if (bytes > most) failures = 0;
        most = Math.max(most, bytes);
        order.onBytes(bytes);
      });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Setback)) throw error;
      failures += 1;
      lies += Number(error.isLie);
      if (failures >= patience.attempts || lies >= LIES_MAX) throw givenUp(order, error);
      const waitMs = patience.retryMs * 2 ** (failures - 1);
      await delay(Math.min(waitMs, RETRY_MS_MAX), undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }
}

function givenUp({ file, name }: Order, setback: Setback): VoxfuseError {
  const options = { cause: setback };
  if (setback.isLie) {
    return new VoxfuseError(
      "ERR_DOWNLOAD_CORRUPT",
      `${file.path} of ${name} is not what the hub lists: ${setback.message}. Nothing of it was ` +
        "kept. Try again later, or another endpoint.",
      options,
    );
  }
  return new VoxfuseError(
    "ERR_DOWNLOAD_FAILED",
    `${file.path} of ${name} could not be fetched: ${setback.message}. What came is kept; the ` +
      "same command goes on from there.",
    options,
  );
}

async function attempt(order: Order, onBytes: (bytes: number) => void): Promise<void> {
  const { file, partial, target } = order;
  const handle = await writing(partial, async () => {
    await mkdir(dirname(partial), { recursive: true });
    return open(partial, "a+");
  });
  try {
    const growing = new GrowingFile(handle, file, partial);
    await growing.recall();
    onBytes(growing.bytes);
    if (growing.bytes < file.bytes) await transfer(order, growing, onBytes);
    if (growing.digest() !== file.hash.hex) {
      await growing.empty();
      onBytes(0);
      throw new Setback("its hash is another", { isLie: true });
    }
    await writing(partial, () => handle.sync());
  } finally {
    await handle.close();
  }
  await writing(target, () => rename(partial, target));
}

/** The part of a file that is there, and its hash so far. */
class GrowingFile {
  bytes = 0;
  readonly #handle: FileHandle;
  readonly #file: HubFile;
  readonly #path: string;
  #hash: Hash;

  constructor(handle: FileHandle, file: HubFile, path: string) {
    this.#handle = handle;
    this.#file = file;
    this.#path = path;
    this.#hash = hashFor(file);
  }

  /** Hashes what an earlier attempt left. */
  async recall(): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size > this.#file.bytes) return this.empty();
    const chunk = Buffer.alloc(1 << 20);
    while (this.bytes < size) {
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, this.bytes);
      if (bytesRead === 0) break;
      this.#hash.update(chunk.subarray(0, bytesRead));
      this.bytes += bytesRead;
    }
  }

  async append(chunk: Uint8Array): Promise<void> {
    await writing(this.#path, () => this.#handle.appendFile(chunk));
    this.#hash.update(chunk);
    this.bytes += chunk.length;
  }

  /** Starts over. */
  async empty(): Promise<void> {
    await writing(this.#path, () => this.#handle.truncate(0));
    this.bytes = 0;
    this.#hash = hashFor(this.#file);
  }

  digest(): string {
    return this.#hash.copy().digest("hex");
  }
}

async function transfer(
  order: Order,
  growing: GrowingFile,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { patience, signal, url } = order;
  const connection = new Connection(signal, patience.stallMs);
  try {
    const headers = headersFor(order, growing.bytes);
    const response = await fetch(url, { headers, signal: connection.signal });
    await checkAnswer(order, growing, response);
    onBytes(growing.bytes);
    const body = response.body?.getReader();
    // Of its own, a body hears nothing of the signal once its Response is collected.
    connection.signal.addEventListener("abort", () => void body?.cancel().catch(() => undefined));
    for (let part = await body?.read(); part?.done === false; part = await body?.read()) {
      connection.alive();
      await take(order, growing, part.value as Uint8Array); // a body's chunks are bytes
      onBytes(growing.bytes);
    }
    connection.signal.throwIfAborted();
  } catch (error) {
    signal.throwIfAborted();
    if (connection.hasStalled) {
      throw new Setback(`nothing came for ${patience.stallMs} ms`, { cause: error });
    }
    if (error instanceof VoxfuseError || error instanceof Setback) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new Setback(`the connection failed (${said})`, { cause: error });
  } finally {
    connection.end();
  }
  if (growing.bytes < order.file.bytes) {
    throw new Setback(`it was cut after ${growing.bytes} of ${order.file.bytes} bytes`);
  }
}

async function take({ file }: Order, growing: GrowingFile, chunk: Uint8Array): Promise<void> {
  if (growing.bytes + chunk.length <= file.bytes) return growing.append(chunk);
  await growing.empty();
  throw new Setback(`it has more than ${file.bytes} bytes`, { isLie: true });
}

function headersFor({ token }: Order, from: number): Record<string, string> {
  return {
    "accept-encoding": "identity", // what is hashed and counted is the file itself
    ...(from > 0 ? { range: `bytes=${from}-` } : {}),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

/** Sees to it that the body goes on where the file ends, or that the file starts over. */
async function checkAnswer(order: Order, growing: GrowingFile, response: Response): Promise<void> {
  const { status, headers } = response;
  const { file, name, token } = order;
  if (status === 200) {
    if (growing.bytes > 0) await growing.empty();
    return;
  }
  if (status === 206) {
    const [, start, total] =
      /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get("content-range") ?? "") ?? [];
    if (Number(start) === growing.bytes && Number(total) === file.bytes) return;
    await growing.empty();
    throw new Setback(`the hub sent the range ${headers.get("content-range") ?? "of nothing"}`, {
      isLie: true,
    });
  }
  if (status === 401 || status === 403) throw refused(name, token !== undefined);
  if (status === 416) await growing.empty();
  if (status === 408 || status === 416 || status === 429 || status >= 500) {
    throw new Setback(`the hub answered ${status}`);
  }
  throw new VoxfuseError(
    "ERR_DOWNLOAD_FAILED",
    `The hub answered ${status} for ${file.path} of ${name}, which it lists.`,
  );
}

/** One request: ends when its caller aborts, when nothing came for a while, and when it is over. */
class Connection {
  hasStalled = false;
  readonly #caller: AbortSignal;
  // Linked by hand: a signal of AbortSignal.any() may be collected while a fetch listens to it.
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #abort = (): void => {
    this.#controller.abort(this.#caller.reason);
  };

  constructor(caller: AbortSignal, stallMs: number) {
    this.#caller = caller;
    caller.addEventListener("abort", this.#abort);
    this.#timer = setTimeout(() => {
      this.hasStalled = true;
      this.#controller.abort();
    }, stallMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  alive(): void {
    this.#timer.refresh();
  }

  /** What is left of the answer is not waited for. */
  end(): void {
    clearTimeout(this.#timer);
    this.#caller.removeEventListener("abort", this.#abort);
    this.#controller.abort();
  }
}
