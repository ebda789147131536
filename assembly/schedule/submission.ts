import { SUBMISSION_AT, SUBMISSION_BYTES_MAX } from "../arenas";
import {
  ABSENT,
  ADMIT_RECORD_BYTES,
  AdmitRecord,
  DEFINE_RECORD_BYTES,
  DefineRecord,
  EXTEND_RECORD_BYTES,
  ExtendRecord,
  LANE_ENTRY_BYTES,
  LAYOUT_HASH,
  LaneClass,
  LaneEntry,
  ROW_RECORD_BYTES,
  RUN_RECORD_BYTES,
  RecordKind,
  RowRecord,
  RunRecord,
  SUBMISSION_HEADER_BYTES,
  SUBMISSION_MAGIC,
  SubmissionHeader,
} from "../../shared/gen/protocol.as";
import { pageAfter, writePages } from "./kv-pages";
import { Ticket, get, requestOf, requestTailBytes, set, textOf, voiceTailBytes } from "./tickets";

let cursor: usize = SUBMISSION_AT;
let recordCount: u32 = 0;

/** Starts a submission: what was in the arena is gone. */
export function beginSubmission(): void {
  cursor = SUBMISSION_AT + SUBMISSION_HEADER_BYTES;
  recordCount = 0;
}

export function submissionRecords(): u32 {
  return recordCount;
}

export function submissionBytes(): u32 {
  return <u32>(cursor - SUBMISSION_AT);
}

/** Bytes that further records may take. */
export function submissionSpace(): u32 {
  return <u32>(SUBMISSION_AT + SUBMISSION_BYTES_MAX - cursor);
}

/** Writes the header, magic last. */
export function finishSubmission(token: u32): void {
  SubmissionHeader.clear(SUBMISSION_AT);
  SubmissionHeader.setLayoutHash(SUBMISSION_AT, LAYOUT_HASH);
  SubmissionHeader.setSubmissionBytes(SUBMISSION_AT, submissionBytes());
  SubmissionHeader.setRecordCount(SUBMISSION_AT, recordCount);
  SubmissionHeader.setToken(SUBMISSION_AT, token);
  SubmissionHeader.setMagic(SUBMISSION_AT, SUBMISSION_MAGIC);
}

/** Moves the cursor behind a record of `bytes` and counts it. */
function close(bytes: usize): void {
  cursor += bytes;
  recordCount++;
  assert(cursor <= SUBMISSION_AT + SUBMISSION_BYTES_MAX);
}

/** A chunk of a program: `bytes` at `from`, which lie at `offset` of its `totalBytes`. */
export function writeDefine(id: u32, from: usize, totalBytes: u32, offset: u32, bytes: u32): void {
  DefineRecord.clear(cursor);
  DefineRecord.setKind(cursor, RecordKind.Define);
  DefineRecord.setRecordBytes(cursor, DEFINE_RECORD_BYTES + bytes);
  DefineRecord.setProgramId(cursor, id);
  DefineRecord.setTotalBytes(cursor, totalBytes);
  DefineRecord.setOffset(cursor, offset);
  DefineRecord.setChunkBytes(cursor, bytes);
  memory.copy(cursor + DEFINE_RECORD_BYTES, from + offset, bytes);
  close(DEFINE_RECORD_BYTES + bytes);
}

/** Bytes of the ticket's admit record. */
export function admitBytes(ticket: u32): u32 {
  const tails = requestTailBytes(ticket) + voiceTailBytes(ticket);
  return ADMIT_RECORD_BYTES + tails + 4 * get(ticket, Ticket.PageCount);
}

/** The ticket, which has its row, generation and pages, takes its row. */
export function writeAdmit(ticket: u32): void {
  const tail = requestTailBytes(ticket);
  const bytes = admitBytes(ticket);
  const pages = get(ticket, Ticket.PageCount);
  memory.copy(cursor, requestOf(ticket), ADMIT_RECORD_BYTES + tail);
  AdmitRecord.setKind(cursor, RecordKind.Admit);
  AdmitRecord.setRecordBytes(cursor, bytes);
  AdmitRecord.setRow(cursor, get(ticket, Ticket.Row));
  AdmitRecord.setGeneration(cursor, get(ticket, Ticket.Generation));
  AdmitRecord.setPageCount(cursor, pages);
  const pagesAt = cursor + ADMIT_RECORD_BYTES + tail;
  writePages(pagesAt, get(ticket, Ticket.FirstPage), pages);
  const voice = requestOf(ticket) + ADMIT_RECORD_BYTES + tail;
  memory.copy(pagesAt + 4 * pages, voice, voiceTailBytes(ticket));
  close(bytes);
  set(ticket, Ticket.TextSent, get(ticket, Ticket.TextCount));
  set(ticket, Ticket.EndSent, get(ticket, Ticket.TextOpen) ? 0 : 1);
}

/** Bytes of the record that gives the ticket's row the text it lacks. */
export function textExtendBytes(ticket: u32): u32 {
  return EXTEND_RECORD_BYTES + 4 * (get(ticket, Ticket.TextCount) - get(ticket, Ticket.TextSent));
}

/** The text that the ticket's row lacks goes to it, and word of the text's end. */
export function writeTextExtend(ticket: u32): void {
  const sent = get(ticket, Ticket.TextSent);
  const count = get(ticket, Ticket.TextCount) - sent;
  const isClosed = get(ticket, Ticket.TextOpen) == 0;
  openExtend(ticket, 4 * count);
  ExtendRecord.setTextCount(cursor, count);
  ExtendRecord.setTextClosed(cursor, isClosed ? 1 : 0);
  memory.copy(cursor + EXTEND_RECORD_BYTES, textOf(ticket, sent), 4 * count);
  close(EXTEND_RECORD_BYTES + 4 * count);
  set(ticket, Ticket.TextSent, sent + count);
  set(ticket, Ticket.EndSent, isClosed ? 1 : 0);
}

/** The last `count` pages of the ticket's chain go to its row; `before` was the last one. */
export function writePageExtend(ticket: u32, before: u32, count: u32): void {
  openExtend(ticket, 4 * count);
  ExtendRecord.setPageCount(cursor, count);
  writePages(cursor + EXTEND_RECORD_BYTES, pageAfter(before), count);
  close(EXTEND_RECORD_BYTES + 4 * count);
}

/** `count` codes at `from` go to the row, the first of them at `first` of (frame, group). */
export function writeCodeExtend(
  ticket: u32,
  from: usize,
  first: u32,
  count: u32,
  given: u32,
): void {
  openExtend(ticket, 4 * count);
  ExtendRecord.setCodeFirst(cursor, first);
  ExtendRecord.setCodeCount(cursor, count);
  ExtendRecord.setCodesGiven(cursor, given);
  ExtendRecord.setPublish(cursor, get(ticket, Ticket.VocodeOnly));
  memory.copy(cursor + EXTEND_RECORD_BYTES, from, 4 * count);
  close(EXTEND_RECORD_BYTES + 4 * count);
}

function openExtend(ticket: u32, tailBytes: u32): void {
  ExtendRecord.clear(cursor);
  ExtendRecord.setKind(cursor, RecordKind.Extend);
  ExtendRecord.setRecordBytes(cursor, EXTEND_RECORD_BYTES + tailBytes);
  ExtendRecord.setRow(cursor, get(ticket, Ticket.Row));
  ExtendRecord.setGeneration(cursor, get(ticket, Ticket.Generation));
  // "Never smaller": an extend that gives no codes repeats what was given.
  ExtendRecord.setCodesGiven(cursor, get(ticket, Ticket.Given));
}

/** Opens a run without lanes; addLane follows, then closeRun. */
export function openRun(program: u32, repeat: u32, laneClass: LaneClass): void {
  RunRecord.clear(cursor);
  RunRecord.setKind(cursor, RecordKind.Run);
  RunRecord.setProgramId(cursor, program);
  RunRecord.setRepeat(cursor, repeat);
  RunRecord.setLaneClass(cursor, laneClass);
}

export function addLane(ticket: u32): void {
  const lanes = RunRecord.laneCount(cursor);
  const at = cursor + RUN_RECORD_BYTES + lanes * LANE_ENTRY_BYTES;
  LaneEntry.setRow(at, get(ticket, Ticket.Row));
  LaneEntry.setGeneration(at, get(ticket, Ticket.Generation));
  RunRecord.setLaneCount(cursor, lanes + 1);
}

/** `waitFrames`: a vocode run begins when every lane has published so many, or is done. */
export function closeRun(waitFrames: u32): void {
  const bytes = RUN_RECORD_BYTES + RunRecord.laneCount(cursor) * LANE_ENTRY_BYTES;
  RunRecord.setWaitFrames(cursor, waitFrames);
  RunRecord.setRecordBytes(cursor, bytes);
  close(bytes);
}

/** A cancel or a release of the ticket's row. */
export function writeRowRecord(kind: RecordKind, ticket: u32): void {
  RowRecord.setKind(cursor, kind);
  RowRecord.setRecordBytes(cursor, ROW_RECORD_BYTES);
  RowRecord.setRow(cursor, get(ticket, Ticket.Row));
  RowRecord.setGeneration(cursor, get(ticket, Ticket.Generation));
  close(ROW_RECORD_BYTES);
}

export const NO_PROGRAM: u32 = ABSENT;
