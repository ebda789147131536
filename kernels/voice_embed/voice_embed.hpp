#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::voice_embed {

/// x[t] += what the third word of prompt row prompt_done + t names: for 0 the voice's vector; for
/// 1 + f the summed code embeddings of frame f of its recording, rounded to x's dtype first; for
/// kAbsent nothing. Rows t >= valid stay.
///
/// Shapes   prompt: (prompt_max, 3) in the row; voice: (width) in the row; reference:
///          (reference_max, groups) in the row; codec_table: (codec_rows, width), of group 0;
///          group_tables: (groups_rest * group_rows, width), the others' one below the other;
///          x: (lanes, tokens, width).
/// Dtypes   voice: f32; tables, x: f32 or bf16. Sums are f32, in group order, in every twin; the
///          voice's vector is rounded to x's dtype before it is added: the same bits everywhere.
/// Aliasing none.
/// Limits   lanes, tokens, width, codec_rows, group_rows, prompt_max, reference_max >= 1;
///          groups >= 2, groups_rest = groups - 1; valid above tokens counts as tokens.
/// Errors   kBadShape; kBadIndex when a prompt row, a frame or a code is out of range: x is
///          unspecified then.
/// Source   prompt assembly for cloned voices of the official package.
struct Args {
  RowSpan<const RowState> row;
  RowSpan<const std::uint32_t> prompt;
  const std::uint32_t* valid = nullptr;
  RowSpan<const float> voice;
  RowSpan<const std::uint32_t> reference;
  ConstTensor codec_table;
  ConstTensor group_tables;
  Tensor x;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t width = 0;
  std::uint32_t codec_rows = 0;
  std::uint32_t group_rows = 0;
  std::uint32_t groups = 0;
  std::uint32_t groups_rest = 0;
  std::uint32_t prompt_max = 0;
  std::uint32_t reference_max = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::voice_embed
