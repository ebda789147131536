// Normal numbers by the billion: a table of them, read at random places. Good enough for weights
// that only have to weigh as much as real ones, and bound by the disk instead of by logarithms.
import type { Fill } from "./checkpoint-tensors.ts";

export type WeightType = "BF16" | "F32";

export const BYTES_OF: Readonly<Record<WeightType, number>> = { BF16: 2, F32: 4 };

type Weights = Uint16Array | Float32Array;

const TABLE_SIZE = 1 << 16;
const TABLE_SEED = 0x9e3779b9;

/** A source of one tensor's values. The same name and fill give the same values. */
export class WeightSource {
  private readonly table: Weights;
  private state: number;

  constructor(name: string, fill: Fill, type: WeightType) {
    this.table = tableFor(fill, type);
    this.state = seedOf(name);
  }

  /** Overwrites `target` with the next values; its type is that of the constructor. */
  fill(target: Weights): void {
    const { table } = this;
    let state = this.state;
    // Two table places a step: the high and the low half of the generator's word.
    for (let index = 0; index < target.length; index += 2) {
      state = nextState(state);
      target[index] = table[state >>> 16] ?? 0;
      if (index + 1 < target.length) target[index + 1] = table[state & 0xffff] ?? 0;
    }
    this.state = state;
  }
}

/** One step of xorshift32; never zero for a state that is not zero. */
function nextState(state: number): number {
  let word = state;
  word ^= word << 13;
  word ^= word >>> 17;
  word ^= word << 5;
  return word;
}

/** FNV-1a of the name; not zero, where xorshift would stay. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash === 0 ? TABLE_SEED : hash;
}

const tables = new Map<string, Weights>();

/** The table of one distribution, made once: a model has a few dozen of them at most. */
function tableFor(fill: Fill, type: WeightType): Weights {
  const key = `${type} ${JSON.stringify(fill)}`;
  let table = tables.get(key);
  if (table === undefined) {
    const values = fill.kind === "normal" ? normals(fill.spread) : constants(fill.value);
    table = type === "F32" ? values : Uint16Array.from(values, roundToBf16);
    tables.set(key, table);
  }
  return table;
}

function constants(value: number): Float32Array {
  return new Float32Array(TABLE_SIZE).fill(value);
}

/** Box and Muller's method, in pairs. */
function normals(spread: number): Float32Array {
  const values = new Float32Array(TABLE_SIZE);
  let state = TABLE_SEED;
  for (let index = 0; index < TABLE_SIZE; index += 2) {
    state = nextState(state);
    const radius = spread * Math.sqrt(-2 * Math.log(((state >>> 0) + 1) / (2 ** 32 + 1)));
    state = nextState(state);
    const angle = (2 * Math.PI * (state >>> 0)) / 2 ** 32;
    values[index] = radius * Math.cos(angle);
    values[index + 1] = radius * Math.sin(angle);
  }
  return values;
}

const f32 = new Float32Array(1);
const bits = new Uint32Array(f32.buffer);

/** The upper half of the f32, rounded to nearest, ties to even. */
function roundToBf16(value: number): number {
  f32[0] = value;
  const [word = 0] = bits;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}
