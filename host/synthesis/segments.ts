import type { PlannerRequest } from "../planner/planner.ts";
import { ArrivingTokens } from "../text/arriving-tokens.ts";
import { encodeFrame, encodePrompt } from "../text/prompt-tokens.ts";
import { normalForm } from "../text/normalise.ts";
import { SentenceSplitter } from "../text/sentences.ts";
import { emptyText, invalid } from "./limits.ts";
import { checkHeld } from "./incoming-text.ts";
import type { IncomingText } from "./incoming-text.ts";
import { segmentRequest, segmentsOf, speechForm, spelledFor } from "./request.ts";
import type { SpeakOptions, SpeechForm } from "./request.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { EngineLimits } from "./limits.ts";

/** More text ids for a request, which ends with them if `closed`. */
export type GiveText = (ids: readonly number[], closed: boolean) => void;

/** One piece of a text. */
export interface Segment {
  readonly request: PlannerRequest;
  /** Tokens of its text so far. */
  readonly textTokens: () => number;
  /** Of a text that is still open: passes on what comes of it, until it ends. */
  readonly follow?: (give: GiveText) => Promise<void>;
}

/** The pieces of a text in order, spoken one after the other. */
export interface SegmentSource {
  /** The next piece; undefined after the last. */
  next(): Promise<Segment | undefined>;
  /** Nobody will ask for more. */
  close(): void;
}

/** Checked speech, its text in pieces. */
export interface SegmentPlan extends Pick<SpeechForm, "settings" | "isGuarded"> {
  readonly segments: SegmentSource;
}

/**
 * Prepares to speak a text that is known. Its pieces are tokenised when their turn comes, so that a
 * long text is heard as soon as a short one.
 *
 * @throws {VoxfuseError} as speechForm(); ERR_TEXT_EMPTY, ERR_TEXT_TOO_LONG; the source throws
 *   ERR_TEXT_TOO_LONG for a piece that does not fit.
 */
export function planWhole(
  checkpoint: Checkpoint,
  limits: EngineLimits,
  text: string,
  options: SpeakOptions,
): SegmentPlan {
  const form = speechForm(checkpoint, limits, options);
  const pieces = segmentsOf(checkpoint, text);
  let count = 0;
  const next = (): Segment | undefined => {
    const words = pieces[count];
    return words === undefined ? undefined : segmentOf(form, words, count++);
  };
  return {
    settings: form.settings,
    isGuarded: form.isGuarded,
    segments: { next: async () => Promise.resolve(next()), close: () => undefined },
  };
}

function segmentOf(form: SpeechForm, words: string, index: number): Segment {
  const tokens = encodePrompt(form.checkpoint.tokenizer, words, form.instruct);
  const request = segmentRequest(form, tokens, index);
  return { request, textTokens: () => tokens.text.length };
}

/** A checked request for a text that is not known yet. */
export interface IncomingSpeech extends Pick<SpeechForm, "settings" | "isGuarded"> {
  segments(text: IncomingText): SegmentSource;
}

/**
 * Prepares to speak a text while it arrives: in the streaming layout, or piece by piece for a voice
 * that reads short texts only.
 *
 * @throws {VoxfuseError} as speechForm(); ERR_INVALID_ARGUMENT for the layout that needs the whole
 *   text first.
 */
export function planIncoming(
  checkpoint: Checkpoint,
  limits: EngineLimits,
  options: SpeakOptions,
): IncomingSpeech {
  const { charactersMax } = checkpoint.hints;
  if (charactersMax !== null) {
    const form = speechForm(checkpoint, limits, options);
    return {
      settings: form.settings,
      isGuarded: form.isGuarded,
      segments: (text) => new SentenceSource(form, charactersMax, text),
    };
  }
  const form = speechForm(checkpoint, limits, {
    ...options,
    layout: options.layout ?? "streaming",
  });
  if (form.layout !== "streaming") {
    const allowed = '"streaming" or left out for a text that is spoken while it arrives';
    throw invalid("layout", form.layout, allowed);
  }
  const { settings, isGuarded } = form;
  return { settings, isGuarded, segments: (text) => new OpenSource(form, text) };
}

/** Text tokens that the prompt cannot do without: one, or one beside each frame of a recording. */
function tokensOfPrompt({ cloned, transcript }: SpeechForm): number {
  const frames = cloned?.codes?.frames ?? 0;
  return frames === 0 ? 1 : Math.max(1, frames + 1 - transcript.length);
}

/** One piece in the streaming layout, whose text is open until the caller's is over. */
class OpenSource implements SegmentSource {
  readonly #form: SpeechForm;
  readonly #text: IncomingText;
  readonly #tokens: ArrivingTokens;
  #isAsked = false;
  /** Tokens so far. */
  #count = 0;

  constructor(form: SpeechForm, text: IncomingText) {
    this.#form = form;
    this.#text = text;
    this.#tokens = new ArrivingTokens(form.checkpoint.tokenizer);
  }

  async next(): Promise<Segment | undefined> {
    if (this.#isAsked) return undefined;
    this.#isAsked = true;
    const needed = tokensOfPrompt(this.#form);
    const text: number[] = [];
    for (;;) {
      const { ids, isOver } = await this.#read();
      text.push(...ids);
      if (text.length < needed && !isOver) continue;
      if (text.length === 0) throw emptyText();
      const { tokenizer } = this.#form.checkpoint;
      const tokens = { ...encodeFrame(tokenizer, this.#form.instruct), text };
      const whole = segmentRequest(this.#form, tokens, 0);
      this.#count = text.length;
      const textTokens = (): number => this.#count;
      if (isOver) return { request: whole, textTokens };
      // The last trailing id is the end of the text, which is not there yet.
      const request = { ...whole, trailing: whole.trailing.slice(0, -1), textOpen: true };
      return { request, textTokens, follow: (give) => this.#follow(give) };
    }
  }

  close(): void {
    this.#text.close();
  }

  async #follow(give: GiveText): Promise<void> {
    for (let isClosed = false; !isClosed;) {
      const { ids, isOver } = await this.#read();
      isClosed = isOver;
      this.#count += ids.length;
      const { eos } = this.#form.checkpoint.config.textIds;
      if (isOver) give([...ids, eos], true);
      else if (ids.length > 0) give(ids, false);
    }
  }

  async #read(): Promise<{ ids: number[]; isOver: boolean }> {
    const chunk = await this.#text.next();
    if (chunk === undefined) return { ids: this.#tokens.end(), isOver: true };
    const ids = this.#tokens.push(chunk);
    checkHeld(this.#tokens.heldLength);
    return { ids, isOver: false };
  }
}

/** Pieces of whole sentences, each as soon as it is certain. */
class SentenceSource implements SegmentSource {
  readonly #form: SpeechForm;
  readonly #text: IncomingText;
  readonly #splitter: SentenceSplitter;
  #pieces: string[] = [];
  #count = 0;
  #isOver = false;

  constructor(form: SpeechForm, charactersMax: number, text: IncomingText) {
    this.#form = form;
    this.#text = text;
    this.#splitter = new SentenceSplitter(charactersMax, (sentence) =>
      spelledFor(form.checkpoint.hints, normalForm(sentence)),
    );
  }

  async next(): Promise<Segment | undefined> {
    while (this.#pieces.length === 0 && !this.#isOver) {
      const chunk = await this.#text.next();
      this.#isOver = chunk === undefined;
      this.#pieces = chunk === undefined ? this.#splitter.end() : this.#splitter.push(chunk);
      checkHeld(this.#splitter.heldLength);
    }
    const words = this.#pieces.shift();
    if (words === undefined) {
      if (this.#count === 0) throw emptyText();
      return undefined;
    }
    return segmentOf(this.#form, words, this.#count++);
  }

  close(): void {
    this.#text.close();
  }
}
