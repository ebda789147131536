#include "kernels/qk_norm_rope_append/qk_norm_rope_append.hpp"

#include <cstddef>
#include <cstring>
#include <vector>

#include "kernels/kv_append/kv_append.hpp"
#include "kernels/rms_norm/rms_norm.hpp"
#include "kernels/rope_qk/rope_qk.hpp"
#include "kernels/support/isa.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::qk_norm_rope_append {

Status check(const Args& a) {
  VOXFUSE_TRY(check_cache(a));
  VOXFUSE_TRY(check_heads(a.heads, a.kv_heads));
  VOXFUSE_REQUIRE(a.qkv.dtype == a.k_cache.dtype, kBadDtype);
  VOXFUSE_REQUIRE(a.qkv.dtype == a.v_cache.dtype, kBadDtype);
  return {};
}

namespace {

/// Some heads of every token, copied out of the joint rows so that other ops can take them.
struct Part {
  std::uint32_t first_head;
  std::uint32_t heads;
  mutable std::vector<std::byte> bytes;

  Tensor tensor(const Args& a) const { return {bytes.data(), a.qkv.dtype}; }
};

/// Calls copy(joint bytes, part bytes, count) for each token.
template <class Copy>
void each_token(const Args& a, const Part& part, Copy copy) {
  const std::size_t head_bytes = a.head_dim * dtype_bytes(a.qkv.dtype);
  const std::size_t token_bytes = (a.heads + 2 * std::size_t{a.kv_heads}) * head_bytes;
  auto* joint = static_cast<std::byte*>(a.qkv.data) + part.first_head * head_bytes;
  std::byte* own = part.bytes.data();
  for (std::size_t t = 0; t < std::size_t{a.lanes} * a.tokens; ++t) {
    copy(joint + t * token_bytes, own + t * part.heads * head_bytes, part.heads * head_bytes);
  }
}

Part take(const Args& a, std::uint32_t first_head, std::uint32_t heads) {
  const std::size_t elements = std::size_t{a.lanes} * a.tokens * heads * a.head_dim;
  const Part part{first_head, heads, std::vector<std::byte>(elements * dtype_bytes(a.qkv.dtype))};
  each_token(a, part, [](std::byte* joint, std::byte* own, std::size_t count) {
    std::memcpy(own, joint, count);
  });
  return part;
}

void put_back(const Args& a, const Part& part) {
  each_token(a, part, [](std::byte* joint, std::byte* own, std::size_t count) {
    std::memcpy(joint, own, count);
  });
}

template <class Run>
Status norm(const Args& a, const Part& part, ConstTensor gain, Run run) {
  const Tensor x = part.tensor(a);
  return run(rms_norm::Args{.x = x,
                            .gain = gain,
                            .y = x,
                            .rows = a.lanes * a.tokens * part.heads,
                            .width = a.head_dim,
                            .eps = a.eps});
}

template <class Run>
Status append(const Args& a, const Part& part, Tensor cache, Run run) {
  return run(kv_append::Args{.x = part.tensor(a),
                             .row = a.row,
                             .page_table = a.page_table,
                             .valid = a.valid,
                             .cache = cache,
                             .lane_rows = a.lane_rows,
                             .lanes = a.lanes,
                             .tokens = a.tokens,
                             .kv_heads = a.kv_heads,
                             .head_dim = a.head_dim,
                             .pages = a.pages,
                             .page_positions = a.page_positions,
                             .pages_max = a.pages_max,
                             .position_source = a.position_source,
                             .position_offset = a.position_offset,
                             .rate = a.rate});
}

}  // namespace

/// The op as its parts, each done by `run`.
template <class Run>
static Status by_parts(const Args& a, Run run) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(check_written_pages(a));
  const Part q = take(a, 0, a.heads);
  const Part k = take(a, a.heads, a.kv_heads);
  const Part v = take(a, a.heads + a.kv_heads, a.kv_heads);
  VOXFUSE_TRY(norm(a, q, a.q_gain, run));
  VOXFUSE_TRY(norm(a, k, a.k_gain, run));
  VOXFUSE_TRY(run(rope_qk::Args{.frequencies = a.frequencies,
                                .row = a.row,
                                .q = q.tensor(a),
                                .k = k.tensor(a),
                                .lanes = a.lanes,
                                .tokens = a.tokens,
                                .heads = a.heads,
                                .kv_heads = a.kv_heads,
                                .head_dim = a.head_dim,
                                .position_source = a.position_source,
                                .position_offset = a.position_offset}));
  VOXFUSE_TRY(append(a, k, a.k_cache, run));
  VOXFUSE_TRY(append(a, v, a.v_cache, run));
  put_back(a, q);
  put_back(a, k);
  return {};
}

Status reference(const Args& a) {
  return by_parts(a, [](const auto& part) { return reference(part); });
}

Status in_turn(const Args& a, ThreadPool& pool) {
  return by_parts(a, [&](const auto& part) { return cpu(part, pool); });
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::qk_norm_rope_append
