import {
  ADMIT_RECORD_BYTES,
  DEFINE_RECORD_BYTES,
  EXTEND_RECORD_BYTES,
  LANE_ENTRY_BYTES,
  LaneClass,
  OUTPUT_FRAMES,
  PROMPT_ENTRY_WORDS,
  ProgramKind,
  RUN_RECORD_BYTES,
  RecordKind,
  SUBMISSION_HEADER_BYTES,
  readAdmitRecord,
  readDefineRecord,
  readExtendRecord,
  readLaneEntry,
  readProgramHeader,
  readRowRecord,
  readRunRecord,
  readSubmissionHeader,
} from "../../shared/gen/protocol.ts";
import type { LaneResult, OutputHeader } from "../../shared/gen/protocol.ts";
import type { VoxfuseError } from "../../host/errors/voxfuse-error.ts";
import type { Completion, SidecarConnection } from "../../host/synthesis/parts.ts";
import { FakeRow } from "./fake-row.ts";
import type { FakeProgram, FakeRowOptions } from "./fake-row.ts";

/** What one run was, for tests to look at. */
export interface FakeRun extends FakeProgram {
  readonly repeat: number;
  readonly waitFrames: number;
  readonly rows: readonly number[];
}

export interface FakeOptions extends FakeRowOptions {
  /** Runs by itself, a tick after each submission; else by runOne(). */
  readonly isManual?: boolean;
}

const IGNORED = { mapped_bytes: 0, state_bytes: 0, threads: 1, isa: "fake", device: "" };

/**
 * A sidecar without arithmetic: rows, pages, runs and outputs as the real one keeps them, checked
 * as it would check them. A broken rule throws out of submit().
 */
export class FakeSidecar implements SidecarConnection {
  readonly hello = {
    layout_hash: 0,
    pid: 0,
    version: "",
    backends: ["cpu"],
    isa: "fake",
    devices: [],
    threads: 1,
  };
  onWake: (() => void) | undefined;
  onGone: ((error: VoxfuseError) => void) | undefined;
  readonly runs: FakeRun[] = [];
  readonly rows = new Map<number, FakeRow>();
  submissions = 0;
  admits = 0;
  /** Most submissions with runs that were in flight at once. */
  depthMax = 0;
  readonly #options: FakeOptions;
  readonly #queue: Uint8Array[] = [];
  readonly #completions: Completion[] = [];
  readonly #programs = new Map<number, FakeProgram>();
  readonly #outputs = new Map<number, { generation: number; codes: number[][]; pcm: number }>();
  #isScheduled = false;

  constructor(options: FakeOptions) {
    this.#options = options;
  }

  load = () => Promise.resolve(IGNORED);
  trace = () => Promise.resolve({ events: 0, device_kernels: 0 });
  weights = () => Promise.resolve({ count: 0, built_bytes: 0 });
  close = () => Promise.resolve();
  armed = () => this.#completions.length === 0;
  readLogits = () => new Float32Array(0);
  encode = (): never => {
    throw new Error("nothing here encodes");
  };
  stats = () =>
    Promise.resolve({
      submissions: this.submissions,
      frames: 0,
      ops: 0,
      decode_ns: 0,
      vocode_ns: 0,
      wakeups: 0,
      resident_bytes: 0,
      device_bytes: 0,
      uploaded_bytes: 0,
      copy_mb_s: 0,
      rows_used: this.rows.size,
    });

  submit(submission: Uint8Array): boolean {
    this.submissions += 1;
    this.#queue.push(submission.slice());
    this.depthMax = Math.max(this.depthMax, this.#queue.length);
    if (this.#options.isManual !== true) this.#schedule();
    return true;
  }

  /** Runs the oldest submission; false when there is none. */
  runOne(): boolean {
    const submission = this.#queue.shift();
    if (submission === undefined) return false;
    this.#completions.push(this.#run(submission));
    this.onWake?.();
    return true;
  }

  takeCompletions(): Completion[] {
    return this.#completions.splice(0);
  }

  output(row: number): OutputHeader {
    const output = this.#outputs.get(row);
    return {
      generation: output?.generation ?? 0,
      codesCount: output?.codes.length ?? 0,
      pcmCount: output?.pcm ?? 0,
      logitsCount: 0,
      done: 0,
      finishReason: 0,
    };
  }

  readCodes(row: number, firstFrame: number, frames: number): Uint32Array {
    const codes = this.#outputs.get(row)?.codes ?? [];
    if (firstFrame + OUTPUT_FRAMES < codes.length) throw new Error("frames are overwritten");
    return Uint32Array.from(codes.slice(firstFrame, firstFrame + frames).flat());
  }

  /** One sample a frame: the sum of its codes. */
  readPcm(row: number, firstFrame: number, frames: number): Float32Array {
    const output = this.#outputs.get(row);
    if (output === undefined || firstFrame + OUTPUT_FRAMES < output.pcm) {
      throw new Error("frames are overwritten");
    }
    const codes = output.codes.slice(firstFrame, firstFrame + frames);
    return Float32Array.from(codes, (frame) => frame.reduce((sum, code) => sum + code, 0));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.runOne();
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #run(bytes: Uint8Array): Completion {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const header = readSubmissionHeader(view, 0);
    const touched = new Set<number>();
    let at = SUBMISSION_HEADER_BYTES;
    for (let record = 0; record < header.recordCount; record++) {
      this.#take(view, at, touched);
      at += view.getUint32(at + 4, true);
    }
    if (at !== header.submissionBytes || at !== bytes.length) throw new Error("wrong byte count");
    const lanes = [...touched].map((row) => this.#result(row)).filter((lane) => lane !== undefined);
    return {
      header: {
        token: header.token,
        status: 0,
        recordIndex: 0,
        opIndex: 0,
        laneCount: lanes.length,
        framesRun: 0,
        opCount: 0,
        decodeNs: 0n,
        vocodeNs: 0n,
      },
      lanes,
    };
  }

  #take(view: DataView, at: number, touched: Set<number>): void {
    switch (view.getUint32(at, true)) {
      case RecordKind.Define:
        this.#define(view, at);
        return;
      case RecordKind.Admit:
        this.#admit(view, at);
        return;
      case RecordKind.Extend:
        this.#extend(view, at);
        return;
      case RecordKind.Run:
        this.#runLanes(view, at, touched);
        return;
      case RecordKind.Cancel:
        this.#rowOf(readRowRecord(view, at)).done = 1;
        return;
      case RecordKind.Release: {
        const record = readRowRecord(view, at);
        this.#rowOf(record);
        this.rows.delete(record.row);
        return;
      }
      default:
        throw new Error("unknown record");
    }
  }

  #define(view: DataView, at: number): void {
    const { programId, offset } = readDefineRecord(view, at);
    if (offset > 0) return;
    const { kind, lanes, tokens } = readProgramHeader(view, at + DEFINE_RECORD_BYTES);
    this.#programs.set(programId, { kind, lanes, tokens });
  }

  #admit(view: DataView, at: number): void {
    const admit = readAdmitRecord(view, at);
    if (this.rows.has(admit.row)) throw new Error("row is taken");
    this.admits += 1;
    const tail = 4 * (PROMPT_ENTRY_WORDS * admit.promptCount + admit.textCount);
    const textAt = at + ADMIT_RECORD_BYTES + 4 * PROMPT_ENTRY_WORDS * admit.promptCount;
    const row = new FakeRow(admit, wordsAt(view, textAt, admit.textCount), this.#options);
    this.rows.set(admit.row, row);
    this.#addPages(row, view, at + ADMIT_RECORD_BYTES + tail, admit.pageCount);
    this.#outputs.set(admit.row, { generation: admit.generation, codes: [], pcm: 0 });
  }

  #addPages(row: FakeRow, view: DataView, at: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const page = view.getUint32(at + 4 * i, true);
      if ([...this.rows.values()].some((other) => other.pages.includes(page))) {
        throw new Error(`page ${page} is taken`);
      }
      row.pages.push(page);
    }
  }

  #extend(view: DataView, at: number): void {
    const record = readExtendRecord(view, at);
    const row = this.#rowOf(record);
    const { groups } = this.#options;
    this.#addPages(row, view, at + EXTEND_RECORD_BYTES, record.pageCount);
    const textAt = at + EXTEND_RECORD_BYTES + 4 * record.pageCount;
    if (record.textCount > 0 && row.textClosed) throw new Error("text after its end");
    row.text.push(...wordsAt(view, textAt, record.textCount));
    row.textClosed ||= record.textClosed === 1;
    const codesAt = textAt + 4 * record.textCount;
    for (let i = 0; i < record.codeCount; i++) {
      const index = record.codeFirst + i;
      const frame = Math.floor(index / groups);
      (row.codes[frame] ??= [])[index % groups] = view.getUint32(codesAt + 4 * i, true);
    }
    if (record.codesGiven < row.codesGiven) throw new Error("codesGiven became smaller");
    row.codesGiven = record.codesGiven;
    if (record.publish === 1) {
      row.codesCount = record.codesGiven;
      this.#publish(record.row, row);
    }
  }

  #runLanes(view: DataView, at: number, touched: Set<number>): void {
    const record = readRunRecord(view, at);
    const program = this.#programs.get(record.programId);
    if (program === undefined || record.laneCount > program.lanes) throw new Error("bad program");
    const entries = Array.from({ length: record.laneCount }, (_, lane) =>
      readLaneEntry(view, at + RUN_RECORD_BYTES + lane * LANE_ENTRY_BYTES),
    );
    const { repeat, waitFrames } = record;
    this.runs.push({ ...program, repeat, waitFrames, rows: entries.map(({ row }) => row) });
    for (const entry of entries) {
      const row = this.#rowOf(entry);
      touched.add(entry.row);
      const isVocode = program.kind === ProgramKind.Vocode;
      if (isVocode !== (record.laneClass === LaneClass.Vocode)) throw new Error("wrong class");
      for (let i = 0; i < repeat; i++) row.step(program, waitFrames);
      this.#publish(entry.row, row);
    }
  }

  #publish(index: number, row: FakeRow): void {
    const output = this.#outputs.get(index);
    if (output === undefined) return;
    output.codes = row.codes.slice(0, row.codesCount);
    output.pcm = row.vocoded;
  }

  #rowOf({ row, generation }: { readonly row: number; readonly generation: number }): FakeRow {
    const found = this.rows.get(row);
    if (found?.admit.generation !== generation) throw new Error(`row ${row} is another's`);
    return found;
  }

  #result(index: number): LaneResult | undefined {
    return this.rows.get(index)?.result();
  }
}

function wordsAt(view: DataView, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => view.getUint32(at + 4 * index, true));
}
