import type { Command } from "commander";
import { ExitCode } from "./exit.ts";
import { integer } from "./options.ts";

interface SidecarFlags {
  readonly socket?: string;
  readonly idleExit?: number;
  readonly json?: boolean;
}

export function addSidecar(program: Command): void {
  const sidecar = program.command("sidecar").description("a standing sidecar that engines share");
  const add = (name: string, description: string): Command =>
    sidecar
      .command(name)
      .description(description)
      .option("--socket <path>", "of its socket; default: one of your own")
      .option("--json", "print one JSON object")
      .exitOverride();

  add("start", "start it, unless it runs")
    .option("--idle-exit <seconds>", "end after so long without an engine; 0: never", integer)
    .action(async ({ socket, idleExit, json }: SidecarFlags) => {
      const { startDaemon } = await import("../synthesis/standing-sidecar.ts");
      report(await startDaemon(daemonOptions(socket, idleExit)), json);
    });
  add("status", "exits with 1 when none runs").action(async ({ socket, json }: SidecarFlags) => {
    const { daemonStatus } = await import("../synthesis/standing-sidecar.ts");
    const status = await daemonStatus(socket);
    report(status, json);
    if (!status.running) process.exitCode = ExitCode.Failed;
  });
  add("stop", "end it").action(async ({ socket, json }: SidecarFlags) => {
    const { stopDaemon } = await import("../synthesis/standing-sidecar.ts");
    const stopped = await stopDaemon(socket);
    if (json === true) console.log(JSON.stringify({ stopped }));
    else console.log(stopped ? "stopped" : "none was running");
  });
}

function daemonOptions(path: string | undefined, idleExitSeconds: number | undefined) {
  return {
    ...(path === undefined ? {} : { path }),
    ...(idleExitSeconds === undefined ? {} : { idleExitSeconds }),
  };
}

interface Status {
  readonly running: boolean;
  readonly path: string;
  readonly hello?: { readonly pid: number };
}

function report(status: Status, json: boolean | undefined): void {
  const { running, path, hello } = status;
  if (json === true) console.log(JSON.stringify(status));
  else if (running) console.log(`running, pid ${hello?.pid ?? 0}: --sidecar unix:${path}`);
  else console.log(`not running (${path})`);
}
