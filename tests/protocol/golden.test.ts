import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import * as protocol from "../../shared/gen/protocol.ts";
import { readHex } from "../support/hex.ts";
import { runNative } from "../support/native.ts";

const FIXTURES = join("shared", "fixtures");
const WORD_BYTES = 4;

type Meaning = readonly Readonly<Record<string, unknown>>[];

/** Takes records off the front of a golden and notes what each means. */
class Decoder {
  readonly meaning: Record<string, unknown>[] = [];
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  record<Fields extends object>(
    name: string,
    bytes: number,
    read: (view: DataView, at: number) => Fields,
  ): Fields {
    const fields = read(this.#view, this.#at);
    this.#at += bytes;
    const named = Object.entries(fields).map(([key, value]) => [snakeCase(key), Number(value)]);
    this.meaning.push({ record: name, ...(Object.fromEntries(named) as object) });
    return fields;
  }

  words(name: string, count: number): void {
    this.meaning.push({ [name]: this.#take(count) });
  }

  op(): void {
    const [first = 0] = this.#take(1);
    const info = protocol.OPS.get(first & 0xffff);
    this.meaning.push({ op: info?.name, words: this.#take((first >>> 16) - 1) });
  }

  /** The meaning of all of it. */
  finish(): Meaning {
    if (this.#at !== this.#view.byteLength) throw new Error("bytes are left over");
    return this.meaning;
  }

  #take(count: number): number[] {
    const at = this.#at;
    this.#at += count * WORD_BYTES;
    return Array.from({ length: count }, (_, i) => this.#view.getUint32(at + i * WORD_BYTES, true));
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function times(count: number, work: () => void): void {
  for (let i = 0; i < count; i += 1) work();
}

const DECODERS: Readonly<Record<string, (from: Decoder) => void>> = {
  program(from) {
    const { PROGRAM_HEADER_BYTES: size, readProgramHeader } = protocol;
    const header = from.record("ProgramHeader", size, readProgramHeader);
    times(header.bufferCount, () => {
      from.record("BufferEntry", protocol.BUFFER_ENTRY_BYTES, protocol.readBufferEntry);
    });
    times(header.probeCount, () => {
      from.record("ProbeEntry", protocol.PROBE_ENTRY_BYTES, protocol.readProbeEntry);
    });
    times(header.opCount, () => {
      from.op();
    });
  },
  submission(from) {
    const { SUBMISSION_HEADER_BYTES: size, readSubmissionHeader } = protocol;
    from.record("SubmissionHeader", size, readSubmissionHeader);
    const { readAdmitRecord, readRunRecord, readLaneEntry } = protocol;
    const admit = from.record("AdmitRecord", protocol.ADMIT_RECORD_BYTES, readAdmitRecord);
    from.words("prompt", admit.promptCount * protocol.PROMPT_ENTRY_WORDS);
    from.words("text", admit.textCount);
    from.words("pages", admit.pageCount);
    const run = from.record("RunRecord", protocol.RUN_RECORD_BYTES, readRunRecord);
    times(run.laneCount, () => {
      from.record("LaneEntry", protocol.LANE_ENTRY_BYTES, readLaneEntry);
    });
  },
  completion(from) {
    const { COMPLETION_HEADER_BYTES: size, readCompletionHeader } = protocol;
    const header = from.record("CompletionHeader", size, readCompletionHeader);
    times(header.laneCount, () => {
      from.record("LaneResult", protocol.LANE_RESULT_BYTES, protocol.readLaneResult);
    });
  },
  "region-header"(from) {
    from.record("RegionHeader", protocol.REGION_HEADER_BYTES, protocol.readRegionHeader);
  },
  "engine-layout"(from) {
    from.record("EngineLayout", protocol.ENGINE_LAYOUT_BYTES, protocol.readEngineLayout);
  },
};

// Node has it, but its types come with the browser's only.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: object };
};

/** The exports of shared/fixtures/encode.as.ts, compiled here. */
interface Encoder {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly AREA: { readonly value: number };
  readonly writers: Readonly<Record<string, () => number>>;
}

function compileEncoder(): Encoder {
  const folder = mkdtempSync(join(tmpdir(), "voxfuse-golden-"));
  try {
    const module = join(folder, "encode.wasm");
    const compiler = join("node_modules", "assemblyscript", "bin", "asc.js");
    const source = join(FIXTURES, "encode.as.ts");
    const options = ["-O0", "--runtime", "stub", "--bindings", "raw", "--use", "abort="];
    execFileSync(process.execPath, [compiler, source, ...options, "--outFile", module]);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)));
    // The module was compiled from the file that exports just these.
    const exports = instance.exports as Omit<Encoder, "writers"> & Encoder["writers"];
    return { memory: exports.memory, AREA: exports.AREA, writers: exports };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let encoder: Encoder | undefined;

function encode(kind: string): Uint8Array {
  encoder ??= compileEncoder();
  const name = kind.replace(/-./g, (dash) => dash.charAt(1).toUpperCase());
  const bytes = encoder.writers[name]?.() ?? 0;
  return new Uint8Array(encoder.memory.buffer).slice(encoder.AREA.value).subarray(0, bytes);
}

for (const [kind, decode] of Object.entries(DECODERS)) {
  const hex = join(FIXTURES, `${kind}.hex`);
  const meaning = JSON.parse(readFileSync(join(FIXTURES, `${kind}.json`), "utf8")) as Meaning;

  test(`TypeScript reads the golden ${kind}`, (t) => {
    const decoder = new Decoder(readHex(hex));
    decode(decoder);
    t.deepEqual(decoder.finish(), meaning);
  });

  test(`C++ reads the golden ${kind}`, async (t) => {
    t.deepEqual(JSON.parse(await runNative("golden_check", kind, hex)), meaning);
  });

  test(`AssemblyScript writes the golden ${kind} byte for byte`, (t) => {
    t.deepEqual(encode(kind), readHex(hex));
  });
}
