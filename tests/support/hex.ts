import { readFileSync } from "node:fs";

/** Bytes of an annotated golden: comments from '#' on, `00*N` is N zero bytes. */
export function readHex(path: string): Uint8Array {
  const words = readFileSync(path, "utf8").replace(/#.*$/gm, "").split(/\s+/).filter(Boolean);
  return Uint8Array.from(
    words.flatMap((word) => {
      const [, digits, times = "1"] = /^([0-9a-f]{2})(?:\*(\d+))?$/.exec(word) ?? [];
      if (digits === undefined) throw new Error(`${path}: "${word}" is not a byte`);
      return new Array<number>(Number(times)).fill(parseInt(digits, 16));
    }),
  );
}
