// Tests that need a GPU; the others' configuration is in package.json.
export default {
  files: ["build/js/tests/cuda/*.test.js"],
  workerThreads: false,
  // A file compares kernels on the CPU for minutes while the others keep the GPU busy.
  concurrency: 4,
  timeout: "10m",
};
