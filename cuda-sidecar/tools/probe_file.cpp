#include "cuda-sidecar/tools/probe_file.hpp"

#include <algorithm>

#include "kernels/support/tensor.hpp"

namespace voxfuse {

namespace {

/// Tokens of a lane that this repeat works on, of `tokens` that the program has room for.
std::uint32_t valid_tokens(ProgramKind kind, const RowState& row, std::uint32_t tokens) {
  if (kind == ProgramKind::kPrefill) return std::min(tokens, row.prompt_count - row.prompt_done);
  if (kind == ProgramKind::kVocode) return std::min(tokens, row.codes_count - row.vocoded);
  return 1;
}

}  // namespace

void ProbeObserver::repeat_begins(const Run& run) {
  lanes_.clear();
  for (const LaneEntry& lane : run.lanes) lanes_.push_back(engine_.memory().state(lane.row));
}

bool ProbeObserver::op_done(const Run& run, std::uint32_t op) {
  for (const ProbeEntry& probe : run.program->program.probes) {
    if (probe.op != op) continue;
    for (std::uint32_t lane = 0; lane < run.lanes.size(); ++lane) sample_lane(run, probe, lane);
  }
  return true;
}

/// The buffer is (lanes, tokens · n): the lane's part, cut to its valid tokens.
void ProbeObserver::sample_lane(const Run& run, const ProbeEntry& probe, std::uint32_t lane) {
  const Program& program = run.program->program;
  const RowState& row = lanes_[lane];
  const BufferEntry& buffer = program.buffers[probe.buffer];
  const std::uint32_t lane_elements = buffer.elements / program.header.lanes;
  const std::uint32_t tokens = program.header.tokens;
  ProbeSample sample = {};
  sample.kind = probe.kind;
  sample.index = probe.index;
  sample.program_kind = program.header.kind;
  sample.row = run.lanes[lane].row;
  sample.position = row.position;
  sample.prompt_done = row.prompt_done;
  sample.frame = row.frame;
  sample.vocoded = row.vocoded;
  sample.tokens = valid_tokens(run.kind(), row, tokens);
  if (sample.tokens == 0) return;

  const std::uint32_t count =
      lane_elements % tokens == 0 ? lane_elements / tokens * sample.tokens : lane_elements;
  const ConstTensor tensor = {engine_.memory().arena(class_of(program)) + buffer_at(buffer),
                              static_cast<Dtype>(buffer.dtype)};
  for (std::uint32_t i = 0; i < count; ++i) {
    sample.values.push_back(tensor.at(std::size_t{lane} * lane_elements + i));
  }
  sink_(sample);
}

ProbeFile::~ProbeFile() {
  if (lines_ != nullptr) std::fclose(lines_);
  if (values_ != nullptr) std::fclose(values_);
}

bool ProbeFile::open(const std::string& path) {
  lines_ = std::fopen(path.c_str(), "w");
  values_ = std::fopen((path + ".f32").c_str(), "wb");
  return lines_ != nullptr && values_ != nullptr;
}

void ProbeFile::add(const ProbeSample& sample) {
  const std::uint64_t key =
      std::uint64_t{sample.kind} << 48 | std::uint64_t{sample.index} << 24 | sample.row;
  const std::uint32_t occurrence = occurrences_[key]++;
  std::fprintf(lines_,
               "{\"kind\":%u,\"index\":%u,\"program_kind\":%u,\"row\":%u,\"position\":%u,"
               "\"prompt_done\":%u,\"frame\":%u,\"vocoded\":%u,\"tokens\":%u,\"occurrence\":%u,"
               "\"at\":%llu,\"count\":%zu}\n",
               sample.kind, sample.index, sample.program_kind, sample.row, sample.position,
               sample.prompt_done, sample.frame, sample.vocoded, sample.tokens, occurrence,
               static_cast<unsigned long long>(at_), sample.values.size());
  std::fwrite(sample.values.data(), sizeof(float), sample.values.size(), values_);
  at_ += sample.values.size();
}

}  // namespace voxfuse
