#include "kernels/nearest_code/nearest_code.hpp"

#include <cstddef>
#include <limits>

#include "kernels/support/isa.hpp"

namespace voxfuse::nearest_code {

Status check(const Args& a) {
  VOXFUSE_REQUIRE(a.tokens >= 1 && a.dim >= 1 && a.size >= 1, kBadShape);
  VOXFUSE_REQUIRE(a.group < a.groups, kBadShape);
  return {};
}

Status reference(const Args& a) {
  VOXFUSE_TRY(check(a));
  for (std::size_t t = 0; t < a.tokens; ++t) {
    double least = std::numeric_limits<double>::infinity();
    std::uint32_t nearest = 0;
    for (std::uint32_t code = 0; code < a.size; ++code) {
      double distance = 0.0;
      for (std::size_t i = 0; i < a.dim; ++i) {
        const double off =
            double{a.x.at(t * a.dim + i)} - a.codebook[std::size_t{code} * a.dim + i];
        distance += off * off;
      }
      if (!(distance < least)) continue;
      least = distance;
      nearest = code;
    }
    a.codes[t * a.groups + a.group] = nearest;
    for (std::size_t i = 0; i < a.dim; ++i) {
      const float entry = a.codebook[std::size_t{nearest} * a.dim + i];
      a.x.set(t * a.dim + i, double{a.x.at(t * a.dim + i)} - entry);
    }
  }
  return {};
}

VOXFUSE_DISPATCH();

}  // namespace voxfuse::nearest_code
