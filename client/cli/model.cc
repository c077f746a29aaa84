// brainalign model: activations that the server keeps under a name.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/report/listing_json.h"
#include "client/resources/model_calls.h"

namespace brainalign {
namespace {

struct ModelFlags {
  ServerFlags server;
  std::string directory;
  std::string layer_order;
  std::string model;  // PROJECT/NAME, or the NAME of a new one
  std::int64_t parameters = 0;
  std::int64_t context_words = 0;
  bool trained = false;
  bool untrained = false;
  ModelFacts facts;
  bool json = false;
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

int Create(const Console& console, Client& client, const ModelFlags& flags) {
  const absl::StatusOr<Experiment> experiment = LoadModel(flags.directory, flags.layer_order);
  if (!experiment.ok()) return console.Fail(kExitWrongInput, experiment.status());
  console.TellNotes(experiment->notes);
  absl::StatusOr<UploadedExperiment> uploaded = UploadExperiment(console, client, *experiment);
  if (!uploaded.ok()) return FailSubmission(console, uploaded.status());
  ModelFacts facts = flags.facts;
  if (flags.parameters > 0) facts.parameters = flags.parameters;
  if (flags.context_words > 0) facts.context_words = flags.context_words;
  if (flags.trained || flags.untrained) facts.trained = flags.trained;
  const absl::StatusOr<Model> created = CreateModel(
      client.connection(),
      {.name = flags.model, .facts = std::move(facts), .layers = std::move(uploaded->layers)});
  if (!created.ok()) return console.FailCall(created.status());
  console.out.Write(flags.json ? ModelToJson(*created) : Describe(*created));
  return kExitDone;
}

int List(const Console& console, Connection& connection, const ModelFlags& flags) {
  const absl::StatusOr<std::vector<Model>> models = ListModels(connection);
  if (!models.ok()) return console.FailCall(models.status());
  if (flags.json) {
    console.out.Write(ModelsToJson(*models));
    return kExitDone;
  }
  if (models->empty()) console.Tell("no models of your project");
  for (const Model& model : *models) console.out.Write(Describe(model));
  return kExitDone;
}

int Show(const Console& console, Connection& connection, const ModelFlags& flags) {
  const absl::StatusOr<Model> model = GetModel(connection, flags.model);
  if (!model.ok()) return console.FailCall(model.status());
  console.out.Write(flags.json ? ModelToJson(*model) : Describe(*model));
  return kExitDone;
}

int Delete(const Console& console, Connection& connection, const ModelFlags& flags) {
  const absl::Status deleted = DeleteModel(connection, flags.model);
  if (!deleted.ok()) return console.FailCall(deleted);
  console.Tell(absl::StrCat("there is no model ", Printable(flags.model), " any more"));
  return kExitDone;
}

void AddCreateFlags(CLI::App& create, ModelFlags& flags) {
  create.add_option("NAME", flags.model, "Name of the model in your project")->required();
  create.add_option("DIR", flags.directory, "Folder with the activations")->required();
  AddLayerOrderFlag(create, flags.layer_order);
  create.add_option("--display-name", flags.facts.display_name, "Name for people");
  create.add_option("--description", flags.facts.description, "What there is to know about it");
  create.add_option("--family", flags.facts.family, "Family of the model, such as gpt2");
  create.add_option("--architecture", flags.facts.architecture, "Kind of network")
      ->check(CLI::IsMember({"transformer", "ssm", "rnn", "bidirectional"}));
  create.add_option("--parameters", flags.parameters, "Number of parameters")
      ->check(CLI::PositiveNumber);
  create
      .add_option("--context-words", flags.context_words,
                  "Words of context that each activation was computed with")
      ->check(CLI::PositiveNumber);
  CLI::Option* const trained = create.add_flag("--trained", flags.trained, "The model was trained");
  create.add_flag("--untrained", flags.untrained, "The weights are random")->excludes(trained);
  AddWordTableFlag(create, flags.facts.word_table);
}

}  // namespace

CLI::Option* AddModelFlag(CLI::App& app, std::string& model) {
  return app
      .add_option("--model", model,
                  "Use a model of the server (brainalign model list) in the place of the folder's "
                  "activations")
      ->type_name("PROJECT/NAME");
}

Verb AddModel(CLI::App& root) {
  auto flags = std::make_shared<ModelFlags>();
  CLI::App* app = root.add_subcommand("model", "Models: activations that the server keeps");
  app->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& help,
                       const std::string& example) {
    CLI::App* const made = app->add_subcommand(name, help);
    made->footer("Example:\n  brainalign model " + example);
    AddServerFlags(*made, flags->server);
    return made;
  };
  CLI::App* const create = add("create", "Keep the activations of an experiment's folder",
                               "create gpt2 experiment --family gpt2 --architecture transformer");
  AddCreateFlags(*create, *flags);
  CLI::App* const list = add("list", "Those of your project", "list");
  CLI::App* const show = add("show", "One model with its layers", "show gpt2");
  CLI::App* const erase =
      add("delete", "Forget a model; its activations go when nobody uses them", "delete gpt2");
  for (CLI::App* const named : {show, erase}) {
    named->add_option("MODEL", flags->model, "NAME or PROJECT/NAME")->required();
  }
  for (CLI::App* const shows : {create, list, show}) AddJsonFlag(*shows, flags->json);
  return Verb{.app = app, .run = [=](Console& console) {
                absl::StatusOr<Client> client = Connect(flags->server, console);
                if (!client.ok()) return console.FailCall(client.status());
                if (create->parsed()) return Create(console, *client, *flags);
                Connection& connection = client->connection();
                if (list->parsed()) return List(console, connection, *flags);
                if (show->parsed()) return Show(console, connection, *flags);
                return Delete(console, connection, *flags);
              }};
}

}  // namespace brainalign
