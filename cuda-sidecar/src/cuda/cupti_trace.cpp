#include "cuda-sidecar/src/cuda/cupti_trace.hpp"

#ifdef VOXFUSE_WITH_CUPTI

#include <cupti.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string>
#include <tuple>
#include <unordered_map>

#include "cuda-sidecar/src/trace/kernel_names.hpp"

namespace voxfuse {

namespace {

#if CUPTI_API_VERSION >= 130000
using KernelRecord = CUpti_ActivityKernel10;
#else
using KernelRecord = CUpti_ActivityKernel9;
#endif

constexpr std::size_t kBufferBytes = std::size_t{8} << 20;
constexpr std::size_t kBufferAlignment = 64;
/// More are not kept: a trace that no one ends must not take the memory of the machine.
constexpr std::size_t kKernelsMax = std::size_t{1} << 22;

/// Where toolkits put it, beside what the loader searches.
constexpr const char* kFolders[] = {"", "/usr/local/cuda/extras/CUPTI/lib64/",
                                    "/usr/local/cuda/lib64/",
                                    "/usr/local/cuda/targets/x86_64-linux/lib/"};

/// CUPTI's functions.
struct Library {
  decltype(&cuptiActivityRegisterCallbacks) register_callbacks = nullptr;
  decltype(&cuptiActivityRegisterTimestampCallback) register_clock = nullptr;  ///< Optional.
  decltype(&cuptiActivityGetNextRecord) next_record = nullptr;
  decltype(&cuptiActivityEnable) enable = nullptr;
  decltype(&cuptiActivityDisable) disable = nullptr;
  decltype(&cuptiActivityFlushAll) flush = nullptr;
  decltype(&cuptiGetTimestamp) timestamp = nullptr;
  decltype(&cuptiGetStreamIdEx) stream_id = nullptr;

  bool find_all(void* code) {
    const auto find = [code]<class Function>(Function& function, const char* name) {
      // dlsym gives an address; the header of the library's own version gives its type.
      function = reinterpret_cast<Function>(dlsym(code, name));
      return function != nullptr;
    };
    find(register_clock, "cuptiActivityRegisterTimestampCallback");
    return find(register_callbacks, "cuptiActivityRegisterCallbacks") &&
           find(next_record, "cuptiActivityGetNextRecord") && find(enable, "cuptiActivityEnable") &&
           find(disable, "cuptiActivityDisable") && find(flush, "cuptiActivityFlushAll") &&
           find(timestamp, "cuptiGetTimestamp") && find(stream_id, "cuptiGetStreamIdEx");
  }
};

/// nullptr where it is not installed. Never closed: from its first use on the driver calls it.
const Library* library() {
  static const Library* const found = []() -> const Library* {
    static Library functions;
    const std::string name = "libcupti.so." + std::to_string(CUDART_VERSION / 1000);
    for (const char* folder : kFolders) {
      void* code = dlopen((folder + name).c_str(), RTLD_NOW | RTLD_LOCAL);
      if (code == nullptr) continue;
      return functions.find_all(code) ? &functions : nullptr;
    }
    return nullptr;
  }();
  return found;
}

/// What CUPTI's callbacks fill. They are given nothing of ours, so there is one in the process.
struct Notes {
  std::mutex mutex;
  bool is_open = false;
  std::unordered_map<std::string, std::uint32_t> places;  ///< Of names.
  std::vector<std::string> names;
  std::vector<KernelSpan> spans;  ///< `lane_class` holds CUPTI's number of the stream.

  /// Opens them, empty; false when they are open already.
  bool open() {
    const std::lock_guard guard(mutex);
    if (is_open) return false;
    is_open = true;
    return true;
  }
  DeviceKernels close() {
    const std::lock_guard guard(mutex);
    is_open = false;
    places.clear();
    return {std::exchange(names, {}), std::exchange(spans, {})};
  }
  void add(const KernelRecord& record) {
    if (spans.size() == kKernelsMax) return;
    const auto [place, is_first] =
        places.try_emplace(record.name, static_cast<std::uint32_t>(names.size()));
    if (is_first) names.emplace_back(record.name);
    spans.push_back({.from = record.start,
                     .to = record.end,
                     .name = place->second,
                     .correlation = record.correlationId,
                     .lane_class = record.streamId});
  }
};

Notes& notes() {
  static Notes one;
  return one;
}

// CUPTI's clock, called by it.
std::uint64_t monotonic_clock() { return trace_now(); }

void CUPTIAPI buffer_requested(std::uint8_t** buffer, std::size_t* size, std::size_t* records_max) {
  *buffer = static_cast<std::uint8_t*>(std::aligned_alloc(kBufferAlignment, kBufferBytes));
  *size = *buffer == nullptr ? 0 : kBufferBytes;
  *records_max = 0;
}

void CUPTIAPI buffer_completed(CUcontext, std::uint32_t, std::uint8_t* buffer, std::size_t,
                               std::size_t valid) {
  Notes& all = notes();
  {
    const std::lock_guard guard(all.mutex);
    CUpti_Activity* record = nullptr;
    while (all.is_open && library()->next_record(buffer, valid, &record) == CUPTI_SUCCESS) {
      if (record->kind != CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) continue;
      // The kind says what the record is.
      all.add(*reinterpret_cast<const KernelRecord*>(record));
    }
  }
  std::free(buffer);
}

/// Puts classes in place of streams. Kernels of other streams are other sessions', unless the
/// kernels of graphs carry streams of their own: then there is no telling, and all are taken.
void sort_out(DeviceKernels& kernels, const std::array<std::uint32_t, kLaneClasses>& stream_ids) {
  std::vector<bool> ends_repeat;
  for (const std::string& name : kernels.names) {
    ends_repeat.push_back(read_kernel_name(name).ends_repeat);
  }
  bool streams_tell = false;
  for (KernelSpan& span : kernels.spans) {
    const auto found = std::ranges::find(stream_ids, span.lane_class);
    const bool is_known = found != stream_ids.end();
    span.lane_class = is_known ? static_cast<std::uint32_t>(found - stream_ids.begin()) : kAbsent;
    streams_tell = streams_tell || (is_known && ends_repeat[span.name]);
  }
  if (streams_tell) {
    std::erase_if(kernels.spans, [](const KernelSpan& span) { return span.lane_class == kAbsent; });
  }
  std::ranges::sort(kernels.spans, [](const KernelSpan& a, const KernelSpan& b) {
    return std::tie(a.correlation, a.from, a.to) < std::tie(b.correlation, b.from, b.to);
  });
}

}  // namespace

std::unique_ptr<CuptiTrace> CuptiTrace::begin(const Streams& streams) {
  const Library* cupti = library();
  if (cupti == nullptr || !notes().open()) return nullptr;
  std::unique_ptr<CuptiTrace> trace(new CuptiTrace());  // its constructor is private
  // The clock comes first: records of a kind keep the one that was there when it was enabled.
  const bool has_clock =
      cupti->register_clock != nullptr && cupti->register_clock(monotonic_clock) == CUPTI_SUCCESS;
  if (cupti->register_callbacks(buffer_requested, buffer_completed) != CUPTI_SUCCESS ||
      cupti->enable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) != CUPTI_SUCCESS) {
    return nullptr;
  }
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const CUptiResult result = cupti->stream_id(nullptr, streams[i], 0, &trace->stream_ids_[i]);
    if (result != CUPTI_SUCCESS) trace->stream_ids_[i] = kAbsent;
  }
  std::uint64_t there = 0;
  if (!has_clock && cupti->timestamp(&there) == CUPTI_SUCCESS) {
    trace->to_monotonic_ = trace_now() - there;
  }
  return trace;
}

CuptiTrace::~CuptiTrace() { end(); }

DeviceKernels CuptiTrace::end() {
  if (std::exchange(ended_, true)) return {};
  const Library* cupti = library();
  cudaDeviceSynchronize();
  cupti->flush(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
  cupti->disable(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
  DeviceKernels kernels = notes().close();
  sort_out(kernels, stream_ids_);
  for (KernelSpan& span : kernels.spans) {
    span.from += to_monotonic_;
    span.to += to_monotonic_;
  }
  return kernels;
}

}  // namespace voxfuse

#else

namespace voxfuse {

std::unique_ptr<CuptiTrace> CuptiTrace::begin(const Streams&) { return nullptr; }
CuptiTrace::~CuptiTrace() = default;
DeviceKernels CuptiTrace::end() { return {}; }

}  // namespace voxfuse

#endif
