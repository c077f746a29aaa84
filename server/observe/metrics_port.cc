#include "server/observe/metrics_port.h"

#include <prometheus/exposer.h>

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"

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
