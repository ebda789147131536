/** What poll() asks of the host. */
export const enum PollResult {
  /** Nothing until a completion, a request or a taken chunk. */
  Idle = 0,
  /** Send the pending weights by the control channel, then weightsSent(), then poll again. */
  Weights = 1,
  /** Submit the bytes at submissionAt(), then poll again. */
  Submission = 2,
  /** Write the wanted codes at codesAt(), then codesGiven(), then poll again. */
  Codes = 3,
  /** A submission failed; failure() is its error_code. Only configure() helps. */
  Failed = 4,
  /** A program cannot be planned; planError() says why. Only configure() helps. */
  PlanFailed = 5,
}

/** Why a request was not added. Tickets are 0 and up. */
export const enum AddResult {
  QueueFull = -1,
  /** More prompt rows or text ids than the configuration allows. */
  TooLong = -2,
  /** It would not fit the KV pages even alone. */
  KvMemory = -3,
  /** A count of the request contradicts another, or the configuration. */
  Bad = -4,
}
