#include "server/resources/models.h"

#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/check_specification.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"

namespace brainalign {
namespace {

void CheckPositive(const std::string& field, const std::optional<std::int64_t>& number,
                   FieldProblems& problems) {
  if (!number || *number > 0) return;
  problems.push_back({field, absl::StrCat("is ", *number, "; leave it out if it is not known")});
}

void CheckModelLayer(const Model& model, std::size_t place, const JobLimits& limits,
                     FieldProblems& problems) {
  const ModelLayer& layer = model.layers[place];
  const std::string field = absl::StrCat("layers[", place, "]");
  const int least = place == 0 ? 0 : model.layers[place - 1].index + 1;
  if (layer.index < least) {
    problems.push_back({field + ".index", absl::StrCat("is ", layer.index, "; give at least ",
                                                       least, ": layers ascend by their index")});
  }
  CheckLayer(field + ".layer", layer.layer, limits, problems);
  const std::int64_t words = WordsOf(layer.layer);
  const std::int64_t first = WordsOf(model.layers.front().layer);
  if (words != first) {
    problems.push_back({field + ".layer.activations.spec.shape",
                        absl::StrCat("has ", words, " words; layers[0] has ", first)});
  }
}

void CheckLayers(const Model& model, const JobLimits& limits, FieldProblems& problems) {
  const std::size_t count = model.layers.size();
  if (count == 0 || count > static_cast<std::size_t>(limits.max_layers)) {
    problems.AddOverLimit("layers",
                          absl::StrCat("has ", count, " entries; give 1 to ", limits.max_layers),
                          static_cast<std::int64_t>(count), limits.max_layers);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) CheckModelLayer(model, i, limits, problems);
}

// Each digest once.
std::vector<ResourceTensor> ActivationsOf(const Model& model) {
  std::vector<ResourceTensor> tensors;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const TensorRef& ref = model.layers[i].layer.activations;
    if (seen.insert(ref.digest).second) {
      tensors.push_back({absl::StrCat("layers[", i, "].layer.activations"), ref});
    }
  }
  return tensors;
}

}  // namespace

Models::Models(const JobLimits& limits, Clock clock, Store* store, Tensors* tensors)
    : limits_(limits),
      clock_(std::move(clock)),
      store_(store),
      admission_(ResourceKind::kModel, limits, store, tensors) {}

absl::StatusOr<Model> Models::Create(Model model) {
  model.name = OwnNameOf(model.project, model.name);
  if (!model.word_table.empty()) model.word_table = FullNameOf(model.project, model.word_table);
  FieldProblems problems;
  CheckResource(model, limits_, problems);
  CheckText("family", model.family, limits_, problems);
  CheckPositive("parameters", model.parameters, problems);
  CheckPositive("context_words", model.context_words, problems);
  CheckLayers(model, limits_, problems);
  const std::string record = Encode(model);
  if (problems.empty()) CheckRecordSize("layers", record, limits_, problems);
  if (!problems.empty()) return InvalidFieldsError(problems);
  model.body_digest = BodyDigestOf(model);
  model.create_time = clock_();
  MutexLock lock(mutex_);
  const auto there = store_->FindModel(model.project, model.name);
  if (!there.ok()) return there.status();
  const auto made = admission_.Admit(model, there->has_value(), ActivationsOf(model));
  if (!made.ok()) return made.status();
  if (made->has_value()) return Find(model.project, **made);
  auto digest = admission_.DigestOfWordTable(model.project, model.word_table,
                                             WordsOf(model.layers.front().layer));
  if (!digest.ok()) return digest.status();
  model.word_table_digest = *std::move(digest);
  if (absl::Status status = store_->Commit(SaveModel(model)); !status.ok()) return status;
  return model;
}

absl::StatusOr<Model> Models::Find(const std::string& project, const std::string& name) const {
  auto found = FindOwn<Model>(
      project, name, [&](const std::string& own) { return store_->FindModel(project, own); });
  if (!found.ok()) return found.status();
  if (found->has_value()) return **std::move(found);
  return ResourceNotFoundError(ResourceKind::kModel, name,
                               "brainalign model list shows those of your project");
}

absl::StatusOr<std::vector<Model>> Models::List(const std::string& project,
                                                const std::string& person, const std::string& after,
                                                int limit) const {
  std::vector<Model> models;
  absl::Status scanned = store_->ScanModels(project, after, [&](const Model& model) {
    if (!person.empty() && model.person != person) return true;
    models.push_back(model);
    return models.size() < static_cast<std::size_t>(limit);
  });
  if (!scanned.ok()) return scanned;
  return models;
}

absl::Status Models::Delete(const std::string& project, const std::string& name) {
  MutexLock lock(mutex_);
  const auto found = Find(project, name);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  if (!found.ok()) return found.status();
  return store_->Commit(DeleteModel(*found));
}

absl::Status Models::Resolve(const std::string& project, JobSpecification& specification) const {
  auto model = Find(project, specification.model);
  if (!model.ok()) return model.status();
  specification.layers.clear();
  for (ModelLayer& layer : model->layers) specification.layers.push_back(std::move(layer.layer));
  specification.word_table_digest = model->word_table_digest;
  specification.model.clear();
  return absl::OkStatus();
}

}  // namespace brainalign
