// How a valid file becomes one that lies: a few changes to its structure, then now and then some to
// its bytes.
import type { Dice } from "./dice.ts";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  2,
  3,
  7,
  0.5,
  255,
  256,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  1e19,
  1e308,
  -1e308,
  5e-324,
] as const;
const NAMES = ["", "__proto__", "constructor", "toString", "length", "a\u0000b", "\ud800"] as const;
const TEXTS = ["", " ", "0", "F32", "BF16", "null", "\u0000", "\ud800", "é", "<|im_end|>"] as const;

/** A value of any kind, small. */
function anything(dice: Dice): Json {
  switch (dice.below(7)) {
    case 0:
      return null;
    case 1:
      return dice.once(2);
    case 2:
      return dice.pick(TEXTS);
    case 3:
      return [dice.pick(NUMBERS), dice.pick(NUMBERS)];
    case 4:
      return {};
    case 5:
      return deep(1 + dice.below(2000));
    default:
      return dice.pick(NUMBERS);
  }
}

function deep(levels: number): Json {
  let value: Json = 0;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

/** Another value in place of `value`: near it, or of any kind. */
function another(dice: Dice, value: Json): Json {
  if (typeof value === "number" && !dice.once(4)) {
    return dice.pick([value + 1, value - 1, 2 * value, -value, value / 2, dice.pick(NUMBERS)]);
  }
  if (Array.isArray(value) && !dice.once(4)) {
    const list = [...value];
    const at = dice.below(list.length + 1);
    const times = dice.once(8) ? 300 : 1;
    if (dice.once(2)) list.splice(at, 1);
    else for (let i = 0; i < times; i++) list.splice(at, 0, list[at] ?? anything(dice));
    return list;
  }
  return anything(dice);
}

/** Changes one place of a JSON value, which is not touched itself. */
function spoilJson(dice: Dice, value: Json): Json {
  if (typeof value !== "object" || value === null) return another(dice, value);
  if (Array.isArray(value)) {
    if (value.length === 0 || dice.once(3)) return another(dice, value);
    const at = dice.below(value.length);
    return value.map((item, index) => (index === at ? spoilJson(dice, item) : item));
  }
  const entries = Object.entries(value);
  const at = dice.below(entries.length);
  const [name, inner] = entries[at] ?? ["", null];
  const isDeeper = typeof inner === "object" && inner !== null && !dice.once(8);
  switch (isDeeper ? 9 : dice.below(10)) {
    case 0:
      entries.splice(at, 1);
      break;
    case 1:
      entries[at] = [dice.pick(NAMES), inner];
      break;
    case 2:
      entries.push([`${name}${dice.below(10)}`, inner]);
      break;
    case 3:
      entries.push([dice.pick(NAMES), anything(dice)]);
      break;
    case 4:
      entries[at] = [name, entries[dice.below(entries.length)]?.[1] ?? null];
      break;
    default:
      entries[at] = [name, spoilJson(dice, inner)];
  }
  return Object.fromEntries(entries);
}

/** The text of a value with one to three changes, and at times with a fault of form. */
export function spoiledJsonText(dice: Dice, value: Json): string {
  const text = JSON.stringify(spoiledJson(dice, value));
  return dice.once(10) ? spoilText(dice, text) : text;
}

/** A value with one to three changes. */
export function spoiledJson(dice: Dice, value: Json): Json {
  let spoiled = value;
  for (let times = 1 + dice.below(3); times > 0; times--) spoiled = spoilJson(dice, spoiled);
  return spoiled;
}

/** Cuts, doubles or overwrites a part of a text. */
export function spoilText(dice: Dice, text: string): string {
  const from = dice.below(text.length + 1);
  const to = Math.min(text.length, from + dice.below(40));
  const part = text.slice(from, to);
  switch (dice.below(5)) {
    case 0:
      return text.slice(0, from);
    case 1:
      return text.slice(0, from) + text.slice(to);
    case 2:
      return text.slice(0, to) + part + text.slice(to);
    case 3:
      return (
        text.slice(0, from) +
        dice.pick(['"', "{", "]", ",", ":", "1e999", "\\ud800"]) +
        text.slice(to)
      );
    default:
      return text.slice(0, from) + dice.pick(TEXTS) + text.slice(to);
  }
}

/** A copy of a file with up to four of its bytes or words changed, cut out or cut off. */
export function spoilBytes(dice: Dice, file: Uint8Array, within = file.length): Uint8Array {
  let bytes = Uint8Array.from(file);
  for (let times = 1 + dice.below(4); times > 0; times--) {
    const at = dice.below(Math.min(within, bytes.length));
    switch (dice.below(6)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
        break;
      case 1:
        bytes[at] = dice.pick([0, 1, 0x7f, 0x80, 0xff]);
        break;
      case 2: {
        const word = dice.pick([0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, dice.below(2 ** 32)]);
        for (let i = 0; i < 4; i++) bytes[at + i] = word >>> (8 * i);
        break;
      }
      case 3: {
        const end = Math.min(bytes.length, at + 1 + dice.below(64));
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(end)]);
        break;
      }
      case 4: {
        const end = Math.min(bytes.length, at + 1 + dice.below(64));
        bytes = Uint8Array.from([...bytes.subarray(0, end), ...bytes.subarray(at)]);
        break;
      }
      default:
        if (dice.once(4)) bytes = bytes.slice(0, at);
    }
  }
  return bytes;
}
