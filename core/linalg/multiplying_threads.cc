#include "core/linalg/multiplying_threads.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/linalg/address_space.h"
#include "core/linalg/float_product.h"
#include "core/mutex.h"

// Of OpenBLAS, which its own routines call. Weak: another library of the kind may lack them.
extern "C" {
void* blas_memory_alloc(int) __attribute__((weak));
void blas_memory_free(void*) __attribute__((weak));
}

namespace brainalign {
namespace {

// Address space of a buffer and what surrounds it; little of it is ever written to.
constexpr std::size_t kBufferBytes = std::size_t{144} << 20;

class Reserve {
 public:
  int Make(int threads) {
    MutexLock lock(mutex_);
    if (!MakeFloatKernels()) return 0;
    if (blas_memory_alloc == nullptr || blas_memory_free == nullptr) return threads;
    if (made_ >= threads) return threads;
    // All at once: OpenBLAS makes one only where none of those that it has is free.
    std::vector<void*> held;
    held.reserve(static_cast<std::size_t>(threads));
    while (static_cast<int>(held.size()) < threads) {
      if (static_cast<int>(held.size()) >= made_ && !HasAddressSpace(kBufferBytes)) break;
      held.push_back(blas_memory_alloc(0));
    }
    for (void* const buffer : held) blas_memory_free(buffer);
    made_ = std::max(made_, static_cast<int>(held.size()));
    return static_cast<int>(held.size());
  }

 private:
  Mutex mutex_;
  int made_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

int PrepareToMultiply(int threads) {
  static auto& reserve = *new Reserve;
  return reserve.Make(threads);
}

}  // namespace brainalign
