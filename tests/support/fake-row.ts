import { PAGE_POSITIONS, ProgramKind } from "../../shared/gen/protocol.ts";
import type { AdmitRecord, LaneResult } from "../../shared/gen/protocol.ts";

/** Codes that a fake row picks: they depend on what the real ones depend on. */
export function fakeCode(admit: AdmitRecord, frame: number, group: number): number {
  return (admit.seedLo * 31 + admit.segment * 17 + frame * 7 + group) % 64;
}

export interface FakeProgram {
  readonly kind: number;
  readonly lanes: number;
  readonly tokens: number;
}

export interface FakeRowOptions {
  readonly groups: number;
  /** Frames after which a row with this seed ends by itself. */
  readonly framesOf?: (admit: AdmitRecord) => number;
}

/** A row without arithmetic. A broken rule throws. */
export class FakeRow {
  readonly admit: AdmitRecord;
  readonly pages: number[] = [];
  readonly codes: number[][] = [];
  readonly #options: FakeRowOptions;
  #position = 0;
  #promptDone = 0;
  #frame = 0;
  codesCount = 0;
  codesGiven = 0;
  vocoded = 0;
  done = 0;
  #finishReason = 0;

  /** Ids that follow one a frame. */
  readonly text: number[];
  textClosed: boolean;

  constructor(admit: AdmitRecord, text: readonly number[], options: FakeRowOptions) {
    this.admit = admit;
    this.text = [...text];
    this.textClosed = admit.textClosed === 1;
    this.#options = options;
  }

  /** One repeat of a run. */
  step({ kind, tokens }: FakeProgram, waitFrames: number): void {
    if (kind === ProgramKind.Prefill) {
      const rows = Math.min(tokens, this.admit.promptCount - this.#promptDone);
      this.#promptDone += rows;
      this.#advance(rows);
    } else if (kind === ProgramKind.Vocode) {
      if (this.done === 0 && this.codesCount < waitFrames)
        throw new Error("it would wait for ever");
      this.vocoded += Math.min(tokens, this.codesCount - this.vocoded);
    } else if (kind === ProgramKind.Forced) {
      if (this.#frame < this.codesGiven) this.#makeFrame();
    } else if (this.done === 0) {
      this.#decode();
    }
  }

  result(): LaneResult {
    return {
      row: this.admit.row,
      generation: this.admit.generation,
      position: this.#position,
      promptDone: this.#promptDone,
      codesCount: this.codesCount,
      vocoded: this.vocoded,
      done: this.done,
      finishReason: this.#finishReason,
    };
  }

  #decode(): void {
    if (this.#promptDone < this.admit.promptCount) throw new Error("decode before the prompt");
    if (this.#frame >= this.text.length && !this.textClosed) return; // paused
    const ends = this.#frame >= (this.#options.framesOf?.(this.admit) ?? Infinity);
    if (ends || this.#frame + 1 >= this.admit.maxNewTokens) {
      this.done = 1;
      this.#finishReason = ends ? 1 : 2;
      return;
    }
    this.codes[this.#frame] = Array.from({ length: this.#options.groups }, (_, group) =>
      fakeCode(this.admit, this.#frame, group),
    );
    this.#makeFrame();
  }

  #makeFrame(): void {
    this.#frame += 1;
    this.codesCount = this.#frame;
    this.#advance(1);
  }

  #advance(positions: number): void {
    this.#position += positions;
    if (this.#position > this.pages.length * PAGE_POSITIONS) throw new Error("too few pages");
  }
}
