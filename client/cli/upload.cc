// brainalign upload: an experiment's tensors, without a job.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal/text.h"
#include "client/cli/terminal/upload_bar.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/session/align_remotely.h"

namespace brainalign {
namespace {

struct UploadFlags {
  std::string directory;
  ServerFlags server;
};

int Upload(const Console& console, const UploadFlags& flags) {
  absl::StatusOr<Experiment> experiment = LoadExperiment(flags.directory);
  if (!experiment.ok()) return console.Fail(kExitWrongInput, experiment.status());
  console.TellNotes(experiment->notes);
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connect(flags.server, console);
  if (!connection.ok()) return console.FailCall(connection.status());

  UploadBar bar(console.err, SystemClock());
  const UploadObserver show = [&bar](const UploadProgress& progress) { bar.Show(progress); };
  absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(**connection, TensorsOf(*experiment), console.quiet ? nullptr : show);
  if (!stored.ok()) {
    if (console.stop.stop_requested()) {
      console.err.Write("Stopped. What has arrived is kept: the same command goes on from it.\n");
      return kExitInterrupted;
    }
    return console.FailCall(stored.status());
  }
  if (console.quiet) return kExitDone;
  bar.Finish();
  for (const StoredTensor& tensor : *stored) {
    console.out.Write(absl::StrCat(tensor.digest, "  ", Describe(tensor.spec), "  ",
                                   Printable(tensor.name), "\n"));
  }
  return kExitDone;
}

}  // namespace

Verb AddUpload(CLI::App& root) {
  auto flags = std::make_shared<UploadFlags>();
  CLI::App* app = root.add_subcommand(
      "upload", "Bring an experiment's tensors to the server; prints their digests");
  app->footer("Example:\n  brainalign upload experiment --server lab:7733");
  app->add_option("DIR", flags->directory, "Folder of the experiment")->required();
  AddServerFlags(*app, flags->server);
  return Verb{.app = app, .run = [flags](Console& console) { return Upload(console, *flags); }};
}

}  // namespace brainalign
