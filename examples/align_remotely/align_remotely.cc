// Aligns the experiment of a folder at a server, and prints when each layer peaks.
//
//   align_remotely FOLDER [HOST:PORT]
//
// Without an address, and for TLS and the token, the environment and `brainalign login` count, as
// for the command. The folder's files are those of `brainalign run` (README.md).
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>

#include "brainalign/client/client.h"
#include "brainalign/client/connection/transport_log.h"
#include "brainalign/core/tensor/mapped_faults.h"

namespace {

using brainalign::Client;
using brainalign::Job;
using brainalign::JobState;
using brainalign::Refusal;
using brainalign::TileScores;
using brainalign::UploadProgress;

// Prints a failure: the sentence for people, then what a program can go by.
int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  const std::optional<Refusal> refusal = brainalign::RefusalOf(status);
  if (!refusal.has_value()) return 1;  // no server refused it
  std::fprintf(stderr, "reason: %s\n", refusal->reason.c_str());
  for (const auto& [key, value] : refusal->metadata) {
    std::fprintf(stderr, "  %s: %s\n", key.c_str(), value.c_str());
  }
  for (const Refusal::Violation& field : refusal->fields) {
    std::fprintf(stderr, "  field %s: %s\n", field.subject.c_str(), field.description.c_str());
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: align_remotely FOLDER [HOST:PORT]\n");
    return 2;
  }
  // A disk that fails under a mapped file becomes an error instead of a SIGBUS, and gRPC does not
  // write to standard error by itself.
  brainalign::InstallMappedFaultHandler();
  brainalign::SilenceTransportLog();

  const auto experiment = brainalign::LoadExperiment(argv[1]);
  if (!experiment.ok()) return Fail(experiment.status());

  brainalign::ClientOptions options;
  if (argc == 3) options.server.address = argv[2];
  auto client = Client::Connect(options);
  if (!client.ok()) return Fail(client.status());

  const auto uploaded = client->Upload(*experiment, [](const UploadProgress& progress) {
    std::fprintf(stderr, "\ruploaded %.1f of %.1f MB",
                 static_cast<double>(progress.bytes_there) / 1e6,
                 static_cast<double>(progress.bytes_total) / 1e6);
  });
  std::fprintf(stderr, "\n");
  if (!uploaded.ok()) return Fail(uploaded.status());

  brainalign::SubmitOptions submit_options;
  submit_options.alignment.pca = 4;
  submit_options.name = "example";
  const auto job = client->Submit(*uploaded, submit_options);
  if (!job.ok()) return Fail(job.status());
  std::fprintf(stderr, "job %s\n", job->job_id.c_str());

  brainalign::WatchCallbacks callbacks;
  callbacks.on_tile = [](const TileScores& tile) {
    std::fprintf(stderr, "%d layers from layer %d, %d times from time %d\n", tile.tile.layer_count,
                 tile.tile.layer_begin, tile.tile.time_count, tile.tile.time_begin);
  };
  callbacks.on_progress = [](double share, double /*remaining_seconds*/) {
    std::fprintf(stderr, "%.0f %%\n", 100 * share);
  };
  const auto ended = client->Watch(job->job_id, callbacks);
  if (!ended.ok()) return Fail(ended.status());
  if (ended->state != JobState::kSucceeded) {
    std::fprintf(stderr, "%s: %s\n", Name(ended->state).c_str(), ended->message.c_str());
    return 1;
  }

  const auto result = client->Fetch(job->job_id);
  if (!result.ok()) return Fail(result.status());
  const brainalign::AlignmentResult& alignment = result->alignment;
  for (std::size_t layer = 0; layer < alignment.layer_names.size(); ++layer) {
    std::printf("%s t_max %.3f s\n", alignment.layer_names[layer].c_str(),
                alignment.readout.t_max[layer]);
  }
  return 0;
}
