#include "server/jobs/check_specification.h"

#include <spdlog/spdlog.h>

#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

using Problems = std::vector<FieldProblem>;

void CheckCount(const std::string& field, std::size_t count, std::int64_t most,
                Problems& problems) {
  if (count > static_cast<std::size_t>(most)) {
    problems.push_back({field, absl::StrCat("has ", count, " entries; at most ", most)});
  }
}

// A tensor of `rank` axes, none of them empty.
bool CheckShape(const std::string& field, const TensorSpec& spec, std::size_t least_rank,
                std::size_t most_rank, const std::string& axes, Problems& problems) {
  bool good = spec.shape.size() >= least_rank && spec.shape.size() <= most_rank;
  for (const std::int64_t length : spec.shape) good = good && length > 0;
  if (!good) {
    problems.push_back(
        {field + ".spec.shape", absl::StrCat("is ", Describe(spec), "; it must be ", axes,
                                             " with at least one entry on each axis")});
  }
  return good;
}

void CheckWords(const std::string& field, std::int64_t words, const JobLimits& limits,
                Problems& problems) {
  if (words > limits.max_words) {
    problems.push_back({field, absl::StrCat("has ", words, " words; at most ", limits.max_words)});
  }
}

void CheckBrain(const BrainRef& brain, const JobLimits& limits, Problems& problems) {
  if (brain.epochs && CheckShape("spec.brain.epochs", brain.epochs->spec, 3, 3,
                                 "(words, sensors, times)", problems)) {
    CheckWords("spec.brain.epochs.spec.shape", brain.epochs->spec.shape[0], limits, problems);
  }
  if (brain.continuous) {
    CheckShape("spec.brain.continuous", brain.continuous->spec, 2, 2, "(sensors, samples)",
               problems);
  }
  CheckCount("spec.brain.onsets_seconds", brain.onsets_seconds.size(), limits.max_words, problems);
  CheckCount("spec.brain.groups", brain.groups.size(), limits.max_words, problems);
  CheckCount("spec.brain.times_seconds", brain.times_seconds.size(), limits.max_times, problems);
  if (brain.times_seconds.empty()) {
    problems.push_back({"spec.brain.times_seconds", "is empty; give at least one time"});
  }
}

void CheckLayer(const std::string& field, const LayerRef& layer, const JobLimits& limits,
                Problems& problems) {
  if (std::string bad = DescribeBadName(layer.name, limits.max_name_bytes); !bad.empty()) {
    problems.push_back({field + ".name", std::move(bad)});
  }
  const TensorSpec& spec = layer.activations.spec;
  if (!CheckShape(field + ".activations", spec, 2, 3, "(words, dims) or (layers, words, dims)",
                  problems)) {
    return;
  }
  const std::int64_t slices = spec.shape.size() == 3 ? spec.shape[0] : 1;
  if (layer.slice < 0 || layer.slice >= slices) {
    problems.push_back({field + ".slice", absl::StrCat("is ", layer.slice, "; ", Describe(spec),
                                                       " has slices 0 to ", slices - 1)});
  }
  CheckWords(field + ".activations.spec.shape", spec.shape[spec.shape.size() - 2], limits,
             problems);
}

// What is wrong with how the specification names a tensor; else what it has is not read.
absl::Status InField(const std::string& field, const absl::Status& status) {
  if (!absl::IsDataLoss(status) && !absl::IsInvalidArgument(status)) {
    return DescribeUnreadable(field, status);
  }
  return absl::Status(status.code(), absl::StrCat(field, ": ", status.message()));
}

}  // namespace

absl::Status DescribeUnreadable(const std::string& field, const absl::Status& why) {
  if (absl::IsCancelled(why)) return why;
  spdlog::warn("{} cannot be read: {}", field, std::string(why.message()));
  const bool is_brain = absl::StartsWith(field, "spec.brain.");
  // A sealed recording is not the submitter's to send.
  const std::string again =
      is_brain ? "; whoever uploaded the recording must do so again" : "; upload them again";
  const std::string input = is_brain ? ": the recording" : ": the activations";
  const std::string are = is_brain ? " is" : " are";
  switch (why.code()) {
    case absl::StatusCode::kNotFound:
      return absl::NotFoundError(
          absl::StrCat(field, input, are, " not on the server any more", again));
    case absl::StatusCode::kDataLoss:
      return absl::DataLossError(
          absl::StrCat(field, input, are, " damaged on the server's disk", again));
    default:
      return absl::Status(why.code(), absl::StrCat(field, input,
                                                   " cannot be read from the server's "
                                                   "disk; its log says why"));
  }
}

std::string DescribeBadName(const std::string& name, int max_bytes) {
  if (name.size() > static_cast<std::size_t>(max_bytes)) {
    return absl::StrCat("has ", name.size(), " bytes; at most ", max_bytes);
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    const auto following = i + 1 < name.size() ? static_cast<unsigned char>(name[i + 1]) : 0;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && following < 0xA0)) {
      return absl::StrCat("is '", absl::CHexEscape(name),
                          "', which has a control character; use printable text");
    }
  }
  return "";
}

void CheckSpecification(const JobSpecification& specification, const JobLimits& limits,
                        Problems& problems) {
  CheckBrain(specification.brain, limits, problems);
  const std::vector<LayerRef>& layers = specification.layers;
  if (layers.empty()) problems.push_back({"spec.layers", "is empty; give at least one layer"});
  CheckCount("spec.layers", layers.size(), limits.max_layers, problems);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    CheckLayer(absl::StrCat("spec.layers[", i, "]"), layers[i], limits, problems);
  }
  const AlignmentOptions& options = specification.options;
  CheckCount("spec.options.alphas", options.alphas.size(), limits.max_alphas, problems);
  CheckCount("spec.options.window_bounds_seconds", options.window_bounds_seconds.size(),
             limits.max_window_bounds, problems);
  for (const auto& [field, folds] : {std::pair("spec.options.folds", options.folds),
                                     std::pair("spec.options.inner_folds", options.inner_folds)}) {
    if (folds > limits.max_folds) {
      problems.push_back({field, absl::StrCat("is ", folds, "; at most ", limits.max_folds)});
    }
  }
}

std::vector<NamedRef> ListTensors(const JobSpecification& specification) {
  std::vector<NamedRef> refs;
  if (specification.brain.epochs)
    refs.push_back({"spec.brain.epochs", *specification.brain.epochs});
  if (specification.brain.continuous) {
    refs.push_back({"spec.brain.continuous", *specification.brain.continuous});
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < specification.layers.size(); ++i) {
    const TensorRef& ref = specification.layers[i].activations;
    if (seen.insert(ref.digest).second) {
      refs.push_back({absl::StrCat("spec.layers[", i, "].activations"), ref});
    }
  }
  return refs;
}

absl::StatusOr<AlignmentInputs> OpenInputs(const JobSpecification& specification,
                                           const BlobFolder& blobs) {
  AlignmentInputs inputs;
  const BrainRef& brain = specification.brain;
  if (brain.epochs) {
    auto tensor = blobs.OpenTensor(*brain.epochs);
    if (!tensor.ok()) return InField("spec.brain.epochs", tensor.status());
    inputs.brain.digest = brain.epochs->digest;
    inputs.brain.epochs = *std::move(tensor);
  }
  if (brain.continuous) {
    auto tensor = blobs.OpenTensor(*brain.continuous);
    if (!tensor.ok()) return InField("spec.brain.continuous", tensor.status());
    inputs.brain.digest = brain.continuous->digest;
    inputs.brain.continuous = *std::move(tensor);
  }
  inputs.brain.sfreq_hz = brain.sfreq_hz;
  inputs.brain.onsets_seconds = brain.onsets_seconds;
  inputs.brain.times_seconds = brain.times_seconds;
  inputs.brain.groups = brain.groups;
  for (std::size_t i = 0; i < specification.layers.size(); ++i) {
    const LayerRef& layer = specification.layers[i];
    const std::string field = absl::StrCat("spec.layers[", i, "]");
    auto tensor = blobs.OpenTensor(layer.activations);
    if (!tensor.ok()) return InField(field + ".activations", tensor.status());
    if (tensor->rank() == 3) tensor = tensor->Slice(layer.slice);
    if (!tensor.ok()) return InField(field + ".slice", tensor.status());
    inputs.layers.push_back({*std::move(tensor), layer.relative_depth, layer.name});
  }
  return inputs;
}

AlignmentSpec Resolve(const JobSpecification& specification, Problems& problems) {
  const std::vector<double>& times = specification.brain.times_seconds;
  const double epoch_seconds = times.empty() ? 0 : times.back() - times.front();
  Problems found;
  AlignmentSpec resolved = ResolveOptions(
      specification.options, !specification.brain.groups.empty(), epoch_seconds, found);
  for (FieldProblem& problem : found) {
    problems.push_back({"spec." + problem.field, std::move(problem.description)});
  }
  return resolved;
}

}  // namespace brainalign
