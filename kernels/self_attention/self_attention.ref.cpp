#include "kernels/self_attention/self_attention.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/support/isa.hpp"

namespace voxfuse::self_attention {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.tokens >= 1 && a.tokens <= 8192, kBadShape);
  VOXFUSE_REQUIRE(a.head_dim >= 1 && a.head_dim <= 512, kBadShape);
  VOXFUSE_REQUIRE(a.kv_heads >= 1 && a.heads >= 1 && a.heads % a.kv_heads == 0, kBadShape);
  VOXFUSE_REQUIRE(a.q.dtype == a.y.dtype && a.k.dtype == a.y.dtype && a.v.dtype == a.y.dtype,
                  kBadDtype);
  return {};
}

namespace {

// One head of one token, from the first key on.
void attend(const Args& a, std::size_t t, std::size_t h) {
  const std::size_t kv_width = std::size_t{a.kv_heads} * a.head_dim;
  const std::size_t at = (t * a.heads + h) * a.head_dim;
  const std::size_t of_kv = h / (a.heads / a.kv_heads) * a.head_dim;
  std::vector<double> weights(t + 1);
  for (std::size_t j = 0; j <= t; ++j) {
    for (std::size_t d = 0; d < a.head_dim; ++d) {
      weights[j] += double{a.q.at(at + d)} * a.k.at(j * kv_width + of_kv + d);
    }
    weights[j] *= a.scale;
  }
  const double most = *std::max_element(weights.begin(), weights.end());
  double total = 0.0;
  for (double& weight : weights) total += weight = std::exp(weight - most);
  for (std::size_t d = 0; d < a.head_dim; ++d) {
    double sum = 0.0;
    for (std::size_t j = 0; j <= t; ++j) sum += weights[j] * a.v.at(j * kv_width + of_kv + d);
    a.y.set(at + d, sum / total);
  }
}

}  // namespace

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t t = 0; t < a.tokens; ++t) {
    for (std::size_t h = 0; h < a.heads; ++h) attend(a, t, h);
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::self_attention
