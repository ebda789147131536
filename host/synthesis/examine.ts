import type { HelloReply } from "../../shared/gen/protocol.ts";
import { Planner } from "../planner/planner.ts";
import { spawnSidecar } from "../sidecar/spawn.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { whyNoGpu } from "./session/backend.ts";
import { plannerConfig, resolveLimits } from "./limits.ts";

/** What one look at a part of the engine found. */
export interface PartFinding {
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
}

/** Looks at voice, planner, sidecar and GPU, each on its own. Never throws. */
export async function examineEngine(): Promise<PartFinding[]> {
  // Asked when it is looked at, for a refusal that nobody waits for would end the process.
  let hello: Promise<HelloReply> | undefined;
  const askHello = (): Promise<HelloReply> => (hello ??= helloOfSidecar());
  return [
    await look("voice", async () => {
      const { folder, hash } = await readCheckpoint(undefined);
      return `${folder}, hash ${hash.slice(0, 12)}`;
    }),
    await look("planner", async () => {
      const { config } = await readCheckpoint(undefined);
      const layout = new Planner().configure(plannerConfig(config, resolveLimits({})));
      return `${layout.rows - 1} rows, ${layout.pages - 1} pages`;
    }),
    await look("sidecar", async () => {
      const { backends, isa, threads } = await askHello();
      return `${backends.join(", ")}; ${isa}; ${threads} threads`;
    }),
    await look("gpu", async () => {
      const { backends, devices } = await askHello();
      // Not a fault: the cpu backend speaks everywhere.
      if (devices.length === 0) return `none used: ${whyNoGpu(backends)}`;
      return devices.map((name, index) => `${index}: ${name}`).join(", ");
    }),
  ];
}

async function helloOfSidecar(): Promise<HelloReply> {
  const region = { rows: 1, groups: 1, frameSamples: 1, logitsMax: 0 };
  const connection = await spawnSidecar({ region });
  const { hello } = connection;
  await connection.close();
  return hello;
}

async function look(name: string, at: () => Promise<string>): Promise<PartFinding> {
  try {
    return { name, ok: true, says: await at() };
  } catch (error) {
    return { name, ok: false, says: error instanceof Error ? error.message : String(error) };
  }
}
