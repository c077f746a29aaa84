#ifndef BRAINALIGN_SERVER_RPC_NETWORK_PORT_H_
#define BRAINALIGN_SERVER_RPC_NETWORK_PORT_H_

#include <grpcpp/server.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/config/options.h"

namespace brainalign {

// Calls that are open at a time on one connection; more of them wait at the client.
inline constexpr int kMaxStreamsPerConnection = 100;

// The network port: our services, and grpc.health.v1, which needs no token, so that load balancers
// and supervisors can call it.
class NetworkPort {
 public:
  // The services must outlive it. INVALID_ARGUMENT for invalid credentials; ALREADY_EXISTS if the
  // address is in use.
  static absl::StatusOr<std::unique_ptr<NetworkPort>> Listen(
      const ServerOptions& options, const std::vector<grpc::Service*>& services);

  // The free one that was found for port 0.
  int port() const { return port_; }
  // Full names of all services that the port has, those of gRPC's own too.
  const std::vector<std::string>& service_names() const { return *service_names_; }
  void TellHealth(bool serving);
  // Lets calls end until then.
  void Shutdown(std::chrono::system_clock::time_point until);

 private:
  NetworkPort() = default;

  int port_ = 0;
  const std::vector<std::string>* service_names_ = nullptr;  // the server's
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_NETWORK_PORT_H_
