#include "tests/core/digests/kernels_in_use.h"

#include <gnu/libc-version.h>
#include <oneapi/dnnl/dnnl.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/tensor/for_each_processor.h"

extern "C" {
char* openblas_get_config();
char* openblas_get_corename();
}

namespace brainalign {
namespace {

const char* LoopsName() {
  switch (LoopVersionInUse()) {
    case LoopVersion::kPlain:
      return "plain";
    case LoopVersion::kAvx2:
      return "avx2";
    case LoopVersion::kAvx512:
      return "avx512";
  }
  return "unknown";
}

const char* ArchitectureName() {
#if defined(__x86_64__)
  return "x86_64";
#elif defined(__aarch64__)
  return "arm64";
#else
  return "other";
#endif
}

}  // namespace

std::string KernelsInUse() {
  // It begins with "OpenBLAS 0.3.21".
  const std::vector<std::string> openblas = absl::StrSplit(openblas_get_config(), ' ');
  const dnnl_version_t& onednn = *dnnl_version();
  return absl::StrCat(
      ArchitectureName(), ", ", openblas.at(0), " ", openblas.at(1), " ", openblas_get_corename(),
      ", oneDNN ", onednn.major, ".", onednn.minor, ".", onednn.patch, " isa 0x",
      absl::Hex(static_cast<unsigned>(dnnl_get_effective_cpu_isa())), ", loops ", LoopsName(),
      ", g++ " __VERSION__ " " BRAINALIGN_BUILD_KIND ", glibc ", gnu_get_libc_version());
}

}  // namespace brainalign
