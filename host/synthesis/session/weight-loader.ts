import { WEIGHT_ENTRY_BYTES, readWeightEntry } from "../../../shared/gen/protocol.ts";

/** How far the weights are; the rest of loading takes milliseconds. */
export interface LoadProgress {
  /** Of tensors that the sidecar has taken in, each counted once. */
  readonly bytesDone: number;
  /** Of all tensors that speaking reads. */
  readonly bytesTotal: number;
}

export interface WeightLoaderParts {
  /** Sends entries; resolves when the sidecar has those weights. */
  readonly send: (entries: Uint8Array) => Promise<unknown>;
  /** Of every tensor that speaking reads, by name. */
  readonly tensorBytes: ReadonlyMap<string, number>;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
}

/** Tensors of a message, about: enough to be worth one, few enough to see loading move. */
const MESSAGE_BYTES = 128 * 1024 * 1024;

/** Sends the planner's weight entries in messages of a bounded work, and tells how far it is. */
export class WeightLoader {
  readonly #parts: WeightLoaderParts;
  readonly #bytesTotal: number;
  readonly #known = new Set<string>();
  #bytesDone = 0;

  constructor(parts: WeightLoaderParts) {
    this.#parts = parts;
    this.#bytesTotal = [...parts.tensorBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** WeightEntry records with their names, one after the other. */
  async load(entries: Uint8Array): Promise<void> {
    for (const message of messagesOf(entries, this.#parts.tensorBytes)) {
      await this.#parts.send(message.entries);
      for (const name of message.names) this.#count(name);
      const { onProgress } = this.#parts;
      onProgress?.({ bytesDone: this.#bytesDone, bytesTotal: this.#bytesTotal });
    }
  }

  #count(name: string): void {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#bytesDone += this.#parts.tensorBytes.get(name) ?? 0;
  }
}

interface WeightMessage {
  readonly entries: Uint8Array;
  /** Of the tensors that the entries are made of. */
  readonly names: readonly string[];
}

/** The entries cut between records, each piece ending once its tensors have MESSAGE_BYTES. */
function* messagesOf(
  entries: Uint8Array,
  tensorBytes: ReadonlyMap<string, number>,
): Generator<WeightMessage> {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  let from = 0;
  let bytes = 0;
  let names: string[] = [];
  for (let at = 0; at < entries.length;) {
    const { nameBytes, partCount } = readWeightEntry(view, at);
    const namesAt = at + WEIGHT_ENTRY_BYTES;
    at = namesAt + nameBytes;
    const text = Buffer.from(entries.subarray(namesAt, at)).toString("latin1");
    for (const name of text.split("\0").slice(0, partCount)) {
      names.push(name);
      bytes += tensorBytes.get(name) ?? 0;
    }
    if (bytes < MESSAGE_BYTES && at < entries.length) continue;
    yield { entries: entries.subarray(from, at), names };
    from = at;
    bytes = 0;
    names = [];
  }
}
