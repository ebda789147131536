import type { EngineLayout, LoadReply } from "../../../shared/gen/protocol.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import { Planner } from "../../planner/planner.ts";
import { connectSidecar } from "../../sidecar/connect.ts";
import { spawnSidecar } from "../../sidecar/spawn.ts";
import { tensorManifest } from "../checkpoint.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { plannerConfig } from "../limits.ts";
import type { EngineLimits } from "../limits.ts";
import type { SidecarConnection } from "../parts.ts";
import { Pump } from "./pump.ts";

export const BACKENDS = ["auto", "cpu", "reference"] as const;
export type BackendName = (typeof BACKENDS)[number];

export const ISAS = ["auto", "avx512", "avx2", "portable"] as const;
export type IsaName = (typeof ISAS)[number];

/** How a sidecar is found and what it is told. */
export interface SidecarChoice {
  readonly backend: BackendName;
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
}

/**
 * Starts or finds a sidecar, loads the checkpoint into it and defines what every request needs.
 *
 * @throws {VoxfuseError} what spawning, connecting and loading answer; nothing is left then.
 */
export async function openSession(
  checkpoint: Checkpoint,
  limits: EngineLimits,
  choice: SidecarChoice,
  signal?: AbortSignal,
): Promise<Session> {
  const planner = new Planner();
  const layout = planner.configure(plannerConfig(checkpoint.config, limits));
  const { rows, groups, frameSamples, logitsMax } = layout;
  const options = {
    region: { rows, groups, frameSamples, logitsMax },
    ...(signal === undefined ? {} : { signal }),
  };
  const connection: SidecarConnection =
    choice.socketPath === undefined
      ? await spawnSidecar(options)
      : await connectSidecar({ ...options, path: choice.socketPath });
  try {
    const loaded = await connection.load({
      backend: backendOf(choice.backend, connection.hello.backends),
      threads: choice.threads,
      isa: choice.isa,
      ...tensorManifest(checkpoint),
      layout: planner.layoutBytes(),
      record: choice.recordTo,
    });
    const pump = new Pump({ planner, connection, groups });
    planner.warm();
    await pump.settled();
    signal?.throwIfAborted();
    return { connection, planner, pump, layout, loaded };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** "auto" is the best backend of the sidecar's own that speaks f32 here. */
function backendOf(wanted: BackendName, offered: readonly string[]): string {
  const name = wanted === "auto" ? "cpu" : wanted;
  if (offered.includes(name)) return name;
  throw new VoxfuseError(
    "ERR_DEVICE",
    `The sidecar has no backend ${name}; it offers ${offered.join(", ")}.`,
  );
}
