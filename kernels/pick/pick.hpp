#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::pick {

/// Picks one code a lane from its logits: the one definition of picking, the same in every executor
/// and in the planner. Lanes with valid = 0 are left alone.
///
/// 1. Group 0: an id whose bit is set in seen (none beyond its words) has l = l > 0 ? l / penalty :
///    l * penalty. Group 0: end_id while frame < min_new_tokens, and every id >= audio_codes but
///    end_id, are barred. All groups, when sampling: l = l / temperature. -0 counts as 0. A NaN or
///    +inf in a logit, even of a barred id, or in an l that is not barred, or no l above -inf at
///    all: bad logits.
/// 2. Greedy (do_sample = 0): the largest l, the lowest index among equals. Else:
/// 3. Top-k: kept are the l >= the k-th largest and above -inf; k = 0 or k >= vocab keeps all above
///    -inf.
/// 4. w = u32(exp32(l - max) * 2^30), truncated. All sums are u64.
/// 5. Top-p, unless p = 2^20: with S the sum of kept w, in ascending order of l, equals by
///    descending index: drop while (sum of w so far, this one included) * 2^20 <= S * (2^20 - p);
///    never the last.
/// 6. word = philox4x32_10(counter (frame, group, segment, 0), key seed)[0]; with S the sum of w
///    still kept, t = (S * word) >> 32, reckoned as (S >> 32) * word + ((S mod 2^32) * word >> 32);
///    the pick is the first kept index whose prefix sum exceeds t.
///
/// Then codes[frame, group] = pick; in group 0 its bit in seen is set as well. Group 0 ends the row
/// in place of that, done = 1 and valid = 0: reason stop when end_id was picked, else reason length
/// when max_new_tokens <= frame + 1. Bad logits end it in every group, reason bad_logits.
///
/// Shapes   logits: (lanes, vocab); codes: (frames_max, groups) in the row; seen: (seen_words) in
///          the row, bit id % 32 of word id / 32; scratch: (lanes, 2 * vocab), of no meaning
///          afterwards.
/// Dtypes   logits: f32. Sampling parameters and p (in 2^-20) are the row's: talker_* for group 0,
///          else predictor_*. Every operation is one f32 rounding to nearest; nothing is contracted
///          or flushed to zero.
/// Limits   lanes, vocab >= 1; vocab <= 8192 (so that sums fit u64); group < groups; frames_max >=
///          1; group 0: audio_codes <= 32 * seen_words.
/// Errors   kBadShape; kBadSampling when a valid lane samples with a temperature that is not
///          positive and finite, or picks group 0 with such a penalty; kBadIndex when a code would
///          go to a frame not below frames_max. Nothing is written then; cuda() leaves alone the
///          lanes that are so, and picks for the others.
/// Source   specification of voxfuse's picking; sampling order of specification 5.5 and 5.6.
struct Args {
  const float* logits = nullptr;
  std::uint32_t* valid = nullptr;
  RowSpan<RowState> row;
  RowSpan<std::uint32_t> codes;
  RowSpan<std::uint32_t> seen;
  std::uint32_t* scratch = nullptr;
  std::uint32_t lanes = 0;
  std::uint32_t vocab = 0;
  std::uint32_t group = 0;
  std::uint32_t groups = 0;
  std::uint32_t frames_max = 0;
  std::uint32_t seen_words = 0;
  std::uint32_t audio_codes = 0;
  std::uint32_t end_id = 0;
};

Status check(const Args& args);                  ///< The limits of shapes, for every twin.
Status check_lanes(const Args& args);            ///< What rows may hold, where the host reads them.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same picks, lanes over the pool's threads.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::pick
