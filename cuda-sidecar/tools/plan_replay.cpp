// plan_tool replay: a recorded session once more, on a backend of choice, without a host.
#include <cinttypes>
#include <cstdio>
#include <span>

#include "cuda-sidecar/tools/launch_counter.hpp"
#include "cuda-sidecar/tools/plan_commands.hpp"
#include "cuda-sidecar/tools/probe_file.hpp"

namespace voxfuse {

namespace {

/// FNV-1a, 64 bits: names a result in one line.
std::uint64_t hash_of(std::span<const std::byte> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const std::byte byte : bytes) {
    hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3ull;
  }
  return hash;
}

template <class T>
bool write_all(const std::string& path, const std::vector<PlayedStream>& streams,
               std::vector<T> PlayedStream::* what) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  for (const PlayedStream& stream : streams) {
    const std::vector<T>& values = stream.*what;
    std::fwrite(values.data(), sizeof(T), values.size(), file);
  }
  return std::fclose(file) == 0;
}

void print_streams(const Player& player, std::uint32_t groups, std::uint32_t frame_samples) {
  const char* comma = "";
  for (const PlayedStream& stream : player.streams()) {
    std::printf(
        "%s{\"row\":%u,\"generation\":%u,\"finish_reason\":%u,\"frames\":%zu,"
        "\"pcm_frames\":%zu,\"codes_hash\":\"%016" PRIx64 "\",\"pcm_hash\":\"%016" PRIx64 "\"}",
        comma, stream.row, stream.generation, stream.finish_reason, stream.codes.size() / groups,
        stream.pcm.size() / frame_samples, hash_of(std::as_bytes(std::span(stream.codes))),
        hash_of(std::as_bytes(std::span(stream.pcm))));
    comma = ",";
  }
}

void print_submissions(const Player& player) {
  const char* comma = "";
  for (const Completion& completion : player.completions()) {
    const CompletionHeader& h = completion.header;
    std::printf(
        "%s{\"token\":%u,\"status\":\"%s\",\"record\":%d,\"op\":%d,\"frames_run\":%u,"
        "\"op_count\":%u}",
        comma, h.token, error_name(static_cast<ErrorCode>(h.status)),
        static_cast<int>(h.record_index), static_cast<int>(h.op_index), h.frames_run, h.op_count);
    comma = ",";
  }
}

}  // namespace

/// Codes (u32) and PCM (f32) of all streams go to their files one after the other, in the order in
/// which the rows were admitted; "streams" tells how many frames each has. "launches" is empty with
/// --probes, whose ops run one by one.
int replay(const Arguments& arguments) {
  const std::string& path = arguments.positions[0];
  std::vector<RecordEntry> entries;
  if (const Status status = read_recording(path, entries); !status.ok()) {
    return complain(path, status);
  }
  Player player;
  std::string subject = path;
  if (const Status status = player.load(entries, arguments.backend("backend", "cpu"), subject);
      !status.ok()) {
    return complain(subject, status);
  }
  ProbeFile probes;
  ProbeObserver observer(player.engine(), [&](const ProbeSample& sample) { probes.add(sample); });
  const std::string probe_path = arguments.option("probes", "");
  if (!probe_path.empty() && !probes.open(probe_path)) {
    return complain(probe_path, {ErrorCode::kBadControl, "cannot be written"});
  }
  LaunchCounter launches;
  player.engine().backend().trace(&launches);
  const auto steps = static_cast<std::uint64_t>(arguments.number("steps", 1e15));
  const Status played =
      player.play(entries, probe_path.empty() ? nullptr : &observer, steps, subject);
  if (!played.ok()) return complain(subject, played);

  const std::string codes = arguments.option("codes", "");
  const std::string pcm = arguments.option("pcm", "");
  if ((!codes.empty() && !write_all(codes, player.streams(), &PlayedStream::codes)) ||
      (!pcm.empty() && !write_all(pcm, player.streams(), &PlayedStream::pcm))) {
    return complain("--codes or --pcm", {ErrorCode::kBadControl, "cannot be written"});
  }
  const EngineLayout& layout = player.engine().memory().layout();
  const EngineCounters& counters = player.engine().counters();
  std::printf("{\"ms\":%" PRIu64 ",\"decode_ms\":%.3f,\"vocode_ms\":%.3f,\"frames\":%" PRIu64
              ",\"ops\":%" PRIu64 ",\"streams\":[",
              player.milliseconds(), static_cast<double>(counters.decode_ns) / 1e6,
              static_cast<double>(counters.vocode_ns) / 1e6, counters.frames, counters.ops);
  print_streams(player, layout.groups, layout.frame_samples == 0 ? 1 : layout.frame_samples);
  std::fputs("],\"submissions\":[", stdout);
  print_submissions(player);
  std::fputs("],\"launches\":", stdout);
  launches.print(stdout);
  std::fputs("}\n", stdout);
  return 0;
}

}  // namespace voxfuse
