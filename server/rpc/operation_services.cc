#include "server/rpc/operation_services.h"

#include <prometheus/registry.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_join.h"

namespace brainalign {

OperationServices::OperationServices(Inside inside, const ServerFacts& facts, Reload reload)
    : inside_(std::move(inside)),
      reload_(std::move(reload)),
      network_(inside_.gate, PartsWithReload()),
      control_gate_(nullptr, nullptr, inside_.records),
      control_(&control_rpc_gate_, PartsWithReload()),
      control_server_(&control_rpc_gate_, facts, inside_.parts.book, inside_.parts.blobs,
                      inside_.parts.store, inside_.scrubber) {}

OperationServices::~OperationServices() = default;

OperationRpc::Parts OperationServices::PartsWithReload() {
  OperationRpc::Parts parts = inside_.parts;
  parts.reload = [this] { return ReloadAll(); };
  return parts;
}

absl::StatusOr<Reload::Outcome> OperationServices::ReloadAll() {
  MutexLock lock(mutex_);
  if (absl::Status status = inside_.access->Reread(); !status.ok()) {
    return absl::InvalidArgumentError(status.message());
  }
  return reload_.Run();
}

void OperationServices::ReloadAndTell() {
  const auto outcome = ReloadAll();
  if (!outcome.ok()) {
    spdlog::error("not read again: {}; everything stays as it was",
                  std::string(outcome.status().message()));
    return;
  }
  const auto list = [](const std::vector<std::string>& names) {
    return names.empty() ? "nothing" : absl::StrJoin(names, ", ");
  };
  spdlog::info("read options and access again: changed {}; {} need a restart",
               list(outcome->changed), list(outcome->need_restart));
}

absl::Status OperationServices::ServeMetrics(const ServerOptions& options, absl::Time start_time,
                                             std::shared_ptr<prometheus::Registry> counted) {
  if (options.metrics_address.empty()) return absl::OkStatus();
  MetricsSources sources;
  sources.book = inside_.parts.book;
  sources.uploads = inside_.parts.uploads;
  sources.blobs = inside_.parts.blobs;
  sources.store = inside_.parts.store;
  sources.scrubber = inside_.scrubber;
  sources.is_draining = [this] { return inside_.parts.drain->is_on(); };
  sources.memory_budget_bytes = options.memory_budget_bytes;
  sources.threads = options.threads;
  sources.tls_certificate = options.tls_certificate;
  sources.start_time = start_time;
  auto listening = MetricsPort::Listen(
      options.metrics_address,
      {std::move(counted), std::make_shared<ServerMetrics>(std::move(sources))});
  if (!listening.ok()) return listening.status();
  metrics_ = *std::move(listening);
  spdlog::info("metrics are on port {}", metrics_->port());
  return absl::OkStatus();
}

}  // namespace brainalign
