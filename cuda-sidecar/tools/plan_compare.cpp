// plan_tool compare: the probes of two recordings of one request, made at different fusion levels.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <tuple>

#include "cuda-sidecar/tools/plan_commands.hpp"
#include "cuda-sidecar/tools/probe_file.hpp"

namespace voxfuse {

namespace {

/// (kind, index, row, position or frame …, occurrence): what makes two samples the same one.
using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;
using Samples = std::map<Key, std::vector<float>>;

Status collect(const std::string& path, const Arguments& arguments, Samples& out,
               std::string& subject) {
  subject = path;
  std::vector<RecordEntry> entries;
  VOXFUSE_TRY(read_recording(path, entries));
  Player player;
  VOXFUSE_TRY(player.load(entries, arguments.backend("backend", "cpu"), subject));
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> seen;
  ProbeObserver observer(player.engine(), [&](const ProbeSample& sample) {
    const std::uint32_t occurrence = seen[{sample.kind, sample.index, sample.row}]++;
    out[{sample.kind, sample.index, sample.row, occurrence}] = sample.values;
  });
  return player.play(entries, &observer, UINT64_MAX, subject);
}

/// Largest difference, measured against the largest value of the left side.
double relative_error(const std::vector<float>& left, const std::vector<float>& right) {
  if (left.size() != right.size()) return INFINITY;
  double largest = 0;
  double error = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (std::isnan(left[i]) != std::isnan(right[i])) return INFINITY;
    if (std::isnan(left[i])) continue;
    largest = std::max(largest, std::abs(double{left[i]}));
    error = std::max(error, std::abs(double{left[i]} - double{right[i]}));
  }
  return error == 0 ? 0 : error / std::max(largest, 1e-30);
}

}  // namespace

int compare(const Arguments& arguments) {
  Samples left;
  Samples right;
  std::string subject;
  for (const auto& [path, samples] :
       {std::pair{arguments.positions[0], &left}, std::pair{arguments.positions[1], &right}}) {
    const Status status = collect(path, arguments, *samples, subject);
    if (!status.ok()) return complain(subject, status);
  }
  const double allowed = arguments.number("relative", 1e-4);
  std::size_t compared = 0;
  std::size_t missing = 0;
  double worst = 0;
  Key worst_key = {};
  for (const auto& [key, values] : left) {
    const auto found = right.find(key);
    if (found == right.end()) {
      ++missing;
      continue;
    }
    ++compared;
    const double error = relative_error(values, found->second);
    if (error > worst) {
      worst = error;
      worst_key = key;
    }
  }
  const std::size_t extra = right.size() - compared;
  const bool equal = compared > 0 && missing == 0 && extra == 0 && worst <= allowed;
  const auto [kind, index, row, occurrence] = worst_key;
  std::printf(
      "{\"equal\":%s,\"compared\":%zu,\"only_left\":%zu,\"only_right\":%zu,"
      "\"error\":%.6g,\"allowed\":%.6g,\"kind\":%u,\"index\":%u,\"row\":%u,"
      "\"occurrence\":%u}\n",
      equal ? "true" : "false", compared, missing, extra, std::isfinite(worst) ? worst : 1e300,
      allowed, kind, index, row, occurrence);
  return equal ? 0 : kDiffer;
}

}  // namespace voxfuse
