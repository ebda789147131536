#include "kernels/channel_statistics/channel_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/support/isa.hpp"

namespace voxfuse::channel_statistics {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.rows >= 1 && a.width >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  VOXFUSE_REQUIRE(!a.scores || a.scores.dtype == a.x.dtype, kBadDtype);
  return {};
}

namespace {

// What each row of the column weighs.
std::vector<double> weights_of(const Args& a, std::size_t c) {
  std::vector<double> weights(a.rows, 1.0 / a.rows);
  if (!a.scores) return weights;
  double most = a.scores.at(c);
  for (std::size_t m = 0; m < a.rows; ++m) {
    most = std::max(most, double{a.scores.at(m * a.width + c)});
  }
  double total = 0.0;
  for (std::size_t m = 0; m < a.rows; ++m) {
    weights[m] = std::exp(a.scores.at(m * a.width + c) - most);
    total += weights[m];
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

}  // namespace

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t c = 0; c < a.width; ++c) {
    const std::vector<double> weights = weights_of(a, c);
    double mean = 0.0;
    for (std::size_t m = 0; m < a.rows; ++m) mean += weights[m] * a.x.at(m * a.width + c);
    double square = 0.0;
    for (std::size_t m = 0; m < a.rows; ++m) {
      const double off = a.x.at(m * a.width + c) - mean;
      square += weights[m] * off * off;
    }
    a.y.set(c, mean);
    a.y.set(a.width + c, std::sqrt(std::max(square, 1e-12)));
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::channel_statistics
