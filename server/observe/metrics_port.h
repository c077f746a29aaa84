#ifndef BRAINALIGN_SERVER_OBSERVE_METRICS_PORT_H_
#define BRAINALIGN_SERVER_OBSERVE_METRICS_PORT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace prometheus {
class Collectable;
class Exposer;
}  // namespace prometheus

namespace brainalign {

// Answers GET /metrics over HTTP, in Prometheus' text format, on its own port, until it is
// destroyed.
class MetricsPort {
 public:
  // HOST:PORT, where the host is an address; port 0 takes a free one. ALREADY_EXISTS if it
  // cannot listen there.
  static absl::StatusOr<std::unique_ptr<MetricsPort>> Listen(
      const std::string& address, std::vector<std::shared_ptr<prometheus::Collectable>> sources);
  ~MetricsPort();

  int port() const;

 private:
  MetricsPort(std::vector<std::shared_ptr<prometheus::Collectable>> sources,
              std::unique_ptr<prometheus::Exposer> exposer);

  const std::vector<std::shared_ptr<prometheus::Collectable>> sources_;
  const std::unique_ptr<prometheus::Exposer> exposer_;  // it does not own the sources
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_OBSERVE_METRICS_PORT_H_
