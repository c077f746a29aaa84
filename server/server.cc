#include "server/server.h"

#include <prometheus/registry.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/align/alignment.h"
#include "core/linalg/multiplying_threads.h"
#include "server/access/access_list.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/scrubber.h"
#include "server/blobs/tensor_care.h"
#include "server/blobs/tensors.h"
#include "server/blobs/uploads.h"
#include "server/calls/call_gate.h"
#include "server/calls/client_calls.h"
#include "server/calls/control_calls.h"
#include "server/calls/drain.h"
#include "server/calls/reloader.h"
#include "server/calls/stall_guard.h"
#include "server/config/listen_address.h"
#include "server/files/file.h"
#include "server/files/folder_lock.h"
#include "server/housekeeper.h"
#include "server/jobs/alignments.h"
#include "server/jobs/executor.h"
#include "server/jobs/job_aging.h"
#include "server/jobs/job_book.h"
#include "server/jobs/local_executor.h"
#include "server/observe/call_records.h"
#include "server/observe/metrics_port.h"
#include "server/observe/server_metrics.h"
#include "server/observe/store_metrics.h"
#include "server/part_settings.h"
#include "server/resources/models.h"
#include "server/resources/word_tables.h"
#include "server/rpc/control_socket.h"
#include "server/rpc/network_port.h"
#include "server/rpc/protocol_services.h"
#include "server/rpc/reflection_rpc.h"
#include "server/store/store.h"

namespace brainalign {
namespace {

absl::StatusOr<std::unique_ptr<Executor>> MakePool(const JobSettings& settings, const Store& store,
                                                   const Alignments& alignments) {
  auto pool = LocalExecutor::Make(settings, store, &alignments);
  if (!pool.ok()) return pool.status();
  return *std::move(pool);
}

std::vector<grpc::Service*> PointersTo(
    const std::vector<std::unique_ptr<grpc::Service>>& services) {
  std::vector<grpc::Service*> pointers;
  for (const auto& service : services) pointers.push_back(service.get());
  return pointers;
}

}  // namespace

// Each member depends on those before it alone, and is destroyed before them.
struct Server::State {
  std::atomic<bool> stopping{false};
  std::unique_ptr<FolderLock> lock;
  // Shared with running requests for metrics.
  const std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::unique_ptr<Store> store;
  std::unique_ptr<BlobFolder> blobs;
  std::unique_ptr<Tensors> tensors;
  std::unique_ptr<AccessList> access;
  DefaultLimits quotas;
  std::unique_ptr<Uploads> uploads;
  std::unique_ptr<Recordings> recordings;
  std::unique_ptr<WordTables> word_tables;
  std::unique_ptr<Models> models;
  std::unique_ptr<Alignments> alignments;
  std::unique_ptr<Executor> executor;
  std::unique_ptr<JobBook> book;
  std::unique_ptr<JobAging> aging;
  std::unique_ptr<Scrubber> scrubber;
  std::unique_ptr<TensorCare> care;
  std::unique_ptr<StallGuard> guard;
  std::unique_ptr<CallRecords> records;
  std::unique_ptr<Drain>
      drain;  // also notifies `network`; used while `network` or `control` accept calls
  std::unique_ptr<CallGate> gate;
  std::unique_ptr<Reloader> reloader;
  std::unique_ptr<ClientCalls> client_calls;
  std::unique_ptr<ControlCalls> control_calls;
  std::unique_ptr<MetricsPort> metrics;  // null unless asked for
  std::vector<std::unique_ptr<grpc::Service>> client_services;
  std::vector<std::unique_ptr<grpc::Service>> control_services;
  std::unique_ptr<ReflectionRpc> reflection_rpc;  // null unless asked for
  std::unique_ptr<NetworkPort> network;
  std::unique_ptr<ControlSocket> control;
  std::optional<Housekeeper> housekeeper;

  ~State() { StopServing(absl::ZeroDuration()); }

  // Those of them that there are by then take no more calls, and end those under way.
  void StopServing(absl::Duration grace);
  absl::Status OpenFolder(const ServerOptions& options, Parts parts);
  // The options that can change while it runs (is_live), except the log level.
  void TakeOver(const ServerOptions& options);
  void TellHealth(bool serving);
  void MakeCalls(const ServerOptions& options, const ServerFacts& facts,
                 std::shared_ptr<const ErrorLog> errors);
  absl::Status Listen(const ServerOptions& options);
  // ALREADY_EXISTS if the options' address for metrics is taken; no effect without one.
  absl::Status ServeMetrics(const ServerOptions& options, absl::Time start_time);
};

absl::Status Server::State::OpenFolder(const ServerOptions& options, Parts parts) {
  const std::string& folder = options.data_folder;
  if (folder.empty()) {
    return absl::InvalidArgumentError("the data folder is not set; give it with --data");
  }
  if (absl::Status status = CheckMeantAsDataFolder(folder); !status.ok()) return status;
  if (absl::Status status = MakeDirectory(folder); !status.ok()) {
    return FolderNotWritable(folder, status);
  }
  auto locked = FolderLock::Take(folder);
  if (!locked.ok()) return locked.status();
  lock = *std::move(locked);
  if (const std::string wide = DescribeWideFolder(folder); !wide.empty()) {
    spdlog::warn("{}", wide);
  }
  auto database = Database::Open(folder + "/db", parts.database_env.get());
  if (!database.ok()) return database.status();
  store = std::make_unique<Store>(*std::move(database), CountCommits(registry));
  auto opened_blobs = BlobFolder::Open(folder);
  if (!opened_blobs.ok()) return FolderNotWritable(folder, opened_blobs.status());
  blobs = *std::move(opened_blobs);
  tensors = std::make_unique<Tensors>(absl::Seconds(options.unused_tensor_seconds), parts.clock,
                                      store.get(), blobs.get());
  auto opened_access = AccessList::Open(folder, RuleOf(options), parts.clock, store.get());
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
  word_tables =
      std::make_unique<WordTables>(job_settings.limits, parts.clock, store.get(), tensors.get());
  models = std::make_unique<Models>(job_settings.limits, parts.clock, store.get(), tensors.get());
  job_settings.check_submission = [this](const Recording& recording, const Submission& next) {
    return recordings->CheckSubmission(recording, next);
  };
  alignments =
      std::make_unique<Alignments>(job_settings, std::move(parts.alignment_factory), tensors.get());
  auto made_executor =
      parts.make_executor ? parts.make_executor() : MakePool(job_settings, *store, *alignments);
  if (!made_executor.ok()) return made_executor.status();
  executor = *std::move(made_executor);
  auto opened_book =
      JobBook::Open(job_settings, parts.clock, parts.steady_clock,
                    {store.get(), blobs.get(), tensors.get(), alignments.get(), executor.get()});
  if (!opened_book.ok()) return opened_book.status();
  book = *std::move(opened_book);
  aging = std::make_unique<JobAging>(
      JobAging::Limits{absl::Seconds(options.keep_jobs_seconds), options.keep_jobs}, parts.clock,
      store.get(), book.get());
  scrubber = std::make_unique<Scrubber>(absl::Seconds(options.scrub_interval_seconds), parts.clock,
                                        store.get(), blobs.get(), tensors.get());
  auto caring =
      TensorCare::Start(MakeCareSettings(options), parts.clock, tensors.get(), scrubber.get());
  if (!caring.ok()) return caring.status();
  care = *std::move(caring);
  records = std::make_unique<CallRecords>(registry);
  drain = std::make_unique<Drain>(book.get(), [this](bool serving) { TellHealth(serving); });
  gate = std::make_unique<CallGate>(access.get(), drain.get(), records.get());
  guard = std::make_unique<StallGuard>(absl::Seconds(options.stall_seconds));
  reloader = std::make_unique<Reloader>(
      access.get(),
      Reload(options, std::move(parts.read_options), [this](const ServerOptions& read) {
        spdlog::set_level(spdlog::level::from_str(read.log_level));
        TakeOver(read);
      }));
  MakeCalls(options, MakeFacts(options, parts.clock()), std::move(parts.errors));
  return absl::OkStatus();
}

void Server::State::MakeCalls(const ServerOptions& options, const ServerFacts& facts,
                              std::shared_ptr<const ErrorLog> errors) {
  const OperationCalls::Parts operation{book.get(),    uploads.get(),     store.get(),
                                        blobs.get(),   std::move(errors), drain.get(),
                                        reloader.get()};
  ClientCalls::Parts parts;
  parts.gate = gate.get();
  parts.guard = guard.get();
  parts.stopping = &stopping;
  parts.recordings = recordings.get();
  parts.word_tables = word_tables.get();
  parts.models = models.get();
  parts.uploads = uploads.get();
  parts.tensors = tensors.get();
  parts.blobs = blobs.get();
  parts.book = book.get();
  parts.store = store.get();
  parts.scrubber = scrubber.get();
  parts.operation = operation;
  parts.facts = facts;
  parts.tensor_limits = MakeTensorLimits(options);
  parts.max_watches = options.max_watches;
  client_calls = std::make_unique<ClientCalls>(parts);
  control_calls = std::make_unique<ControlCalls>(ControlCalls::Parts{
      records.get(), &stopping, blobs.get(), care.get(), scrubber.get(), operation, facts});
}

void Server::State::TakeOver(const ServerOptions& options) {
  quotas.Set(QuotasOf(options));
  blobs->SetMarks({options.disk_reserve_bytes, options.disk_hard_mark_bytes});
}

void Server::State::TellHealth(bool serving) {
  if (network != nullptr) network->TellHealth(serving);
}

absl::Status Server::State::Listen(const ServerOptions& options) {
  client_services = ServicesOf(*client_calls);
  std::vector<grpc::Service*> services = PointersTo(client_services);
  if (options.reflection) {
    reflection_rpc =
        std::make_unique<ReflectionRpc>(gate.get(), guard.get(), &stopping, MakeShares(options));
    services.push_back(reflection_rpc.get());
  }
  auto listening = NetworkPort::Listen(options, services);
  if (!listening.ok()) return listening.status();
  network = *std::move(listening);
  if (reflection_rpc != nullptr) reflection_rpc->SetServiceNames(&network->service_names());
  return absl::OkStatus();
}

absl::Status Server::State::ServeMetrics(const ServerOptions& options, absl::Time start_time) {
  if (options.metrics_address.empty()) return absl::OkStatus();
  MetricsSources sources;
  sources.book = book.get();
  sources.uploads = uploads.get();
  sources.blobs = blobs.get();
  sources.store = store.get();
  sources.scrubber = scrubber.get();
  sources.is_draining = [this] { return drain->is_on(); };
  sources.memory_budget_bytes = options.memory_budget_bytes;
  sources.threads = options.threads;
  sources.tls_certificate = options.tls_certificate;
  sources.start_time = start_time;
  auto listening = MetricsPort::Listen(
      options.metrics_address, {registry, std::make_shared<ServerMetrics>(std::move(sources))});
  if (!listening.ok()) return listening.status();
  metrics = *std::move(listening);
  spdlog::info("metrics are on port {}", metrics->port());
  return absl::OkStatus();
}

void Server::State::StopServing(absl::Duration grace) {
  if (stopping.exchange(true)) return;
  TellHealth(false);
  if (control != nullptr) control->StopServing();
  housekeeper.reset();
  if (book != nullptr) book->Stop();  // which ends the watches
  if (network != nullptr) {
    network->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(grace));
  }
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
  if (!parts.steady_clock) parts.steady_clock = SteadySeconds();
  if (!parts.alignment_factory) parts.alignment_factory = &Alignment::Create;
  // The pool has an additional spare thread.
  if (PrepareToMultiply(filled.threads + 1) <= filled.threads) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the system has no address space left for ", filled.threads,
        " threads that compute; use fewer (--threads) or raise its limit (ulimit -v)"));
  }
  // Owned by the server from the start: if a step fails, what there is by then is taken down as in
  // Shutdown.
  std::unique_ptr<Server> server(new Server(std::make_unique<State>()));
  State& state = *server->state_;
  const absl::Time now = parts.clock();
  if (absl::Status status = state.OpenFolder(filled, std::move(parts)); !status.ok()) {
    return status;
  }
  if (absl::Status status = state.Listen(filled); !status.ok()) return status;
  if (absl::Status status = state.ServeMetrics(filled, now); !status.ok()) return status;
  state.control_services = ServicesOf(*state.control_calls);
  auto control = ControlSocket::Listen(filled.data_folder, PointersTo(state.control_services));
  if (control.ok()) {
    state.control = *std::move(control);
  } else {
    spdlog::warn(
        "the control socket in the data folder does not work, so backups and administration "
        "through it are not possible: {}",
        std::string(control.status().message()));
  }
  state.book->Tick();
  auto keeping = Housekeeper::Start([&state] {
    state.store->TryToRecover();
    state.book->Tick();
    state.aging->Step();
    state.uploads->DropExpired();
    state.guard->Tick();
    state.access->RereadIfChanged();
    state.access->KeepUse();
  });
  if (!keeping.ok()) return keeping.status();
  state.housekeeper.emplace(*std::move(keeping));
  spdlog::info("serves {} on {} {}, {} threads, {} bytes of memory for jobs", filled.data_folder,
               ListenAddress(filled, state.network->port()),
               filled.tls_certificate.empty() ? "without TLS" : "with TLS", filled.threads,
               filled.memory_budget_bytes);
  return server;
}

int Server::port() const { return state_->network->port(); }

int Server::metrics_port() const {
  return state_->metrics == nullptr ? 0 : state_->metrics->port();
}

void Server::ReadAgain() { state_->reloader->RunAndLog(); }

void Server::Shutdown(absl::Duration grace) {
  if (state_ == nullptr) return;
  state_->StopServing(grace);
  state_.reset();
}

}  // namespace brainalign
