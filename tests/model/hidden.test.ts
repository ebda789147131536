import test from "ava";

import { ProbeKind, ProgramKind } from "../../shared/gen/protocol.ts";
import { golden, readTensor } from "../support/golden.ts";
import { SPEAKING, casesOf, optionsOf } from "../support/golden-cases.ts";
import type { GoldenCase } from "../support/golden-cases.ts";
import { joined, record, relativeError, replay } from "../support/recording.ts";
import type { Probe } from "../support/recording.ts";

const ALLOWED = 1e-4;
const PREFILL_LAYERS = 3;
const PREDICTOR_GROUPS = 15;

/** What one request's row held: the golden tensors, one row behind the other. */
class Row {
  readonly #probes: readonly Probe[];
  readonly #frames: number;

  constructor(probes: readonly Probe[], frames: number) {
    this.#probes = probes;
    this.#frames = frames;
  }

  /** A buffer of the prompt, over its chunks. */
  prompt(kind: number, index = 0): number[] {
    return joined(this.#of(kind, index, true));
  }

  /** A buffer of the first `count` frames; later ones are of a row that is done. */
  frames(kind: number, index: number, count: number): Float32Array[] {
    return this.#of(kind, index, false).slice(0, count);
  }

  /** After the prompt, then after each frame; the last frame's is never used. */
  hidden(width: number): number[] {
    const first = this.prompt(ProbeKind.Hidden).slice(-width);
    return joined([first, ...this.frames(ProbeKind.Hidden, 0, this.#frames - 1)]);
  }

  /** Group 0: one more than frames, for the pick that ends the row. */
  talkerLogits(): number[] {
    return joined(this.frames(ProbeKind.Logits, 0, this.#frames + 1));
  }

  /** (frame, pass, code). */
  predictorLogits(): number[] {
    const groups = Array.from({ length: PREDICTOR_GROUPS }, (_, pass) =>
      this.frames(ProbeKind.Logits, pass + 1, this.#frames),
    );
    return Array.from({ length: this.#frames }, (_, frame) =>
      joined(groups.map((group) => group[frame] ?? [])),
    ).flat();
  }

  #of(kind: number, index: number, isPrompt: boolean): Float32Array[] {
    return this.#probes
      .filter((probe) => probe.kind === kind && probe.index === index)
      .filter(({ program_kind }) => (program_kind === ProgramKind.Prefill) === isPrompt)
      .map(({ values }) => values);
  }
}

/** Every tensor of the case with what the row held instead. */
async function tensorsOf(one: GoldenCase, row: Row): Promise<Map<string, number>> {
  const read = async (name: string) => readTensor(one.file, name);
  const hidden = await read("talker_hidden");
  const errors = new Map([
    [
      "prefill_embeds",
      relativeError((await read("prefill_embeds")).values, row.prompt(ProbeKind.PrefillInput)),
    ],
    ["talker_hidden", relativeError(hidden.values, row.hidden(hidden.shape[1] ?? 0))],
    ["talker_logits", relativeError((await read("talker_logits")).values, row.talkerLogits())],
    [
      "predictor_logits",
      relativeError((await read("predictor_logits")).values, row.predictorLogits()),
    ],
  ]);
  for (let layer = 0; layer < PREFILL_LAYERS; layer++) {
    const name = `prefill_layer_${layer}_out`;
    const { values } = await read(name);
    errors.set(name, relativeError(values, row.prompt(ProbeKind.LayerOutput, layer)));
  }
  return errors;
}

for (const model of SPEAKING) {
  const cases = casesOf(model);
  for (const fusion of ["sequential", "full"] as const) {
    test(`${model} has the official hidden states and logits, ${fusion}`, async (t) => {
      const options = { model: golden(model), fusion, rows: cases.length };
      const recording = await record(t, options, (engine) =>
        Promise.all(cases.map((one) => engine.speak(one.text, optionsOf(one)))),
      );
      for (const backend of ["reference", "cpu"]) {
        const { streams, probes } = await replay(t, recording, backend);
        const worst = new Map<string, number>();
        for (const [index, one] of cases.entries()) {
          const own = probes.filter(({ row }) => row === streams[index]?.row);
          for (const [name, error] of await tensorsOf(one, new Row(own, one.frames))) {
            t.true(error <= ALLOWED, `${backend}, ${one.name}: ${name} is off by ${error}`);
            worst.set(name, Math.max(worst.get(name) ?? 0, error));
          }
        }
        for (const [name, error] of worst) t.log(`${backend} ${name}: ${error.toExponential(1)}`);
      }
    });
  }
}
