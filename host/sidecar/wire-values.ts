import {
  COMPLETION_HEADER_BYTES,
  LANE_RESULT_BYTES,
  readCompletionHeader,
  readLaneResult,
} from "../../shared/gen/protocol.ts";
import type { CompletionHeader, LaneResult, LoadRequest } from "../../shared/gen/protocol.ts";

/** What a submission came to. */
export interface Completion {
  readonly header: CompletionHeader;
  readonly lanes: LaneResult[];
}

/** The addon has checked that the lane results are all there. */
export function completionFrom(bytes: Uint8Array): Completion {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readCompletionHeader(view, 0);
  const lanes = Array.from({ length: header.laneCount }, (_, lane) =>
    readLaneResult(view, COMPLETION_HEADER_BYTES + lane * LANE_RESULT_BYTES),
  );
  return { header, lanes };
}

/** A load message whose byte ranges reach beyond 4 GiB. */
export function loadMessage(request: Omit<LoadRequest, "type">) {
  const tensors = request.tensors.map(([name, dtype, shape, file, offset, bytes]) => {
    return [name, dtype, shape.map(exact), file, exact(offset), exact(bytes)];
  });
  return { ...request, type: "load", tensors };
}

/** Above 32 bits msgpackr writes numbers as floats; a bigint stays a whole number. */
function exact(value: number): number | bigint {
  return value > 0xffffffff ? BigInt(value) : value;
}
