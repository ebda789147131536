export { daemonStatus, startDaemon, stopDaemon } from "../sidecar/daemon.ts";
