#include "kernels/qkv_attention/qkv_attention.hpp"

#include <cstddef>
#include <cstring>
#include <vector>

#include "kernels/attention/attention.hpp"
#include "kernels/qk_norm_rope_append/qk_norm_rope_append.hpp"
#include "kernels/support/isa.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::qkv_attention {

Status check(const Args& a) {
  VOXFUSE_TRY(check_cache(a));
  VOXFUSE_TRY(check_heads(a.heads, a.kv_heads));
  VOXFUSE_REQUIRE(a.qkv.dtype == a.k_cache.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.qkv.dtype == a.v_cache.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.qkv.dtype == a.y.dtype, kBadDtype);
  return {};
}

namespace {

qk_norm_rope_append::Args append_of(const Args& a, Tensor qkv) {
  return {.q_gain = a.q_gain,
          .k_gain = a.k_gain,
          .frequencies = a.frequencies,
          .row = a.row,
          .page_table = a.page_table,
          .valid = a.valid,
          .qkv = qkv,
          .k_cache = a.k_cache,
          .v_cache = a.v_cache,
          .lane_rows = a.lane_rows,
          .lanes = a.lanes,
          .tokens = a.tokens,
          .heads = a.heads,
          .kv_heads = a.kv_heads,
          .head_dim = a.head_dim,
          .pages = a.pages,
          .page_positions = a.page_positions,
          .pages_max = a.pages_max,
          .position_source = a.position_source,
          .position_offset = a.position_offset,
          .rate = a.rate,
          .eps = a.eps};
}

attention::Args attention_of(const Args& a, ConstTensor qkv) {
  return {.q = qkv,
          .k_cache = a.k_cache,
          .v_cache = a.v_cache,
          .row = a.row,
          .page_table = a.page_table,
          .valid = a.valid,
          .y = a.y,
          .lane_rows = a.lane_rows,
          .lanes = a.lanes,
          .tokens = a.tokens,
          .heads = a.heads,
          .kv_heads = a.kv_heads,
          .head_dim = a.head_dim,
          .pages = a.pages,
          .page_positions = a.page_positions,
          .pages_max = a.pages_max,
          .position_source = a.position_source,
          .position_offset = a.position_offset,
          .rate = a.rate,
          .window = a.window,
          .scale = a.scale,
          .q_stride = (a.heads + 2 * a.kv_heads) * a.head_dim};
}

}  // namespace

/// The op as its parts, each done by `run`.
template <class Run>
static Status by_parts(const Args& a, Run run) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(check_written_pages(a));
  VOXFUSE_TRY(check_read_pages(a));
  const std::size_t count = std::size_t{a.lanes} * a.tokens * (a.heads + 2 * a.kv_heads);
  std::vector<std::byte> joint(count * a.head_dim * dtype_bytes(a.qkv.dtype));
  std::memcpy(joint.data(), a.qkv.data, joint.size());
  const Tensor qkv{joint.data(), a.qkv.dtype};
  VOXFUSE_TRY(run(append_of(a, qkv)));
  return run(attention_of(a, qkv));
}

Status reference(const Args& a) {
  return by_parts(a, [](const auto& part) { return reference(part); });
}

Status in_turn(const Args& a, ThreadPool& pool) {
  return by_parts(a, [&](const auto& part) { return cpu(part, pool); });
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::qkv_attention
