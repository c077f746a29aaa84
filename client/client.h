// The client library in five calls: connect, upload, submit, watch, fetch.
//
//   auto client = Client::Connect();                      // each returns a StatusOr
//   auto experiment = LoadExperiment("FOLDER");
//   auto uploaded = client->Upload(*experiment);
//   auto job = client->Submit(*uploaded, options);        // SubmitOptions
//   auto ended = client->Watch(job->job_id);
//   auto result = client->Fetch(job->job_id);
//
// docs/cpp.md shows a whole program.
#ifndef BRAINALIGN_CLIENT_CLIENT_H_
#define BRAINALIGN_CLIENT_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/connection/refusal.h"
#include "client/credentials/server_choice.h"
#include "client/experiment/experiment.h"
#include "client/jobs/job.h"
#include "client/jobs/watch.h"
#include "client/tensors/upload.h"
#include "core/problem/spec.h"

namespace brainalign {

// Options of Client::Connect.
struct ClientOptions {
  // The server and the credentials. An empty field takes its value as in the command `brainalign`:
  // from the environment, else from the file that `brainalign login` wrote, else the server is
  // 127.0.0.1:7733 without TLS or token.
  ServerFlags server = {};
  // Called before each retry, with the reason and the delay in seconds, on the thread of the call.
  // Upload and Watch report retries to their own observers instead. May be null.
  std::function<void(const absl::Status& failure, double delay_seconds)> on_retry = nullptr;
  // A requested stop ends every call of this client with CANCELLED, within about a second.
  std::stop_token stop = {};
};

// An experiment whose tensors the server holds.
struct UploadedExperiment {
  std::vector<StoredTensor> tensors;   // the recording first, if there is one
  RequestedBrain brain;                // without times if the experiment has no recording
  std::vector<RequestedLayer> layers;  // (L)
  // (w, c) Experiment::inputs.nuisance, if the experiment has any.
  std::optional<StoredTensor> nuisance = {};
  std::string layer_order;  // as Experiment::layer_order
  // Experiment::preparation, and EdgeWords of it.
  std::optional<Preparation> preparation = std::nullopt;
  std::int64_t edge_words = 0;
};

// Options of Client::Submit. The alignment options that are not set take their values from the
// preset.
struct SubmitOptions {
  AlignmentOptions alignment = {};
  std::string name = {};    // of the job, for people
  bool skip_cache = false;  // compute even if an identical job has a result
  JobPriority priority = JobPriority::kNormal;
  // PROJECT/NAME of a recording that the server keeps, for an experiment without a recording.
  std::string recording = {};
  // PROJECT/NAME of a model that the server keeps, for an experiment without layers.
  std::string model = {};
  // Digest of the word table (WordTable::digest) of the experiment, which alignment.where needs.
  std::string word_table_digest = {};
  // The same id creates one job, however often it is submitted. Empty: a new UUID.
  std::string request_id = {};
};

// A server and its five calls.
//
// Every call blocks until it is done. Calls may be made from several threads at once. Callbacks
// may make calls, and must not throw.
//
// If the server cannot be reached, the client retries the call with growing delays for some
// minutes, and then returns UNAVAILABLE. Every call may be repeated, in the same program or after a
// restart: Upload continues after the bytes that the server has, and Submit with the same request
// id returns the same job. RefusalOf(status) returns the reason why a server rejected a call.
class Client {
 public:
  // Connects, and reads the server's version and limits. UNAVAILABLE with the address if no server
  // answers there; INVALID_ARGUMENT for a wrong address, TLS file or token, or a token that would
  // be sent without TLS; FAILED_PRECONDITION for a file of credentials that other users can read;
  // UNAUTHENTICATED if the server does not accept the token.
  static absl::StatusOr<Client> Connect(const ClientOptions& options = {});

  // For programs that set their own timeouts and retries in the options of `connection`.
  explicit Client(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

  // Uploads the tensors of an experiment that the server does not have. The SHA-256 of its bytes
  // identifies a tensor, so nothing is sent twice. An interrupted upload continues after the bytes
  // that the server has. `on_progress`, which may be null, is called a few times a second, by one
  // thread at a time, which may not be the caller's. INVALID_ARGUMENT, before anything is sent, if
  // the experiment exceeds a limit of the server; otherwise the errors of UploadTensors.
  absl::StatusOr<UploadedExperiment> Upload(const Experiment& experiment,
                                            const UploadObserver& on_progress = nullptr);

  // Creates a job and returns it, with its id; the job may be queued, running or, if the server has
  // its result in the cache, succeeded. Any program can later find the job by this id.
  // INVALID_ARGUMENT, with the fields in RefusalOf, if inputs or options are invalid;
  // FAILED_PRECONDITION if a tensor has been removed since Upload.
  absl::StatusOr<Job> Submit(const UploadedExperiment& uploaded, const SubmitOptions& options = {});

  // Follows a job to its end and returns it in its last state: succeeded, failed or cancelled.
  // Every event is delivered exactly once, also if connections break. Callbacks are called on the
  // calling thread. `after_sequence`, such as Job::sequence of an earlier watch, skips the events
  // up to it; 0 begins with the first. NOT_FOUND if there is no such job.
  absl::StatusOr<Job> Watch(const std::string& job_id, const WatchCallbacks& callbacks = {},
                            std::int64_t after_sequence = 0);

  // The result of a job that has succeeded; otherwise FAILED_PRECONDITION. NOT_FOUND if there is
  // no such job.
  absl::StatusOr<JobResult> Fetch(const std::string& job_id);

  // For other calls, such as ListJobs and CancelJob (client/jobs/job_calls.h).
  Connection& connection() { return *connection_; }

  const ServerInfo& server_info() const { return connection_->server_info(); }
  const std::string& address() const { return connection_->options().address; }

 private:
  std::unique_ptr<Connection> connection_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLIENT_H_
