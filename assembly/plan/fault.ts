// The first thing that went wrong while a program was built. Builders go on with harmless values
// after a fault, so that no emitter has to check every call; the program is refused at its end.
import { PlanError } from "../../shared/gen/protocol.as";

let fault: PlanError = PlanError.Ok;

export function clearFault(): void {
  fault = PlanError.Ok;
}

/** Keeps `error` unless another one came first. */
export function fail(error: PlanError): void {
  if (fault == PlanError.Ok) fault = error;
}

export function currentFault(): PlanError {
  return fault;
}
