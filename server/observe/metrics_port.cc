#include "server/observe/metrics_port.h"

#include <dlfcn.h>
#include <prometheus/exposer.h>
#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"

// In the place of libc's, for every library of the process: the HTTP server behind
// prometheus::Exposer gives its threads 100 KiB, and libc takes what is local to a thread out of
// that: 60 KiB with OpenBLAS. An answer of 404 then wrote beyond the stack, and /metrics came
// within a page of it. Linked with --export-dynamic-symbol so that the libraries find it.
extern "C" int pthread_attr_setstacksize(pthread_attr_t* attributes, std::size_t bytes) noexcept {
  constexpr std::size_t kLeastBytes = std::size_t{1} << 20;
  using Function = int (*)(pthread_attr_t*, std::size_t);
  static const auto set = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "pthread_attr_setstacksize"));
  return set(attributes, std::max(bytes, kLeastBytes));
}

namespace brainalign {

MetricsPort::MetricsPort(std::vector<std::shared_ptr<prometheus::Collectable>> sources,
                         std::unique_ptr<prometheus::Exposer> exposer)
    : sources_(std::move(sources)), exposer_(std::move(exposer)) {
  for (const auto& source : sources_) exposer_->RegisterCollectable(source);
}

MetricsPort::~MetricsPort() = default;

absl::StatusOr<std::unique_ptr<MetricsPort>> MetricsPort::Listen(
    const std::string& address, std::vector<std::shared_ptr<prometheus::Collectable>> sources) {
  std::unique_ptr<prometheus::Exposer> exposer;
  // The fence: the library throws where it cannot listen.
  try {
    exposer = std::make_unique<prometheus::Exposer>(address);
  } catch (const std::exception&) {
    return absl::AlreadyExistsError(
        absl::StrCat("cannot listen on ", address,
                     " for metrics: the port is in use, or the host is no address of this machine; "
                     "choose another --metrics HOST:PORT, such as 127.0.0.1:9464"));
  }
  return std::unique_ptr<MetricsPort>(new MetricsPort(std::move(sources), std::move(exposer)));
}

int MetricsPort::port() const { return exposer_->GetListeningPorts().front(); }

}  // namespace brainalign
