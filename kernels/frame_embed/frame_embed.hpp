#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::frame_embed {

/// y[b] = (codec_table[code 0] + group_tables[code 1] + ... + group_tables[code groups - 1]) +
/// text[b] of the row's current frame; text[b] alone where valid is 0.
///
/// Group g >= 1 has the group_rows rows of group_tables that start at (g - 1) * group_rows. The
/// codes' sum is f32 in group order, rounded once to y's dtype; then the text is added.
///
/// Shapes   codes: (frames_max, groups) in the row; codec_table: (codec_rows, width); group_tables:
///          (groups_rest * group_rows, width); text, y: (lanes, width).
/// Dtypes   tables, text, y: f32 or bf16 (cpu: text, y f32). The same bits in every twin.
/// Aliasing y may be text.
/// Limits   lanes, width, codec_rows, groups, frames_max >= 1; groups_rest = groups - 1; group_rows
///          >= 1 where groups_rest > 0.
/// Errors   kBadShape, kBadDtype (cpu); kBadIndex when the frame is not below frames_max or a code
///          not below its table's rows: y is unspecified then.
/// Source   one frame of autoregressive decode, specification 5.1.
struct Args {
  RowSpan<const RowState> row;
  RowSpan<const std::uint32_t> codes;
  const std::uint32_t* valid = nullptr;
  ConstTensor codec_table;
  ConstTensor group_tables;
  ConstTensor text;
  Tensor y;
  std::uint32_t lanes = 0;
  std::uint32_t width = 0;
  std::uint32_t codec_rows = 0;
  std::uint32_t group_rows = 0;
  std::uint32_t groups = 0;
  std::uint32_t groups_rest = 0;
  std::uint32_t frames_max = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::frame_embed
