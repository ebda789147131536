#pragma once

#include "kernels/support/op.hpp"

namespace voxfuse::prompt_embed {

/// y[t] = text[t] + table[codec id of prompt row prompt_done + t], each where the prompt row has
/// one; zeros for t >= valid.
///
/// A prompt row without text ignores text[t]: the text projection has made something else than zero
/// of it by then. The sum is one f32 addition.
///
/// Shapes   prompt: (prompt_max, 3) in the row: text id, codec id, extra-row handle, kAbsent for
///          none; text, y: (lanes, tokens, width); table: (table_rows, width).
/// Dtypes   text, table, y: f32 or bf16. The same bits in every twin.
/// Aliasing y may be text.
/// Limits   lanes, tokens, width, table_rows, prompt_max >= 1; valid above tokens counts as tokens.
/// Errors   kBadShape; kBadIndex when a codec id is not below table_rows or a prompt row not below
///          prompt_max: y is unspecified then.
struct Args {
  RowSpan<const RowState> row;
  RowSpan<const std::uint32_t> prompt;
  const std::uint32_t* valid = nullptr;
  ConstTensor text;
  ConstTensor table;
  Tensor y;
  std::uint32_t lanes = 0;
  std::uint32_t tokens = 0;
  std::uint32_t width = 0;
  std::uint32_t table_rows = 0;
  std::uint32_t prompt_max = 0;
};

Status check(const Args& args);                  ///< The limits above, once, for every twin.
Status reference(const Args& args);              ///< Plain loops, one thread: the meaning.
Status cpu(const Args& args, ThreadPool& pool);  ///< The same, on the calling thread.
/// The same on a GPU: enqueues on the context's stream and never waits.
Status cuda(const Args& args, CudaContext& on);

}  // namespace voxfuse::prompt_embed
