// brainalign upload: an experiment's tensors, without a job.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/experiment_names.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/report/listing_json.h"

namespace brainalign {
namespace {

struct UploadFlags {
  std::string directory;
  std::string layer_order;
  ServerFlags server;
  bool json = false;
};

int Upload(Console& console, const UploadFlags& flags) {
  absl::StatusOr<Experiment> experiment =
      LoadExperiment(flags.directory, flags.layer_order, console.stop);
  if (absl::IsCancelled(experiment.status())) return console.Stopped();
  if (!experiment.ok()) return console.Fail(kExitWrongInput, experiment.status());
  console.names = NamesOf(*experiment, flags.directory);
  console.TellNotes(experiment->notes);
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const absl::StatusOr<UploadedExperiment> uploaded =
      UploadExperiment(console, *client, *experiment);
  if (!uploaded.ok()) return FailSubmission(console, uploaded.status());
  if (flags.json) {
    console.out.Write(TensorsToJson(uploaded->tensors));
    return kExitDone;
  }
  if (console.quiet) return kExitDone;
  for (const StoredTensor& tensor : uploaded->tensors) {
    console.out.Write(absl::StrCat(tensor.digest, "  ", Describe(tensor.spec), "  ",
                                   Printable(tensor.name), "\n"));
  }
  return kExitDone;
}

}  // namespace

Verb AddUpload(CLI::App& root) {
  auto flags = std::make_shared<UploadFlags>();
  CLI::App* app = root.add_subcommand(
      "upload", "Upload an experiment's tensors to the server and print their digests");
  app->footer("Example:\n  brainalign upload experiment --server lab:7733");
  app->add_option("DIR", flags->directory, "Folder of the experiment")->required();
  AddLayerOrderFlag(*app, flags->layer_order);
  AddServerFlags(*app, flags->server);
  AddJsonFlag(*app, flags->json);
  return Verb{.app = app, .run = [flags](Console& console) { return Upload(console, *flags); }};
}

}  // namespace brainalign
