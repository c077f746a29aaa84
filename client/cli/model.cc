// brainalign model: activations that the server keeps under a name.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/number_checks.h"
#include "client/cli/resource_verbs.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/report/listing_json.h"
#include "client/resources/check_resource.h"
#include "client/resources/model_calls.h"

namespace brainalign {
namespace {

struct ModelFlags {
  ResourceFlags resource;
  std::string directory;
  std::string layer_order;
  std::int64_t parameters = 0;
  std::int64_t context_words = 0;
  bool trained = false;
  bool untrained = false;
  ModelFacts facts;
};

std::string Describe(const Model& model) {
  const ModelFacts& facts = model.facts;
  std::string text = absl::StrFormat("%s  %d layers, %d words", Printable(model.name),
                                     model.layer_count, model.words);
  for (const std::string& known : {facts.family, facts.architecture}) {
    if (!known.empty()) absl::StrAppend(&text, ", ", Printable(known));
  }
  if (facts.parameters) absl::StrAppend(&text, ", ", *facts.parameters, " parameters");
  if (facts.context_words) absl::StrAppend(&text, ", ", *facts.context_words, " words of context");
  if (facts.trained) absl::StrAppend(&text, *facts.trained ? ", trained" : ", not trained");
  if (!facts.word_table.empty()) {
    absl::StrAppend(&text, ", words of ", Printable(facts.word_table));
  }
  if (!facts.display_name.empty()) absl::StrAppend(&text, "  ", Printable(facts.display_name));
  text += "\n";
  for (const ModelLayer& layer : model.layers) {
    absl::StrAppendFormat(&text, "    %3d  %.3f  %s  %s\n", layer.index, layer.relative_depth,
                          Printable(layer.digest), Printable(layer.name));
  }
  return text;
}

using ModelVerbs = ResourceVerbs<Model>;

int Create(const Console& console, Client& client, const ModelFlags& flags,
           const ModelVerbs& verbs) {
  const absl::StatusOr<Experiment> experiment = LoadModel(flags.directory, flags.layer_order);
  if (!experiment.ok()) return console.Fail(kExitWrongInput, experiment.status());
  console.TellNotes(experiment->notes);
  const absl::Status taken =
      CheckNewResource(client.connection(), {.name = flags.resource.name,
                                             .texts = {{"display_name", flags.facts.display_name},
                                                       {"description", flags.facts.description},
                                                       {"family", flags.facts.family}},
                                             .word_table = flags.facts.word_table});
  if (!taken.ok()) return console.FailCall(taken);
  absl::StatusOr<UploadedExperiment> uploaded = UploadExperiment(console, client, *experiment);
  if (!uploaded.ok()) return FailSubmission(console, uploaded.status());
  ModelFacts facts = flags.facts;
  if (flags.parameters > 0) facts.parameters = flags.parameters;
  if (flags.context_words > 0) facts.context_words = flags.context_words;
  if (flags.trained || flags.untrained) facts.trained = flags.trained;
  return verbs.Show(console,
                    CreateModel(client.connection(), {.name = flags.resource.name,
                                                      .facts = std::move(facts),
                                                      .layers = std::move(uploaded->layers)}));
}

void AddCreateFlags(CLI::App& create, ModelFlags& flags) {
  create.add_option("NAME", flags.resource.name, "Name of the model in your project")->required();
  create.add_option("DIR", flags.directory, "Folder with the activations")->required();
  AddLayerOrderFlag(create, flags.layer_order);
  create.add_option("--display-name", flags.facts.display_name, "Name for people");
  create.add_option("--description", flags.facts.description, "Description of the model");
  create.add_option("--family", flags.facts.family, "Family of the model, such as gpt2");
  create.add_option("--architecture", flags.facts.architecture, "Kind of network")
      ->check(CLI::IsMember({"transformer", "ssm", "rnn", "bidirectional"}));
  create.add_option("--parameters", flags.parameters, "Number of parameters")->check(CheckCount);
  create
      .add_option("--context-words", flags.context_words,
                  "Words of context that each activation was computed with")
      ->check(CheckCount);
  CLI::Option* const trained = create.add_flag("--trained", flags.trained, "The model was trained");
  create.add_flag("--untrained", flags.untrained, "The weights are random")->excludes(trained);
  AddWordTableFlag(create, flags.facts.word_table);
}

}  // namespace

CLI::Option* AddModelFlag(CLI::App& app, std::string& model) {
  return app
      .add_option("--model", model,
                  "Use a model that the server keeps (brainalign model list) instead of the "
                  "folder's activations")
      ->type_name("PROJECT/NAME");
}

Verb AddModel(CLI::App& root) {
  auto flags = std::make_shared<ModelFlags>();
  CLI::App* app = root.add_subcommand("model", "Models: activations that the server keeps");
  ModelVerbs verbs(app, &flags->resource,
                   {.verb = "model",
                    .argument = "MODEL",
                    .takes = "NAME or PROJECT/NAME",
                    .noun = "model",
                    .none = "no models of your project",
                    .list = ListModels,
                    .get = GetModel,
                    .erase = DeleteModel,
                    .describe = [](const Model& model) { return Describe(model); },
                    .to_json = ModelToJson,
                    .list_to_json = ModelsToJson});
  CLI::App* const create =
      verbs.Add("create", "Store the activations of an experiment's folder on the server",
                "create gpt2 experiment --family gpt2 --architecture transformer");
  AddCreateFlags(*create, *flags);
  verbs.MayBeJson(create);
  verbs.AddList("Those of your project");
  verbs.AddShow("Show one model with its layers", "show gpt2");
  verbs.AddDelete("Delete a model; its activations are removed when nobody uses them",
                  "delete gpt2");
  return Verb{.app = app, .run = [=](Console& console) {
                absl::StatusOr<Client> client = Connect(flags->resource.server, console);
                if (!client.ok()) return console.FailCall(client.status());
                const std::optional<int> code = verbs.Run(console, client->connection());
                return code ? *code : Create(console, *client, *flags, verbs);
              }};
}

}  // namespace brainalign
