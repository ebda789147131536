import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parseModelConfig } from "../../host/model/config.ts";
import type { ModelConfig } from "../../host/model/config.ts";
import { cloningPart } from "../../host/synthesis/cloning-limits.ts";
import { Dtype, readEngineLayout, writePlannerConfig } from "../../shared/gen/protocol.ts";
import type { EngineLayout, PlannerConfig } from "../../shared/gen/protocol.ts";
import { PROJECT, readJson } from "./golden.ts";

// The project compiles without the DOM's types, which are where TypeScript keeps these.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What the graph side of the planner exports. */
interface GraphExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  configAt(): number;
  layoutAt(): number;
  configure(): number;
  buildProgram(kind: number, lanes: number, tokens: number, pass: number): number;
  planError(): number;
  encoderFor(kind: number, samples: number): number;
  encoderResultAt(): number;
  encoderResultBytes(): number;
  programAt(): number;
  programBytes(): number;
  weightsAt(): number;
  weightsBytes(): number;
  weightsSent(): void;
}

export const RELEASED = ["0.6b-base", "0.6b-custom-voice", "1.7b-base", "1.7b-custom-voice"];

/** The Wasm module by itself, with bytes in place of addresses. */
export class PlannerModule {
  readonly #exports: GraphExports;
  readonly #view: DataView;

  constructor(wasm = join(PROJECT, "build", "wasm", "planner.wasm")) {
    const module = new WebAssembly.Module(readFileSync(wasm));
    // Raw bindings carry no types: the interface above is what assembly/index.ts promises.
    this.#exports = new WebAssembly.Instance(module, {}).exports as GraphExports;
    this.#view = new DataView(this.#exports.memory.buffer);
  }

  /** Returns the planner's error, 0 when it can plan. */
  prepare(config: PlannerConfig): number {
    writePlannerConfig(this.#view, this.#exports.configAt(), config);
    return this.#exports.configure();
  }

  get layout(): EngineLayout {
    return readEngineLayout(this.#view, this.#exports.layoutAt());
  }

  /** The id, or -1. */
  programFor(kind: number, lanes: number, tokens = 1, pass = 0): number {
    return this.#exports.buildProgram(kind, lanes, tokens, pass);
  }

  /** What the planner answers: 1 for a program, which built() then copies. */
  encoderFor(kind: number, samples: number): number {
    return this.#exports.encoderFor(kind, samples);
  }

  /** Where the result of the encoder built last lies: units, bytes. */
  get encoderResult(): readonly [at: number, bytes: number] {
    return [this.#exports.encoderResultAt(), this.#exports.encoderResultBytes()];
  }

  get error(): number {
    return this.#exports.planError();
  }

  /** A copy of the program built last. */
  built(): Uint8Array {
    return this.#copy(this.#exports.programAt(), this.#exports.programBytes());
  }

  /** The weight entries not taken yet. */
  takeWeights(): Uint8Array {
    const bytes = this.#copy(this.#exports.weightsAt(), this.#exports.weightsBytes());
    this.#exports.weightsSent();
    return bytes;
  }

  #copy(at: number, bytes: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, at, bytes).slice();
  }
}

/** Configuration files of a released checkpoint, as parsed JSON. */
export function releasedFiles(name: string): { model: unknown; codec: unknown } {
  const folder = join(PROJECT, "tests", "bench", "configs");
  return {
    model: readJson(join(folder, `${name}.json`)),
    codec: readJson(join(folder, "speech-tokenizer.json")),
  };
}

/** The planner's record for a released checkpoint, with the limits of a small server. */
export function releasedConfig(name: string, changes: Partial<PlannerConfig> = {}): PlannerConfig {
  const model = parseModelConfig({ ...releasedFiles(name), generation: {} });
  return { ...modelPart(model), ...codecPart(model), ...cloningPart(model), ...LIMITS, ...changes };
}

const LIMITS = {
  rows: 32,
  pages: 512,
  promptMax: 1024,
  textMax: 1024,
  framesMax: 2048,
  prefillLevel: 0,
  decodeLevel: 0,
  actDtype: 0,
  codecActDtype: 0,
  matrixDtype: Dtype.Stored,
  hostSampling: 0,
  repeatMax: 8,
  queueMax: 64,
  vocodeSteady: 4,
};

function modelPart({ talker, predictor, ...model }: ModelConfig) {
  return {
    talkerLayers: talker.layers,
    talkerHidden: talker.width,
    talkerIntermediate: talker.feedForwardWidth,
    talkerHeads: talker.heads,
    talkerKvHeads: talker.kvHeads,
    talkerHeadDim: talker.headWidth,
    talkerVocab: talker.vocabulary,
    talkerRmsEps: talker.rmsEps,
    talkerRopeTheta: talker.ropeTheta,
    textVocab: talker.textVocabulary,
    textHidden: talker.textWidth,
    groups: model.codeGroups,
    codecEos: model.codecIds.eos,
    ttsPad: model.textIds.pad,
    predictorLayers: predictor.layers,
    predictorHidden: predictor.width,
    predictorIntermediate: predictor.feedForwardWidth,
    predictorHeads: predictor.heads,
    predictorKvHeads: predictor.kvHeads,
    predictorHeadDim: predictor.headWidth,
    predictorVocab: predictor.vocabulary,
    predictorRmsEps: predictor.rmsEps,
    predictorRopeTheta: predictor.ropeTheta,
    hasProjection: predictor.isProjected ? 1 : 0,
  };
}

function codecPart({ codec }: ModelConfig) {
  const { transformer } = codec;
  return {
    codecCodebookSize: codec.codebookSize,
    codecCodebookDim: codec.codeVectorWidth,
    codecQuantizedDim: codec.codebookWidth,
    codecLatentDim: codec.latentWidth,
    codecHidden: transformer.width,
    codecIntermediate: transformer.feedForwardWidth,
    codecLayers: transformer.layers,
    codecHeads: transformer.heads,
    codecKvHeads: transformer.kvHeads,
    codecHeadDim: transformer.headWidth,
    codecWindow: codec.attentionWindow,
    codecRmsEps: transformer.rmsEps,
    codecRopeTheta: transformer.ropeTheta,
    codecDecoderDim: codec.decoderWidth,
    codecSemanticGroups: 1,
    codecRatioCount: codec.upsamplingRatios.length,
    codecRatios: eight(codec.upsamplingRatios),
    codecRateCount: codec.upsampleRates.length,
    codecRates: eight(codec.upsampleRates),
  };
}

function eight(values: readonly number[]): number[] {
  return [...values, ...Array<number>(8).fill(0)].slice(0, 8);
}
