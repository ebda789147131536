import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VoxfuseError } from "../errors/voxfuse-error.ts";

// Node has it, but its types come with the browser's only.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const MODULE = join("build", "wasm", "planner.wasm");

/** The module's exports that are called: numbers in, a number out. */
export interface PlannerExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  configAt(): number;
  configure(): number;
  layoutAt(): number;
  warm(): void;
  requestAt(): number;
  requestBytesMax(): number;
  add(
    priority: number,
    vocodeFrames: number,
    codesOnly: number,
    place: number,
    known: number,
  ): number;
  giveText(ticket: number, count: number, closed: number): number;
  release(ticket: number): void;
  cancel(ticket: number): void;
  consumed(ticket: number, frames: number): void;
  poll(): number;
  weightsAt(): number;
  weightsBytes(): number;
  weightsSent(): void;
  submissionAt(): number;
  submissionBytes(): number;
  wantedTicket(): number;
  wantedFirst(): number;
  wantedFrames(): number;
  codesAt(): number;
  codesGiven(): void;
  completionAt(): number;
  logitsWanted(token: number, row: number): number;
  logitsAt(row: number): number;
  complete(): number;
  failure(): number;
  planError(): number;
  ticketState(ticket: number): number;
  ticketRow(ticket: number): number;
  ticketGeneration(ticket: number): number;
  ticketFrames(ticket: number): number;
  ticketFinish(ticket: number): number;
  ticketPlace(ticket: number): number;
  ticketRoundTrips(ticket: number): number;
  roundTrips(): number;
  waitingCount(): number;
  freeRowCount(): number;
  freePageCount(): number;
  buildProgram(kind: number, lanes: number, tokens: number, pass: number): number;
  encoderFor(kind: number, samples: number): number;
  encoderResultAt(): number;
  encoderResultBytes(): number;
  programAt(): number;
  programBytes(): number;
  pickWith(
    group: number,
    doSample: number,
    temperature: number,
    topK: number,
    topP: number,
    penalty: number,
  ): void;
  pickBars(audioCodes: number, endId: number, minNewTokens: number, seenWords: number): void;
  pickSeenAt(): number;
  pickOnce(vocab: number, frame: number, segment: number, seedLo: number, seedHi: number): number;
  pickWeight(id: number): number;
}

/**
 * A fresh instance of the planner.
 *
 * @throws {VoxfuseError} ERR_NATIVE_BUILD when the module was not built or does not load.
 */
export function loadPlannerModule(file: string = modulePath()): PlannerExports {
  try {
    const module = new WebAssembly.Module(readFileSync(file));
    // Its exports are those of assembly/index.ts, of which this interface is a copy.
    return new WebAssembly.Instance(module, {}).exports as PlannerExports;
  } catch (cause) {
    throw new VoxfuseError(
      "ERR_NATIVE_BUILD",
      `Could not load the planner at ${file}. Build it with \`npm run build\`.`,
      { cause },
    );
  }
}

/** Under the nearest folder above this file that has a package.json: compiled or not, ours. */
function modulePath(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) {
    folder = dirname(folder);
  }
  return join(folder, MODULE);
}
