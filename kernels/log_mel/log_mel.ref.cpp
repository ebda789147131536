#include "kernels/log_mel/log_mel.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/support/isa.hpp"

namespace voxfuse::log_mel {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.frames >= 1 && a.bins >= 1 && a.bands >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.x.dtype == a.y.dtype, kBadDtype);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  std::vector<double> sizes(a.bins);
  for (std::size_t f = 0; f < a.frames; ++f) {
    for (std::size_t bin = 0; bin < a.bins; ++bin) {
      const double re = a.x.at((f * a.bins + bin) * 2);
      const double im = a.x.at((f * a.bins + bin) * 2 + 1);
      sizes[bin] = std::sqrt(re * re + im * im + 1e-9);
    }
    for (std::size_t m = 0; m < a.bands; ++m) {
      double sum = 0.0;
      for (std::size_t bin = 0; bin < a.bins; ++bin)
        sum += a.filters[m * a.bins + bin] * sizes[bin];
      a.y.set(f * a.bands + m, std::log(std::max(sum, 1e-5)));
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::log_mel
