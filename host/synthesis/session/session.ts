import type { EngineLayout, LoadReply } from "../../../shared/gen/protocol.ts";
import { expectedTensors } from "../../model/expected-tensors.ts";
import { Planner } from "../../planner/planner.ts";
import { connectSidecar } from "../../sidecar/connect.ts";
import { spawnSidecar } from "../../sidecar/spawn.ts";
import { tensorManifest } from "../checkpoint.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { plannerConfig } from "../limits.ts";
import type { EngineLimits } from "../limits.ts";
import type { SidecarConnection } from "../parts.ts";
import { resolveBackend } from "./backend.ts";
import type { Backend, BackendWish } from "./backend.ts";
import { Pump } from "./pump.ts";
import type { PumpParts } from "./pump.ts";
import { WeightLoader } from "./weight-loader.ts";
import type { LoadProgress } from "./weight-loader.ts";

export const ISAS = ["auto", "avx512", "avx2", "portable"] as const;
export type IsaName = (typeof ISAS)[number];

/** How a sidecar is found and what it is told. */
export interface SidecarChoice extends BackendWish {
  /** 0: all it may use. */
  readonly threads: number;
  readonly isa: IsaName;
  /** Socket of a standing sidecar; a process of our own without it. */
  readonly socketPath: string | undefined;
  /** File that the sidecar records its input into; empty: none. */
  readonly recordTo: string;
}

/** A sidecar with the model loaded, the planner that feeds it, and the loop between them. */
export interface Session {
  readonly connection: SidecarConnection;
  readonly planner: Planner;
  readonly pump: Pump;
  readonly layout: EngineLayout;
  readonly loaded: LoadReply;
  readonly backend: Backend;
}

/** Of the opening of a session only. */
export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** As PumpParts has it. */
  readonly onLost?: PumpParts["onLost"];
}

/**
 * Starts or finds a sidecar, loads the checkpoint into it and defines what every request needs.
 *
 * @throws {VoxfuseError} what spawning, connecting and loading answer; ERR_DEVICE as
 *   resolveBackend(). Nothing is left then.
 */
export async function openSession(
  checkpoint: Checkpoint,
  limits: EngineLimits,
  choice: SidecarChoice,
  options: OpenOptions = {},
): Promise<Session> {
  const { signal } = options;
  const planner = new Planner();
  // What is shared with the sidecar holds no activations: its size is known before it is known
  // who computes, and in which dtype.
  const { rows, groups, frameSamples, logitsMax } = planner.configure(
    plannerConfig(checkpoint.config, limits),
  );
  const spawning = {
    region: { rows, groups, frameSamples, logitsMax },
    ...(signal === undefined ? {} : { signal }),
  };
  const connection: SidecarConnection =
    choice.socketPath === undefined
      ? await spawnSidecar(spawning)
      : await connectSidecar({ ...spawning, path: choice.socketPath });
  try {
    const backend = resolveBackend(choice, connection.hello);
    const layout = planner.configure(plannerConfig(checkpoint.config, limits, backend));
    const manifest = tensorManifest(checkpoint);
    const loaded = await connection.load({
      backend: backend.backend,
      threads: choice.threads,
      isa: choice.isa,
      device: backend.device,
      graphs: Number(backend.graphs),
      ...manifest,
      layout: planner.layoutBytes(),
      record: choice.recordTo,
    });
    const { tensors } = checkpoint.weights;
    const tensorBytes = new Map(
      expectedTensors(checkpoint.config).map(({ name }) => [name, tensors.get(name)?.bytes ?? 0]),
    );
    const pump = await warmedPump({ planner, connection, groups, tensorBytes }, options);
    return { connection, planner, pump, layout, loaded, backend };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

interface WarmParts {
  readonly planner: Planner;
  readonly connection: SidecarConnection;
  readonly groups: number;
  readonly tensorBytes: ReadonlyMap<string, number>;
}

/** The loop, once the sidecar has what every request needs. */
async function warmedPump(
  { planner, connection, groups, tensorBytes }: WarmParts,
  { signal, onProgress, onLost }: OpenOptions,
): Promise<Pump> {
  let isOpening = true;
  const loader = new WeightLoader({
    tensorBytes,
    send: (entries) => {
      if (isOpening) signal?.throwIfAborted();
      return connection.weights(entries);
    },
    onProgress: (progress) => {
      if (isOpening) onProgress?.(progress);
    },
  });
  const pump = new Pump({
    planner,
    connection,
    groups,
    onLost,
    sendWeights: (entries) => loader.load(entries),
  });
  planner.warm();
  await pump.settled();
  signal?.throwIfAborted();
  isOpening = false;
  return pump;
}
