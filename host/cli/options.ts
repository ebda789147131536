import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { LoadOptions } from "../index.ts";

/** Options of every command that loads an engine, as commander leaves them. */
export interface EngineFlags {
  readonly model?: string;
  readonly backend?: LoadOptions["backend"];
  readonly device?: number;
  readonly dtype?: LoadOptions["dtype"];
  readonly vocoderDtype?: LoadOptions["vocoderDtype"];
  readonly weights?: LoadOptions["weights"];
  readonly graphs?: boolean;
  readonly threads?: number;
  readonly isa?: LoadOptions["isa"];
  readonly fusion?: LoadOptions["fusion"];
  readonly sampling?: LoadOptions["sampling"];
  readonly packet?: number;
  readonly repeatMax?: number;
  readonly sidecar?: string;
  readonly record?: string;
}

export function addEngineFlags(command: Command): Command {
  return command
    .option("--model <model>", "folder, embedded voice, or hub name in the cache")
    .option("--backend <name>", "auto, cpu, cuda or reference; auto is cuda where there is a GPU")
    .option("--device <index>", "GPU of the cuda backend, as `voxfuse doctor` lists them", integer)
    .option("--dtype <name>", "auto, f32 or bf16: of talker and code predictor")
    .option("--vocoder-dtype <name>", "auto, f32 or bf16: of the vocoder")
    .option("--weights <form>", "stored, or int8: of talker and code predictor, not with cuda")
    .option("--no-graphs", "cuda: launch kernels one by one instead of as CUDA graphs")
    .option("--threads <count>", "threads of the cpu backend", integer)
    .option("--isa <name>", "auto, avx512, avx2 or portable")
    .option("--fusion <level>", "sequential, norm, swiglu, rope or full")
    .option("--sampling <side>", "device or host")
    .option("--packet <frames>", "frames of a steady audio packet: 1, 2, 4 or 8", integer)
    .option("--repeat-max <frames>", "frames of a run of a request that is alone, 1 to 64", integer)
    .option("--sidecar <address>", "unix:/path of a standing sidecar")
    .option("--record <file>", "record what the sidecar is told, for `voxfuse plan replay`");
}

export function loadOptions(flags: EngineFlags): LoadOptions {
  const { model, backend, device, dtype, vocoderDtype, weights, graphs } = flags;
  const { threads, isa, fusion, sampling, sidecar, repeatMax } = flags;
  const { packet: packetFrames, record: recordTo } = flags;
  return {
    model,
    backend,
    device,
    dtype,
    vocoderDtype,
    weights,
    graphs,
    threads,
    isa,
    fusion,
    sampling,
    sidecar,
    packetFrames,
    repeatMax,
    recordTo,
    rows: 2, // the next piece of a long text is begun while one is being spoken
  };
}

/** A whole number on the command line. Its range is the engine's business. */
export function integer(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}

export function real(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number.");
}
