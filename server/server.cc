#include "server/server.h"

#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <prometheus/registry.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/align/alignment.h"
#include "core/process_limits.h"
#include "grpc/health/v1/health.pb.h"
#include "server/access/access_list.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/file.h"
#include "server/blobs/scrubber.h"
#include "server/blobs/tensor_care.h"
#include "server/blobs/tensors.h"
#include "server/blobs/uploads.h"
#include "server/drain.h"
#include "server/folder_lock.h"
#include "server/housekeeper.h"
#include "server/jobs/job_book.h"
#include "server/observe/call_records.h"
#include "server/observe/store_metrics.h"
#include "server/rpc/admin_rpc.h"
#include "server/rpc/call_gate.h"
#include "server/rpc/control_socket.h"
#include "server/rpc/job_rpc.h"
#include "server/rpc/listen_credentials.h"
#include "server/rpc/operation_services.h"
#include "server/rpc/recording_rpc.h"
#include "server/rpc/server_rpc.h"
#include "server/rpc/tensor_rpc.h"
#include "server/store/store.h"

namespace brainalign {
namespace {

constexpr std::int64_t kChunkBytes = std::int64_t{1} << 20;
constexpr int kMaxDigestsPerCall = 1000;
constexpr int kMaxDownloads = 64;
// Room for a request with the most words there may be: onsets, and groups of up to
// ten bytes each.
constexpr int kMaxMessageBytes = 8 << 20;

ServerOptions FillIn(ServerOptions options) {
  if (options.threads == 0) options.threads = UsableThreads();
  if (options.memory_budget_bytes == 0) options.memory_budget_bytes = UsableMemoryBytes() / 2;
  if (options.brain_cache_bytes < 0) options.brain_cache_bytes = options.memory_budget_bytes / 4;
  return options;
}

ProjectLimits QuotasOf(const ServerOptions& options) {
  return {.stored_bytes = options.quota_stored_bytes,
          .queued_jobs = options.quota_queued_jobs,
          .running_jobs = options.quota_running_jobs,
          .uploads = options.quota_uploads,
          .cpu_hours = options.quota_cpu_hours};
}

UploadLimits MakeUploadLimits(const ServerOptions& options) {
  UploadLimits limits;
  limits.max_chunk_bytes = kChunkBytes;
  limits.max_tensor_bytes = options.max_tensor_bytes;
  limits.sync_interval_bytes = options.sync_interval_bytes;
  limits.idle_timeout = absl::Seconds(options.upload_idle_seconds);
  return limits;
}

JobSettings MakeJobSettings(const ServerOptions& options) {
  JobSettings settings;
  settings.threads = options.threads;
  settings.memory_budget_bytes = options.memory_budget_bytes;
  settings.brain_cache_bytes = options.brain_cache_bytes;
  settings.scratch_folder = options.data_folder;
  settings.max_running_executions = options.max_running_jobs;
  settings.heartbeat = absl::Seconds(options.heartbeat_seconds);
  return settings;
}

TensorCare::Settings MakeCareSettings(const ServerOptions& options) {
  TensorCare::Settings settings;
  settings.scrub_bytes_per_second = options.scrub_bytes_per_second;
  settings.removal_interval = std::clamp(absl::Seconds(options.unused_tensor_seconds) / 8,
                                         absl::Seconds(1), absl::Hours(1));
  return settings;
}

bool WantsTokens(const ServerOptions& options, const AccessList& access) {
  switch (options.access) {
    case AccessMode::kOpen:
      return false;
    case AccessMode::kToken:
      return true;
    case AccessMode::kAuto:
      return !IsLoopback(options.listen_host) || access.HasEntries();
  }
  return true;
}

ServerFacts MakeFacts(const ServerOptions& options, absl::Time now) {
  const JobLimits jobs;
  ServerFacts facts;
  facts.limits.set_max_chunk_bytes(kChunkBytes);
  facts.limits.set_max_tensor_bytes(options.max_tensor_bytes);
  facts.limits.set_max_digests_per_call(kMaxDigestsPerCall);
  facts.limits.set_max_page_size(jobs.max_page_size);
  facts.limits.set_max_name_bytes(jobs.max_name_bytes);
  facts.limits.set_max_layers(jobs.max_layers);
  facts.limits.set_max_words(jobs.max_words);
  facts.limits.set_max_times(jobs.max_times);
  facts.limits.set_max_watches(options.max_watches);
  facts.limits.set_max_upload_streams(options.max_upload_streams);
  facts.limits.set_upload_idle_seconds(options.upload_idle_seconds);
  facts.limits.set_unused_tensor_seconds(options.unused_tensor_seconds);
  facts.limits.set_stall_seconds(options.stall_seconds);
  facts.threads = options.threads;
  facts.memory_budget_bytes = options.memory_budget_bytes;
  facts.start_time = now;
  return facts;
}

}  // namespace

// In the order in which things depend on those before them.
struct Server::State {
  std::unique_ptr<FolderLock> lock;
  std::unique_ptr<Store> store;
  std::unique_ptr<BlobFolder> blobs;
  std::unique_ptr<Tensors> tensors;
  std::unique_ptr<AccessList> access;
  DefaultLimits quotas;
  std::unique_ptr<Uploads> uploads;
  std::unique_ptr<JobBook> book;
  std::unique_ptr<Scrubber> scrubber;
  std::unique_ptr<TensorCare> care;
  std::unique_ptr<Housekeeper> housekeeper;
  std::atomic<bool> stopping{false};
  std::unique_ptr<StallGuard> guard;
  std::unique_ptr<Recordings> recordings;
  // Shared with who has asked for metrics.
  const std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::unique_ptr<CallRecords> records;
  std::unique_ptr<Drain> drain;
  std::unique_ptr<CallGate> gate;
  std::unique_ptr<TensorRpc> tensor_rpc;
  std::unique_ptr<JobRpc> job_rpc;
  std::unique_ptr<RecordingRpc> recording_rpc;
  std::unique_ptr<ServerRpc> server_rpc;
  std::unique_ptr<OperationServices> operation;
  std::unique_ptr<AdminRpc> admin_rpc;
  std::unique_ptr<ControlSocket> control;
  std::unique_ptr<grpc::Server> grpc;
  int port = 0;

  absl::Status OpenFolder(const ServerOptions& options, Parts parts);
  // What may change while it runs, as the table of options says, but for the log's level.
  void TakeOver(const ServerOptions& options);
  void TellHealth(bool serving);
  absl::Status Listen(const ServerOptions& options);
};

absl::Status Server::State::OpenFolder(const ServerOptions& options, Parts parts) {
  const std::string& folder = options.data_folder;
  if (folder.empty()) {
    return absl::InvalidArgumentError("the data folder is not set; give it with --data");
  }
  if (absl::Status status = MakeDirectory(folder); !status.ok()) {
    return FolderNotWritable(folder, status);
  }
  auto locked = FolderLock::Take(folder);
  if (!locked.ok()) return locked.status();
  lock = *std::move(locked);
  auto database = Database::Open(folder + "/db", parts.database_env.get());
  if (!database.ok()) return database.status();
  store = std::make_unique<Store>(*std::move(database), CountCommits(registry));
  auto opened_blobs = BlobFolder::Open(folder);
  if (!opened_blobs.ok()) return FolderNotWritable(folder, opened_blobs.status());
  blobs = *std::move(opened_blobs);
  tensors = std::make_unique<Tensors>(absl::Seconds(options.unused_tensor_seconds), parts.clock,
                                      store.get(), blobs.get());
  auto opened_access = AccessList::Open(folder, parts.clock);
  if (!opened_access.ok()) return opened_access.status();
  access = *std::move(opened_access);
  UploadLimits upload_limits = MakeUploadLimits(options);
  upload_limits.limits_of = [this](const std::string& project) {
    return Resolve(access->SettingsOf(project), quotas.Get());
  };
  TakeOver(options);
  auto opened_uploads =
      Uploads::Open(upload_limits, parts.clock, store.get(), blobs.get(), tensors.get());
  if (!opened_uploads.ok()) return opened_uploads.status();
  uploads = *std::move(opened_uploads);
  JobSettings job_settings = MakeJobSettings(options);
  job_settings.limits_of = upload_limits.limits_of;
  recordings =
      std::make_unique<Recordings>(job_settings.limits, parts.clock, store.get(), tensors.get());
  job_settings.submissions_left = [this](const SealedRecording& recording,
                                         const std::string& project) {
    return recordings->SubmissionsLeft(recording, project);
  };
  auto opened_book = JobBook::Open(job_settings, parts.clock, std::move(parts.alignment_factory),
                                   store.get(), blobs.get(), tensors.get());
  if (!opened_book.ok()) return opened_book.status();
  book = *std::move(opened_book);
  scrubber = std::make_unique<Scrubber>(absl::Seconds(options.scrub_interval_seconds), parts.clock,
                                        store.get(), blobs.get(), tensors.get());
  care = std::make_unique<TensorCare>(MakeCareSettings(options), parts.clock, tensors.get(),
                                      scrubber.get());
  records = std::make_unique<CallRecords>(registry);
  drain = std::make_unique<Drain>(book.get(), [this](bool serving) { TellHealth(serving); });
  gate = std::make_unique<CallGate>(WantsTokens(options, *access) ? access.get() : nullptr,
                                    drain.get(), records.get());
  guard = std::make_unique<StallGuard>(absl::Seconds(options.stall_seconds));
  TensorRpc::Limits limits;
  limits.upload_streams = options.max_upload_streams;
  limits.downloads = kMaxDownloads;
  limits.digests_per_call = kMaxDigestsPerCall;
  limits.chunk_bytes = kChunkBytes;
  tensor_rpc = std::make_unique<TensorRpc>(gate.get(), recordings.get(), limits, guard.get(),
                                           uploads.get(), tensors.get(), blobs.get(), &stopping);
  job_rpc = std::make_unique<JobRpc>(gate.get(), recordings.get(), book.get(), guard.get(),
                                     options.max_watches);
  recording_rpc = std::make_unique<RecordingRpc>(gate.get(), job_settings.limits, recordings.get());
  const ServerFacts facts = MakeFacts(options, parts.clock());
  server_rpc = std::make_unique<ServerRpc>(gate.get(), facts, book.get(), blobs.get(), store.get(),
                                           scrubber.get());
  OperationServices::Inside inside{access.get(), records.get(), gate.get(), {}, scrubber.get()};
  inside.parts = {book.get(),   uploads.get(), store.get(), blobs.get(),
                  parts.errors, drain.get(),   {}};
  operation = std::make_unique<OperationServices>(
      std::move(inside), facts,
      Reload(options, std::move(parts.read_options), [this](const ServerOptions& read) {
        spdlog::set_level(spdlog::level::from_str(read.log_level));
        TakeOver(read);
      }));
  admin_rpc = std::make_unique<AdminRpc>(store.get(), blobs.get(), care.get(), &stopping);
  return absl::OkStatus();
}

void Server::State::TakeOver(const ServerOptions& options) {
  quotas.Set(QuotasOf(options));
  blobs->SetMarks({options.disk_reserve_bytes, options.disk_hard_mark_bytes});
}

void Server::State::TellHealth(bool serving) {
  if (grpc == nullptr) return;
  if (grpc::HealthCheckServiceInterface* health = grpc->GetHealthCheckService()) {
    health->SetServingStatus(serving);
  }
}

absl::Status Server::State::Listen(const ServerOptions& options) {
  static const bool plugins_ready = [] {
    // What gRPC has to say is for those who look for a fault; people get a sentence.
    gpr_set_log_function([](gpr_log_func_args* said) { spdlog::debug("gRPC: {}", said->message); });
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    // Names the file so that the linker keeps it: reflection describes the health
    // service by it.
    return grpc::health::v1::HealthCheckRequest::descriptor() != nullptr;
  }();
  if (!plugins_ready) return absl::InternalError("the health service has no description");

  auto credentials = MakeListenCredentials(options);
  if (!credentials.ok()) return credentials.status();
  grpc::ServerBuilder builder;
  const std::string address = absl::StrCat(options.listen_host, ":", options.listen_port);
  builder.AddListeningPort(address, *credentials, &port);
  builder.RegisterService(tensor_rpc.get());
  builder.RegisterService(job_rpc.get());
  builder.RegisterService(recording_rpc.get());
  builder.RegisterService(server_rpc.get());
  builder.RegisterService(operation->network_service());
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(-1);
  // Without this two servers share a port, each with half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A frozen client is let go after 40 s at most.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20'000);
  // Bounds what slow uploads hold. The quota's limit on threads is left alone: it
  // turns calls away.
  grpc::ResourceQuota quota("brainalignd");
  quota.Resize(static_cast<std::size_t>(options.rpc_memory_bytes));
  builder.SetResourceQuota(quota);
  grpc = builder.BuildAndStart();
  if (grpc == nullptr || port == 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("cannot listen on ", address,
                     ": the port is in use or the address is not this machine's; choose another "
                     "--listen HOST:PORT, or port 0 for a free one"));
  }
  return absl::OkStatus();
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, Parts parts) {
  const ServerOptions filled = FillIn(options);
  if (parts.read_options) {
    // So that what the machine has is no change.
    parts.read_options = [read = std::move(parts.read_options)]() -> absl::StatusOr<ServerOptions> {
      auto read_options = read();
      if (!read_options.ok()) return read_options;
      return FillIn(*std::move(read_options));
    };
  }
  if (!parts.clock) parts.clock = SystemClock();
  if (!parts.alignment_factory) parts.alignment_factory = &Alignment::Create;
  // Owned by the server from the start: it is taken down in order if a step fails.
  std::unique_ptr<Server> server(new Server(std::make_unique<State>()));
  State& state = *server->state_;
  const absl::Time now = parts.clock();
  if (absl::Status status = state.OpenFolder(filled, std::move(parts)); !status.ok()) {
    return status;
  }
  if (absl::Status status = state.Listen(filled); !status.ok()) return status;
  const absl::Status measured = state.operation->ServeMetrics(filled, now, state.registry);
  if (!measured.ok()) return measured;
  std::vector<grpc::Service*> control_services = state.operation->control_services();
  control_services.push_back(state.admin_rpc.get());
  auto control = ControlSocket::Listen(filled.data_folder, control_services);
  if (control.ok()) {
    state.control = *std::move(control);
  } else {
    spdlog::warn("nothing can be asked through the data folder, no backup either: {}",
                 std::string(control.status().message()));
  }
  state.book->Tick();
  state.housekeeper = std::make_unique<Housekeeper>([&state] {
    state.store->TryToRecover();
    state.book->Tick();
    state.uploads->DropExpired();
    state.guard->Tick();
    state.access->RereadIfChanged();
  });
  spdlog::info("serves {} on {}:{} {}, {} threads, {} bytes of memory for jobs", filled.data_folder,
               filled.listen_host, state.port,
               filled.tls_certificate.empty() ? "without TLS" : "with TLS", filled.threads,
               filled.memory_budget_bytes);
  return server;
}

int Server::port() const { return state_->port; }

int Server::metrics_port() const { return state_->operation->metrics_port(); }

void Server::Shutdown(absl::Duration grace) {
  State& state = *state_;
  if (state.stopping.exchange(true)) return;
  state.TellHealth(false);
  if (state.control != nullptr) state.control->StopServing();
  state.housekeeper.reset();
  if (state.book != nullptr) state.book->Stop();
  if (state.grpc != nullptr) {
    state.grpc->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(grace));
    state.grpc->Wait();
  }
  state.control.reset();  // it may tell the health of the other
  state.grpc.reset();
  state.admin_rpc.reset();
  state.operation.reset();
  state.server_rpc.reset();
  state.recording_rpc.reset();
  state.job_rpc.reset();
  state.tensor_rpc.reset();
  state.gate.reset();
  state.recordings.reset();
  state.drain.reset();
  state.records.reset();
  state.guard.reset();
  state.care.reset();
  state.scrubber.reset();
  state.book.reset();
  state.uploads.reset();
  state.access.reset();
  state.tensors.reset();
  state.blobs.reset();
  state.store.reset();
  state.lock.reset();
}

}  // namespace brainalign
