#include "tests/fakes/refused_threads.h"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>

namespace brainalign {
namespace {

constexpr int kAsManyAsAskedFor = 1'000'000;

std::atomic<int> left{kAsManyAsAskedFor};
std::atomic<int> refused_count{0};

// Whether it is what the standard library gives a thread to run.
bool IsOfStandardLibrary(void* (*routine)(void*)) {
  Dl_info info;
  return ::dladdr(reinterpret_cast<void*>(routine), &info) != 0 && info.dli_fname != nullptr &&
         std::strstr(info.dli_fname, "libstdc++") != nullptr;
}

// Whether one more may live.
bool TakeOne() {
  int present = left;
  while (present > 0) {
    if (left.compare_exchange_weak(present, present - 1)) return true;
  }
  return false;
}

struct Body {
  void* (*routine)(void*);
  void* argument;
};

// Runs what was asked for, and gives the place back.
void* Run(void* given) {
  const std::unique_ptr<Body> body(static_cast<Body*>(given));
  void* const result = body->routine(body->argument);
  ++left;
  return result;
}

}  // namespace

RefusedThreads::RefusedThreads(int allowed) {
  refused_count = 0;
  // Those that live already have their places, and give them back.
  taken_ = left - allowed;
  left -= taken_;
}

RefusedThreads::~RefusedThreads() { left += taken_; }

int RefusedThreads::refused() { return refused_count; }

}  // namespace brainalign

// In the place of libc's, for every library of the process.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*routine)(void*), void* argument) noexcept {
  using Function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "pthread_create"));
  if (!brainalign::IsOfStandardLibrary(routine)) {
    return create(thread, attributes, routine, argument);
  }
  if (!brainalign::TakeOne()) {
    ++brainalign::refused_count;
    return EAGAIN;
  }
  auto body = std::make_unique<brainalign::Body>(brainalign::Body{routine, argument});
  const int error = create(thread, attributes, &brainalign::Run, body.get());
  if (error == 0) {
    body.release();  // Run's
  } else {
    ++brainalign::left;
  }
  return error;
}
