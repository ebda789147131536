// The planner's memory map. Nothing is allocated after the module has started: every table has a
// fixed place here, and what does not fit is an error of its owner, never growth. Below ARENAS_AT
// lie the compiler's static data and the few objects that are made at start.

export const ARENAS_AT: usize = 0x100000;

/** PlannerConfig, written by the host. */
export const CONFIG_AT: usize = 0x100000;
/** EngineLayout, read by the host. */
export const LAYOUT_AT: usize = 0x101000;

/** One entry of PROGRAM_ENTRY_BYTES for each program id. */
export const PROGRAM_TABLE_AT: usize = 0x110000;
export const PROGRAM_ENTRY_BYTES: usize = 16;
export const PROGRAMS_MAX: u32 = 1024;

/** Open-addressed index of the buffer table under construction: handle + 1, or 0. */
export const BUFFER_INDEX_AT: usize = 0x120000;
export const BUFFER_INDEX_SLOTS: u32 = 16384;
/** Buffer table of the program under construction. */
export const BUFFERS_AT: usize = 0x140000;
export const BUFFERS_MAX: u32 = 8192;
/** Probe table of the program under construction. */
export const PROBES_AT: usize = 0x160000;
export const PROBES_MAX: u32 = 2048;

/** Open-addressed index of the weight registry: id + 1, or 0. */
export const WEIGHT_INDEX_AT: usize = 0x180000;
export const WEIGHT_INDEX_SLOTS: u32 = 16384;
/** Offset of each weight's entry in the log, a u32 for each id. */
export const WEIGHT_OFFSETS_AT: usize = 0x190000;
export const WEIGHTS_MAX: u32 = 8192;
/** WeightEntry records with their names, in order of id. */
export const WEIGHT_LOG_AT: usize = 0x200000;
export const WEIGHT_LOG_BYTES: usize = 0x200000;

/** Op words of the program under construction. */
export const OPS_AT: usize = 0x400000;
export const OPS_BYTES: usize = 0x400000;
/** The program built last: header, buffers, probes, ops. */
export const PROGRAM_AT: usize = 0x800000;
export const PROGRAM_BYTES_MAX: usize = 0x500000;

/** End of what the graph uses; the schedule's tables follow. */
export const GRAPH_END_AT: usize = 0x1000000;

/** Submission under construction; as large as a slot of the ring. */
export const SUBMISSION_AT: usize = 0x1000000;
export const SUBMISSION_BYTES_MAX: usize = 0x40000;
/** Completion to be applied: CompletionHeader and LaneResults, written by the host. */
export const COMPLETION_AT: usize = 0x1040000;
export const COMPLETION_BYTES_MAX: usize = 0x1000;
/** Ticket table. */
export const TICKETS_AT: usize = 0x1050000;
/** Ticket of each row, a u32 a row. */
export const ROW_TICKETS_AT: usize = 0x1060000;
/** Submissions that have not completed. */
export const IN_FLIGHT_AT: usize = 0x1070000;
/** Tickets of the runs being planned: lists of TICKETS_MAX words. */
export const LANES_AT: usize = 0x1080000;
/** For each page the one that follows it in its chain. */
export const PAGE_LINKS_AT: usize = 0x1090000;
/** Codes that the host gives back: OUTPUT_FRAMES frames. */
export const CODES_AT: usize = 0x10e0000;
/** Host sampling: the codes of each row's frame, and the ids that each row has picked. */
export const FRAME_CODES_AT: usize = 0x10f0000;
export const SEEN_AT: usize = 0x1100000;
export const SEEN_STRIDE: u32 = 0x400;
/** Host sampling: two words for each logit. */
export const PICK_SCRATCH_AT: usize = 0x1110000;
/** Host sampling: logits of each row, written by the host. */
export const LOGITS_AT: usize = 0x1120000;
export const LOGITS_STRIDE: u32 = 0x8000;
/** Request to be added, written by the host: AdmitRecord, prompt entries, text ids. */
export const REQUEST_AT: usize = 0x1230000;
export const REQUEST_BYTES_MAX: usize = 0x400000;
/** Requests of all tickets, to the end of the memory. */
export const REQUESTS_AT: usize = 0x1700000;
export const REQUESTS_BYTES: usize = 0x4900000;
