#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::code_embed {

/// y[b, token] = table[first_row + code of the row's current frame in one group]; where valid is 0,
/// table[first_row].
///
/// Shapes   codes: (frames_max, groups) in the row; table: (table_rows, width); y: (lanes, tokens,
///          width), of which one token a lane is written.
/// Dtypes   table, y: f32 or bf16. Exact, one rounding where y is bf16 and table f32.
/// Limits   lanes, tokens, width, groups, frames_max >= 1; token < tokens; group < groups;
///          first_row < table_rows.
/// Errors   kBadShape; kBadIndex when the frame is not below frames_max or the code leads beyond
///          the table: y is unspecified then.
struct Args {
  RowSpan<const RowState> row;
  RowSpan<const std::uint32_t> codes;
  const std::uint32_t* valid = nullptr;
  ConstTensor table;
  Tensor y;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t token = 0;
  std::uint32_t width = 0;
  std::uint32_t table_rows = 0;
  std::uint32_t first_row = 0;
  std::uint32_t group = 0;
  std::uint32_t groups = 0;
  std::uint32_t frames_max = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::code_embed
