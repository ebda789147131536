import {
  ADMIT_RECORD_BYTES,
  DEFINE_RECORD_BYTES,
  EXTEND_RECORD_BYTES,
  LANE_ENTRY_BYTES,
  LAYOUT_HASH,
  ROW_RECORD_BYTES,
  RUN_RECORD_BYTES,
  RecordKind,
  SUBMISSION_HEADER_BYTES,
  SUBMISSION_MAGIC,
  writeAdmitRecord,
  writeDefineRecord,
  writeExtendRecord,
  writeLaneEntry,
  writeRowRecord,
  writeRunRecord,
  writeSubmissionHeader,
} from "../../shared/gen/protocol.ts";
import type { LaneEntry } from "../../shared/gen/protocol.ts";

function recordOf(
  headBytes: number,
  tail: Uint8Array,
  write: (view: DataView) => void,
): Uint8Array {
  const bytes = new Uint8Array(headBytes + tail.byteLength);
  write(new DataView(bytes.buffer));
  bytes.set(tail, headBytes);
  return bytes;
}

/** A submission of these records, in order. */
export function submission(token: number, records: readonly Uint8Array[]): Uint8Array {
  const total = records.reduce((sum, { length }) => sum + length, SUBMISSION_HEADER_BYTES);
  const bytes = new Uint8Array(total);
  writeSubmissionHeader(new DataView(bytes.buffer), 0, {
    magic: SUBMISSION_MAGIC,
    layoutHash: LAYOUT_HASH,
    submissionBytes: total,
    recordCount: records.length,
    token,
  });
  let at = SUBMISSION_HEADER_BYTES;
  for (const record of records) {
    bytes.set(record, at);
    at += record.length;
  }
  return bytes;
}

/** A whole program in one record. */
export function defineRecord(programId: number, program: Uint8Array): Uint8Array {
  return recordOf(DEFINE_RECORD_BYTES, program, (view) => {
    writeDefineRecord(view, 0, {
      kind: RecordKind.Define,
      recordBytes: view.byteLength,
      programId,
      totalBytes: program.byteLength,
      offset: 0,
      chunkBytes: program.byteLength,
    });
  });
}

/** A row that only turns given codes into PCM. */
export function admitForVocode({ row, generation }: LaneEntry): Uint8Array {
  return recordOf(ADMIT_RECORD_BYTES, new Uint8Array(0), (view) => {
    writeAdmitRecord(view, 0, {
      kind: RecordKind.Admit,
      recordBytes: view.byteLength,
      row,
      generation,
      promptCount: 0,
      textCount: 0,
      textClosed: 1,
      maxNewTokens: 1,
      minNewTokens: 0,
      segment: 0,
      seedLo: 0,
      seedHi: 0,
      talkerDoSample: 0,
      talkerTemperature: 1,
      talkerTopK: 0,
      talkerTopP: 2 ** 20,
      talkerRepetitionPenalty: 1,
      predictorDoSample: 0,
      predictorTemperature: 1,
      predictorTopK: 0,
      predictorTopP: 2 ** 20,
      pageCount: 0,
      voiceCount: 0,
      referenceCount: 0,
    });
  });
}

/** Gives a vocode-only row codes from index `codeFirst` on: then it has `codesGiven` frames. */
export function extendCodes(
  { row, generation }: LaneEntry,
  codes: Uint32Array,
  codeFirst: number,
  codesGiven: number,
): Uint8Array {
  const tail = new Uint8Array(codes.slice().buffer);
  return recordOf(EXTEND_RECORD_BYTES, tail, (view) => {
    writeExtendRecord(view, 0, {
      kind: RecordKind.Extend,
      recordBytes: view.byteLength,
      row,
      generation,
      pageCount: 0,
      textCount: 0,
      textClosed: 0,
      codeFirst,
      codeCount: codes.length,
      codesGiven,
      publish: 1,
    });
  });
}

export function runRecord(
  programId: number,
  laneClass: number,
  repeat: number,
  lanes: readonly LaneEntry[],
): Uint8Array {
  const bytes = RUN_RECORD_BYTES + lanes.length * LANE_ENTRY_BYTES;
  return recordOf(bytes, new Uint8Array(0), (view) => {
    writeRunRecord(view, 0, {
      kind: RecordKind.Run,
      recordBytes: bytes,
      programId,
      repeat,
      laneClass,
      waitFrames: 0,
      laneCount: lanes.length,
    });
    lanes.forEach((lane, index) => {
      writeLaneEntry(view, RUN_RECORD_BYTES + index * LANE_ENTRY_BYTES, lane);
    });
  });
}

export function releaseRecord({ row, generation }: LaneEntry): Uint8Array {
  return recordOf(ROW_RECORD_BYTES, new Uint8Array(0), (view) => {
    writeRowRecord(view, 0, {
      kind: RecordKind.Release,
      recordBytes: ROW_RECORD_BYTES,
      row,
      generation,
    });
  });
}
