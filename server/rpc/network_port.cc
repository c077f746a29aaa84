#include "server/rpc/network_port.h"

#include <grpc/support/log.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/impl/server_initializer.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "server/config/listen_address.h"
#include "server/files/file.h"
#include "server/rpc/listen_credentials.h"

namespace brainalign {
namespace {

// Room for a request with the most words there may be: onsets, and groups and sessions of up to
// ten bytes each.
constexpr int kMaxMessageBytes = 8 << 20;

// What one connection may have open: a client that wants more opens another, and each of them is
// a file of the process, of which there is a limit.

// Finds the names of a server's services: gRPC passes them only to plugins.
class NamesOption : public grpc::ServerBuilderOption {
 public:
  explicit NamesOption(const std::vector<std::string>** names) : names_(names) {}

  void UpdateArguments(grpc::ChannelArguments* /*arguments*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->push_back(std::make_unique<Plugin>(names_));
  }

 private:
  class Plugin : public grpc::ServerBuilderPlugin {
   public:
    explicit Plugin(const std::vector<std::string>** names) : names_(names) {}

    std::string name() override { return "brainalign.names"; }
    void InitServer(grpc::ServerInitializer* /*server*/) override {}
    void Finish(grpc::ServerInitializer* server) override { *names_ = server->GetServiceList(); }
    void ChangeArguments(const std::string& /*name*/, void* /*value*/) override {}

   private:
    const std::vector<std::string>** const names_;
  };

  const std::vector<std::string>** const names_;
};

void AddArguments(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  // Without this two servers share a port, each with half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A frozen client is let go after 40 s at most.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // A client that asks more often whether the connection lives is sent away. The Python client asks
  // every 15 s, also while a long verification sends nothing.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1'000);
}

}  // namespace

absl::StatusOr<std::unique_ptr<NetworkPort>> NetworkPort::Listen(
    const ServerOptions& options, const std::vector<grpc::Service*>& services) {
  // gRPC's message is for debugging; users get a sentence.
  gpr_set_log_function([](gpr_log_func_args* said) { spdlog::debug("gRPC: {}", said->message); });
  grpc::EnableDefaultHealthCheckService(true);
  auto credentials = MakeListenCredentials(options);
  if (!credentials.ok()) return credentials.status();
  std::unique_ptr<NetworkPort> listening(new NetworkPort());
  grpc::ServerBuilder builder;
  const std::string address = ListenAddress(options, options.listen_port);
  builder.AddListeningPort(address, *credentials, &listening->port_);
  for (grpc::Service* const service : services) builder.RegisterService(service);
  builder.SetOption(std::make_unique<NamesOption>(&listening->service_names_));
  AddArguments(builder);
  // Bounds what slow uploads hold. The quota's limit on threads is left alone: it
  // turns calls away.
  grpc::ResourceQuota quota("brainalignd");
  quota.Resize(static_cast<std::size_t>(options.rpc_memory_bytes));
  builder.SetResourceQuota(quota);
  listening->server_ = builder.BuildAndStart();
  if (listening->server_ == nullptr || listening->port_ == 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("cannot listen on ", address,
                     ": the port is in use or the address is not this machine's; choose another "
                     "--listen HOST:PORT, or port 0 for a free one"));
  }
  if (IsSocket(address)) {
    const std::string path = address.substr(address.find(':') + 1);
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
      return SystemError(errno, "setting the permissions of", path);
    }
  }
  return listening;
}

void NetworkPort::TellHealth(bool serving) {
  if (grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService()) {
    health->SetServingStatus(serving);
  }
}

void NetworkPort::Shutdown(std::chrono::system_clock::time_point until) {
  server_->Shutdown(until);
  server_->Wait();
}

}  // namespace brainalign
