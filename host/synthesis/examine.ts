import { Planner } from "../planner/planner.ts";
import { spawnSidecar } from "../sidecar/spawn.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { plannerConfig, resolveLimits } from "./limits.ts";

/** What one look at a part of the engine found. */
export interface PartFinding {
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
}

/** Looks at the embedded voice, the planner and the sidecar, each on its own. Never throws. */
export async function examineEngine(): Promise<PartFinding[]> {
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
      const region = { rows: 1, groups: 1, frameSamples: 1, logitsMax: 0 };
      const connection = await spawnSidecar({ region });
      const { backends, isa, threads } = connection.hello;
      await connection.close();
      return `${backends.join(", ")}; ${isa}; ${threads} threads`;
    }),
  ];
}

async function look(name: string, at: () => Promise<string>): Promise<PartFinding> {
  try {
    return { name, ok: true, says: await at() };
  } catch (error) {
    return { name, ok: false, says: error instanceof Error ? error.message : String(error) };
  }
}
