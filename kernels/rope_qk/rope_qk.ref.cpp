#include "kernels/rope_qk/rope_qk.hpp"

#include <cstddef>
#include <cstring>
#include <vector>

#include "kernels/rope_cosine/rope_cosine.hpp"
#include "kernels/rope_rotate_add/rope_rotate_add.hpp"
#include "kernels/support/isa.hpp"
#include "kernels/support/kv_cache.hpp"

namespace voxfuse::rope_qk {

Status check(const Args& a) {
  VOXFUSE_TRY(check_positions(a));
  VOXFUSE_TRY(check_head_dim(a.head_dim));
  VOXFUSE_TRY(check_heads(a.heads, a.kv_heads));
  VOXFUSE_REQUIRE(a.q.dtype == a.k.dtype, kBadDtype);
  return {};
}

template <class Run>
static Status rotate(const Args& a, Tensor x, std::uint32_t heads, Run run) {
  const std::size_t count = std::size_t{a.lanes} * a.tokens * heads * a.head_dim;
  std::vector<std::byte> rotated(count * dtype_bytes(x.dtype));
  const Tensor y{rotated.data(), x.dtype};
  VOXFUSE_TRY(run(rope_cosine::Args{.x = x,
                                    .frequencies = a.frequencies,
                                    .row = a.row,
                                    .y = y,
                                    .lanes = a.lanes,
                                    .tokens = a.tokens,
                                    .heads = heads,
                                    .head_dim = a.head_dim,
                                    .position_source = a.position_source,
                                    .position_offset = a.position_offset}));
  VOXFUSE_TRY(run(rope_rotate_add::Args{.x = x,
                                        .frequencies = a.frequencies,
                                        .row = a.row,
                                        .y = y,
                                        .lanes = a.lanes,
                                        .tokens = a.tokens,
                                        .heads = heads,
                                        .head_dim = a.head_dim,
                                        .position_source = a.position_source,
                                        .position_offset = a.position_offset}));
  std::memcpy(x.data, rotated.data(), rotated.size());
  return {};
}

/// The op as its parts, each done by `run`.
template <class Run>
static Status by_parts(const Args& a, Run run) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_TRY(rotate(a, a.q, a.heads, run));
  return rotate(a, a.k, a.kv_heads, run);
}

Status reference(const Args& a) {
  return by_parts(a, [](const auto& part) { return reference(part); });
}

Status in_turn(const Args& a, ThreadPool& pool) {
  return by_parts(a, [&](const auto& part) { return cpu(part, pool); });
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::rope_qk
