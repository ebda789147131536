#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cuda-sidecar/src/engine/engine.hpp"

namespace voxfuse {

/// One lane of a probed buffer, when the op that fills it had run: the lane's valid tokens alone.
struct ProbeSample {
  std::uint32_t kind = 0;   ///< probe_kind.
  std::uint32_t index = 0;  ///< Layer, group or stage.
  std::uint32_t program_kind = 0;
  std::uint32_t row = 0;
  std::uint32_t position = 0;     ///< RowState.position when the repeat began.
  std::uint32_t prompt_done = 0;  ///< The same of other counts.
  std::uint32_t frame = 0;
  std::uint32_t vocoded = 0;
  std::uint32_t tokens = 0;  ///< Valid tokens of the lane.
  std::vector<float> values;
};

/// Hands every labelled buffer on, right after its op.
class ProbeObserver final : public OpObserver {
 public:
  using Sink = std::function<void(const ProbeSample& sample)>;
  ProbeObserver(const Engine& engine, Sink sink) : engine_(engine), sink_(std::move(sink)) {}

  void repeat_begins(const Run& run) override;
  bool op_done(const Run& run, std::uint32_t op) override;

 private:
  void sample_lane(const Run& run, const ProbeEntry& probe, std::uint32_t lane);

  const Engine& engine_;
  Sink sink_;
  std::vector<RowState> lanes_;  ///< As the repeat found them.
};

/// Writes samples: FILE with one JSON line each, FILE.f32 with their values, one after the other.
///
/// A line is {"kind","index","program_kind","row","position","prompt_done","frame","vocoded",
/// "tokens","occurrence","at","count"}: occurrence counts samples of the same (kind, index, row)
/// from 0; the values are `count` f32 from element `at` of FILE.f32, in row-major order of (tokens,
/// width).
class ProbeFile {
 public:
  ~ProbeFile();
  bool open(const std::string& path);
  void add(const ProbeSample& sample);

 private:
  std::FILE* lines_ = nullptr;
  std::FILE* values_ = nullptr;
  std::uint64_t at_ = 0;
  std::map<std::uint64_t, std::uint32_t> occurrences_;
};

}  // namespace voxfuse
