#include "kernels/support/cuda/product/cublas.hpp"

#include <cublas_v2.h>
#include <dlfcn.h>

namespace voxfuse {

namespace {

// Graphs replay a product long after it was captured, so its scratch must be the handle's own and
// stay: cuBLAS recommends this much on Hopper.
constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

// A product split over its inputs is added up in f32, never in the products' own bf16.
constexpr auto kMathMode = static_cast<cublasMath_t>(
    CUBLAS_DEFAULT_MATH | CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION);

cudaDataType_t type_of(Dtype dtype) { return dtype == Dtype::kBf16 ? CUDA_R_16BF : CUDA_R_32F; }

}  // namespace

struct Cublas::Library {
  void* code = nullptr;
  cublasHandle_t handle = nullptr;
  void* workspace = nullptr;
  decltype(&cublasCreate_v2) create = nullptr;
  decltype(&cublasDestroy_v2) destroy = nullptr;
  decltype(&cublasSetStream_v2) set_stream = nullptr;
  decltype(&cublasSetWorkspace_v2) set_workspace = nullptr;
  decltype(&cublasSetMathMode) set_math_mode = nullptr;
  // Its name stands for two functions in C++; this is the one of the library.
  cublasStatus_t (*gemm)(cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int,
                         const void*, const void*, cudaDataType, int, const void*, cudaDataType,
                         int, const void*, void*, cudaDataType, int, cublasComputeType_t,
                         cublasGemmAlgo_t) = nullptr;

  template <class Function>
  bool find(Function& function, const char* name) {
    // dlsym gives an address; the header of the library's own version gives its type.
    function = reinterpret_cast<Function>(dlsym(code, name));
    return function != nullptr;
  }
  bool find_all() {
    return find(create, "cublasCreate_v2") && find(destroy, "cublasDestroy_v2") &&
           find(set_stream, "cublasSetStream_v2") && find(set_workspace, "cublasSetWorkspace_v2") &&
           find(set_math_mode, "cublasSetMathMode") && find(gemm, "cublasGemmEx");
  }
  bool begin(cudaStream_t stream) {
    return create(&handle) == CUBLAS_STATUS_SUCCESS &&
           cudaMalloc(&workspace, kWorkspaceBytes) == cudaSuccess &&
           set_stream(handle, stream) == CUBLAS_STATUS_SUCCESS &&
           set_workspace(handle, workspace, kWorkspaceBytes) == CUBLAS_STATUS_SUCCESS &&
           set_math_mode(handle, kMathMode) == CUBLAS_STATUS_SUCCESS;
  }
  ~Library() {
    if (handle != nullptr) destroy(handle);
    if (workspace != nullptr) cudaFree(workspace);
    if (code != nullptr) dlclose(code);
  }
};

Cublas::~Cublas() = default;

std::unique_ptr<Cublas> Cublas::open(cudaStream_t stream) {
  auto library = std::make_unique<Library>();
  library->code = dlopen(VOXFUSE_CUBLAS_NAME, RTLD_NOW | RTLD_LOCAL);
  if (library->code == nullptr || !library->find_all() || !library->begin(stream)) return nullptr;
  std::unique_ptr<Cublas> cublas(new Cublas());  // its constructor is private
  cublas->library_ = std::move(library);
  return cublas;
}

bool Cublas::takes(const CublasProduct& p) {
  return p.x.dtype == p.w.dtype && (p.y.dtype == p.x.dtype || p.y.dtype == Dtype::kF32);
}

Status Cublas::run(const CublasProduct& p) {
  const float alpha = 1.0f;
  const float beta = p.adds ? 1.0f : 0.0f;
  const cublasComputeType_t compute =
      p.x.dtype == Dtype::kBf16 ? CUBLAS_COMPUTE_32F : CUBLAS_COMPUTE_32F_PEDANTIC;
  const auto rows = static_cast<int>(p.rows);
  const auto inputs = static_cast<int>(p.inputs);
  const auto outputs = static_cast<int>(p.outputs);
  // Its matrices lie by columns: what it calls w is our wᵀ, and its y our yᵀ.
  const cublasStatus_t status = library_->gemm(
      library_->handle, CUBLAS_OP_T, CUBLAS_OP_N, outputs, rows, inputs, &alpha, p.w.data,
      type_of(p.w.dtype), inputs, p.x.data, type_of(p.x.dtype), static_cast<int>(p.x_stride), &beta,
      p.y.data, type_of(p.y.dtype), outputs, compute, CUBLAS_GEMM_DEFAULT);
  if (status != CUBLAS_STATUS_SUCCESS)
    return {ErrorCode::kDeviceFailed, "cuBLAS refused a product"};
  return {};
}

}  // namespace voxfuse
