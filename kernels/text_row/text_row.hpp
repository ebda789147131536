#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::text_row {

/// y[b] = table[text_ids[frame]] while the row's frame is below its text_count, else table[pad_id].
///
/// Shapes   text_ids: (text_max) in the row; table: (table_rows, width); y: (lanes, width).
/// Dtypes   table, y: f32 or bf16. Exact, one rounding where y is bf16 and table f32.
/// Limits   lanes, width, text_max >= 1; pad_id < table_rows.
/// Errors   kBadShape; kBadIndex when a text id is not below table_rows or its place not below
///          text_max: y is unspecified then.
struct Args {
  RowSpan<const RowState> row;
  RowSpan<const std::uint32_t> text_ids;
  ConstTensor table;
  Tensor y;
  std::uint32_t lanes = 0;
  std::uint32_t width = 0;
  std::uint32_t table_rows = 0;
  std::uint32_t text_max = 0;
  std::uint32_t pad_id = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::text_row
