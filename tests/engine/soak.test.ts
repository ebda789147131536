import { join } from "node:path";
import test from "ava";
import { Voxfuse } from "../../host/index.ts";
import { startDaemon, stopDaemon } from "../../host/sidecar/daemon.ts";
import { TINY, untilIdle } from "../support/engine.ts";
import { temporaryFolder } from "../support/golden.ts";
import { soak } from "../support/soak.ts";

test("four clients of one sidecar hear each request as it is alone, aborts or not", async (t) => {
  const path = join(temporaryFolder(t), "sidecar.sock");
  await startDaemon({ path, idleExitSeconds: 60 });
  t.teardown(() => stopDaemon(path));
  const load = (): Promise<Voxfuse> =>
    Voxfuse.load({ model: TINY, rows: 2, sidecar: `unix:${path}` });
  await using single = await Voxfuse.load({ model: TINY, rows: 1 });
  const clients = await Promise.all([load(), load(), load(), load()]);
  const count = await soak(clients, single, { requests: 80, atOnce: 3, seed: 2 });
  t.deepEqual(count.wrong, []);
  t.true(count.whole > 0 && count.cut > 0 && count.refused > 0);
  for (const client of clients) {
    await untilIdle(client);
    await client.close();
  }
});
