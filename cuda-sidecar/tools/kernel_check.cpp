// kernel_check: every case of every op, against its reference. JSON lines to stdout, a summary to
// stderr; exit 1 when something failed, 2 for a wrong command line. Needs neither Node nor weights.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cuda-sidecar/gen/bind.hpp"
#include "cuda-sidecar/tools/kernel_check_cuda.hpp"
#include "cuda-sidecar/tools/peaks.hpp"
#include "kernels/support/cases.hpp"
#include "kernels/support/isa.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse {

#define DECLARE_CASES(Name, op)                       \
  namespace op {                                      \
  void register_cases(std::vector<KernelCase>& into); \
  }
VOXFUSE_OPS(DECLARE_CASES)
#undef DECLARE_CASES

namespace {

constexpr const char* kUsage =
    "usage: kernel_check list | run | bench | peaks | devices\n"
    "         [--op NAME] [--case SUBSTRING] [--backend reference|cpu|cuda] [--device N]\n"
    "         [--isa auto|avx512|avx2|portable] [--threads N]\n"
    "  peaks: what memory and multipliers give to --threads threads\n"
    "  run without --isa and --threads takes every instruction set, on one thread and on two\n";

struct Options {
  std::string command;
  std::string op;
  std::string part_of_name;
  std::string backend = "cpu";
  std::vector<Isa> isas;  // empty: all
  unsigned threads = 0;   // 0: one and two
  int device = 0;
};

bool parse_options(int count, char** words, Options& options) {
  if (count < 2) return false;
  options.command = words[1];
  const auto commands = {"list", "run", "bench", "peaks", "devices"};
  if (std::ranges::find(commands, options.command) == commands.end()) return false;
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string_view key = words[i];
    const std::string value = words[i + 1];
    if (key == "--op") {
      options.op = value;
    } else if (key == "--case") {
      options.part_of_name = value;
    } else if (key == "--backend" && (value == "reference" || value == "cpu" || value == "cuda")) {
      options.backend = value;
    } else if (key == "--device") {
      options.device = std::atoi(value.c_str());
    } else if (key == "--threads" && std::atoi(value.c_str()) > 0) {
      options.threads = static_cast<unsigned>(std::atoi(value.c_str()));
    } else if (Isa isa{}; key == "--isa" && parse_isa(value, isa) && isa <= best_isa()) {
      options.isas = {isa};
    } else {
      return false;
    }
  }
  return count % 2 == 0;
}

std::vector<KernelCase> chosen_cases(const Options& options) {
  std::vector<KernelCase> all;
#define ADD_CASES(Name, op) op::register_cases(all);
  VOXFUSE_OPS(ADD_CASES)
#undef ADD_CASES
  std::erase_if(all, [&](const KernelCase& item) {
    return (!options.op.empty() && item.op != options.op) ||
           (options.backend == "cuda" && item.host_only) ||
           item.name.find(options.part_of_name) == std::string::npos;
  });
  return all;
}

std::vector<Isa> chosen_isas(const Options& options) {
  if (!options.isas.empty()) return options.isas;
  std::vector<Isa> all;
  // The best first: it is the one compared with the reference, the others with it.
  for (const Isa isa : {Isa::kAvx512, Isa::kAvx2, Isa::kPortable}) {
    if (isa <= best_isa()) all.push_back(isa);
  }
  return all;
}

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c == '\n' ? ' ' : c;
  }
  return json + "\"";
}

/// `drawn`: buffers of this case from an earlier run, so that nothing is drawn twice.
Buffers buffers_of(const KernelCase& item, std::uint32_t poison, const Buffers* drawn = nullptr) {
  return Buffers(item.family, item.op + "/" + item.name, poison, item.act, drawn);
}

/// Empty, or what is wrong with an answer.
std::string wrong_answer(Status status, ErrorCode expected) {
  if (status.code() == expected) return "";
  return std::string("answers ") + error_name(status.code()) + " (" + status.what() + "), not " +
         error_name(expected);
}

/// Runs a case once. Empty, or what is wrong with the answer or with what was written.
std::string run_once(const KernelCase& item, Buffers& buffers, const Call& call) {
  const Status status = item.prepare(buffers)(call);
  const std::string wrong = wrong_answer(status, item.error);
  if (!wrong.empty()) return wrong;
  if (!status.ok() && buffers.touched()) return "wrote, though it answers an error";
  return buffers.damage();
}

/// Runs a case with the other poison and compares bits.
std::string rerun(const KernelCase& item, const Buffers& first, const Call& call) {
  Buffers again = buffers_of(item, 1, &first);
  std::string wrong = run_once(item, again, call);
  return wrong.empty() ? again.bit_difference(first) : wrong;
}

std::string in_words(const char* what, Isa isa, unsigned threads, const std::string& wrong) {
  if (wrong.empty()) return "";
  return std::string(what) + " on " + isa_name(isa) + ", " + std::to_string(threads) +
         " threads: " + wrong;
}

class Checker {
 public:
  /// `gpu` is nullptr for every backend but cuda.
  Checker(const Options& options, CudaCheck* gpu) : options_(options), gpu_(gpu) {
    const std::vector<unsigned> counts =
        options.threads != 0 ? std::vector<unsigned>{options.threads} : std::vector<unsigned>{1, 2};
    for (const unsigned count : counts) pools_.push_back(std::make_unique<ThreadPool>(count));
  }

  /// Empty when all is well.
  std::string check(const KernelCase& item, double& worst) {
    Buffers reference = buffers_of(item, 0);
    std::string wrong = run_once(item, reference, {});
    if (wrong.empty() && options_.backend == "reference") wrong = rerun(item, reference, {});
    if (!wrong.empty()) return "reference: " + wrong;
    if (options_.backend == "reference") return "";
    return gpu_ != nullptr ? check_cuda(item, reference, worst) : check_cpu(item, reference, worst);
  }

 private:
  /// Against the reference, again with other patterns, each part alone, and products by cuBLAS.
  std::string check_cuda(const KernelCase& item, const Buffers& reference, double& worst) {
    Buffers first = buffers_of(item, 0, &reference);
    std::string wrong = run_on_gpu(item, first, {});
    // What a kernel finds wrong with one lane does not keep the others from their work.
    const bool compares = item.error == ErrorCode::kOk;
    if (wrong.empty() && compares) wrong = first.difference(reference, item.tolerance, worst);
    if (!wrong.empty()) return "cuda: " + wrong;
    if (!compares) return "";
    Buffers again = buffers_of(item, 1, &reference);
    wrong = run_on_gpu(item, again, {});
    if (wrong.empty()) wrong = again.bit_difference(first);
    if (!wrong.empty()) return "cuda, once more: " + wrong;
    if (item.has_parts) {
      Buffers parts = buffers_of(item, 1, &reference);
      wrong = run_on_gpu(item, parts, {.by_parts = true});
      if (wrong.empty()) wrong = parts.bit_difference(first);
      if (!wrong.empty()) return "cuda, each part alone: " + wrong;
    }
    if (item.op != "matmul" || !gpu_->has_cublas()) return "";
    Buffers library = buffers_of(item, 1, &reference);
    wrong = run_on_gpu(item, library, {.cublas = true});
    if (wrong.empty()) wrong = library.difference(reference, item.tolerance, worst);
    return wrong.empty() ? "" : "cuBLAS: " + wrong;
  }

  std::string run_on_gpu(const KernelCase& item, Buffers& buffers, CudaCheck::How how) {
    const std::string wrong = wrong_answer(gpu_->run(item, buffers, how), item.error);
    return wrong.empty() ? buffers.damage() : wrong;
  }

  std::string check_cpu(const KernelCase& item, const Buffers& reference, double& worst) {
    std::unique_ptr<Buffers> first;
    for (const Isa isa : chosen_isas(options_)) {
      if (!set_active_isa(isa)) return "cannot choose the instruction set";
      for (const auto& pool : pools_) {
        const Call call{.pool = pool.get()};
        std::string wrong;
        if (refuses(item, reference, call)) continue;
        if (first == nullptr) {
          first = std::make_unique<Buffers>(item.family, item.op + "/" + item.name, 0u, item.act,
                                            &reference);
          wrong = run_once(item, *first, call);
          if (wrong.empty()) wrong = first->difference(reference, item.tolerance, worst);
        }
        if (wrong.empty()) wrong = rerun(item, *first, call);
        if (!wrong.empty()) return in_words("cpu", isa, pool->threads(), wrong);
      }
      if (first == nullptr) continue;
      const std::string wrong = check_pieces(item, *first, isa);
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  /// Most twins of the CPU have f32 activations alone: they say so and write nothing.
  static bool refuses(const KernelCase& item, const Buffers& drawn, const Call& call) {
    if (item.act != Dtype::kBf16) return false;
    Buffers buffers = buffers_of(item, 0, &drawn);
    return item.prepare(buffers)(call).code() == ErrorCode::kBadDtype && !buffers.touched();
  }

  /// Rows or lanes alone, and what a fused op fuses, must give the same bits.
  std::string check_pieces(const KernelCase& item, const Buffers& first, Isa isa) {
    ThreadPool* pool = pools_.front().get();
    std::string wrong;
    if (item.error != ErrorCode::kOk) return wrong;
    if (item.has_parts) {
      const Call by_parts{.pool = pool, .by_parts = true};
      wrong = in_words("each part alone", isa, pool->threads(), rerun(item, first, by_parts));
    }
    if (item.is_fused && wrong.empty()) {
      const Call in_turn{.pool = pool, .in_turn = true};
      wrong = in_words("its ops in turn", isa, pool->threads(), rerun(item, first, in_turn));
    }
    return wrong;
  }

  const Options& options_;
  std::vector<std::unique_ptr<ThreadPool>> pools_;
  CudaCheck* gpu_;
};

int run_cases(const Options& options, CudaCheck* gpu) {
  Checker checker(options, gpu);
  unsigned failed = 0;
  const std::vector<KernelCase> cases = chosen_cases(options);
  for (const KernelCase& item : cases) {
    double worst = 0;
    const std::string wrong = checker.check(item, worst);
    failed += wrong.empty() ? 0 : 1;
    std::printf("{\"op\":%s,\"case\":%s,\"ok\":%s,\"worst\":%.3f,\"message\":%s}\n",
                quoted(item.op).c_str(), quoted(item.name).c_str(),
                wrong.empty() ? "true" : "false", worst, quoted(wrong).c_str());
    std::fflush(stdout);  // who reads along sees each case when it is done
  }
  std::fprintf(stderr, "%zu cases, %u failed\n", cases.size(), failed);
  return failed == 0 && !cases.empty() ? 0 : 1;
}

/// Median microseconds of a case: at least five runs and a twentieth of a second.
double median_us(const std::function<Status(const Call&)>& run, const Call& call) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  if (!run(call).ok()) return 0;
  const auto begin = Clock::now();
  while (times.size() < 5 || Clock::now() - begin < std::chrono::milliseconds(50)) {
    const auto start = Clock::now();
    if (!run(call).ok()) return 0;
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return times[times.size() / 2];
}

int bench_on_gpu(const Options& options, CudaCheck& gpu) {
  for (const KernelCase& item : chosen_cases(options)) {
    if (item.error != ErrorCode::kOk || item.bytes == 0) continue;
    Buffers buffers = buffers_of(item, 0);
    const CudaCheck::Times times = gpu.bench(item, buffers);
    std::printf(
        "{\"op\":%s,\"case\":%s,\"device\":%s,\"us_cold\":%.2f,\"us_chained\":%.2f,"
        "\"gb_per_s\":%.2f,\"gflop_per_s\":%.2f}\n",
        quoted(item.op).c_str(), quoted(item.name).c_str(), quoted(gpu.device_name()).c_str(),
        times.cold_us, times.chained_us, static_cast<double>(item.bytes) / times.cold_us / 1e3,
        static_cast<double>(item.flops) / times.cold_us / 1e3);
    std::fflush(stdout);
  }
  return 0;
}

int bench_cases(const Options& options) {
  ThreadPool pool(options.threads);
  const Isa isa = options.isas.empty() ? best_isa() : options.isas.front();
  if (!set_active_isa(isa)) return 2;
  for (const KernelCase& item : chosen_cases(options)) {
    if (item.error != ErrorCode::kOk || item.bytes == 0) continue;
    Buffers buffers = buffers_of(item, 0);
    const Call call{.pool = options.backend == "cpu" ? &pool : nullptr};
    const double us = median_us(item.prepare(buffers), call);
    std::printf(
        "{\"op\":%s,\"case\":%s,\"isa\":%s,\"threads\":%u,\"us\":%.2f,\"gb_per_s\":%.2f,"
        "\"gflop_per_s\":%.2f}\n",
        quoted(item.op).c_str(), quoted(item.name).c_str(), quoted(isa_name(isa)).c_str(),
        pool.threads(), us, static_cast<double>(item.bytes) / us / 1e3,
        static_cast<double>(item.flops) / us / 1e3);
  }
  return 0;
}

int list_cases(const Options& options) {
  for (const KernelCase& item : chosen_cases(options)) {
    std::printf("{\"op\":%s,\"case\":%s}\n", quoted(item.op).c_str(), quoted(item.name).c_str());
  }
  return 0;
}

}  // namespace
}  // namespace voxfuse

int main(int count, char** words) {
  voxfuse::Options options;
  if (!voxfuse::parse_options(count, words, options)) {
    std::fputs(voxfuse::kUsage, stderr);
    return 2;
  }
  if (options.command == "list") return voxfuse::list_cases(options);
  if (options.command == "devices") return voxfuse::print_devices();
  if (options.command == "peaks") {
    if (!options.isas.empty()) voxfuse::set_active_isa(options.isas.front());
    return voxfuse::print_peaks(options.threads);
  }
  std::unique_ptr<voxfuse::CudaCheck> gpu;
  if (options.backend == "cuda") {
    std::string why;
    gpu = voxfuse::CudaCheck::open(options.device, why);
    if (gpu == nullptr) {
      std::fprintf(stderr, "no cuda backend: %s\n", why.c_str());
      return 1;
    }
    if (options.command == "bench") return voxfuse::bench_on_gpu(options, *gpu);
  }
  if (options.command == "bench") return voxfuse::bench_cases(options);
  return voxfuse::run_cases(options, gpu.get());
}
