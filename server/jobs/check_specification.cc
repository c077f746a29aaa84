#include "server/jobs/check_specification.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/problem/nuisance.h"
#include "core/problem/uncertainty_options.h"
#include "core/to_integer.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

// Names of arrays that a job may ask for: more than there are.
constexpr std::int64_t kMostArrays = 64;

void CheckCount(const std::string& field, std::size_t count, std::int64_t most,
                FieldProblems& problems) {
  if (count > static_cast<std::size_t>(most)) {
    problems.AddOverLimit(field, absl::StrCat("has ", count, " entries; at most ", most),
                          static_cast<std::int64_t>(count), most);
  }
}

void CheckNumber(const std::string& field, std::int64_t number, std::int64_t most,
                 FieldProblems& problems) {
  if (number <= most) return;
  problems.AddOverLimit(field, absl::StrCat("is ", number, "; at most ", most), number, most);
}

// A tensor of `rank` axes, none of them empty.
bool CheckShape(const std::string& field, const TensorSpec& spec, std::size_t least_rank,
                std::size_t most_rank, const std::string& axes, FieldProblems& problems) {
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
                FieldProblems& problems) {
  if (words > limits.max_words) {
    problems.AddOverLimit(field, absl::StrCat("has ", words, " words; at most ", limits.max_words),
                          words, limits.max_words);
  }
}

void CheckType(const std::string& field, const TensorSpec& spec, DType dtype,
               FieldProblems& problems) {
  if (spec.dtype == dtype) return;
  problems.push_back({field + ".spec.data_type", absl::StrCat("is ", DTypeName(spec.dtype),
                                                              "; it must be ", DTypeName(dtype))});
}

// A tensor with a number for each word.
void CheckWordList(const std::string& field, const std::optional<TensorRef>& ref, DType dtype,
                   const JobLimits& limits, FieldProblems& problems) {
  if (!ref || !CheckShape(field, ref->spec, 1, 1, "(words)", problems)) return;
  CheckWords(field + ".spec.shape", ref->spec.shape[0], limits, problems);
  CheckType(field, ref->spec, dtype, problems);
}

// As many sessions may begin as there may be words.
void CheckSessionStarts(const std::optional<TensorRef>& ref, const JobLimits& limits,
                        FieldProblems& problems) {
  const std::string field = "spec.brain.session_starts";
  if (!ref || !CheckShape(field, ref->spec, 1, 1, "(sessions)", problems)) return;
  if (const std::int64_t sessions = ref->spec.shape[0]; sessions > limits.max_words) {
    problems.AddOverLimit(field + ".spec.shape",
                          absl::StrCat("has ", sessions, " sessions; at most ", limits.max_words),
                          sessions, limits.max_words);
  }
  CheckType(field, ref->spec, DType::kI64, problems);
}

void CheckBrain(const BrainRef& brain, const JobLimits& limits, FieldProblems& problems) {
  if (brain.epochs && CheckShape("spec.brain.epochs", brain.epochs->spec, 3, 3,
                                 "(words, sensors, times)", problems)) {
    CheckWords("spec.brain.epochs.spec.shape", brain.epochs->spec.shape[0], limits, problems);
  }
  if (brain.continuous) {
    CheckShape("spec.brain.continuous", brain.continuous->spec, 2, 2, "(sensors, samples)",
               problems);
    if (!brain.sfreq_hz) {
      problems.push_back({"spec.brain.sfreq_hz",
                          "is not set; a continuous recording needs its samples per second"});
    }
  }
  CheckWordList("spec.brain.onsets_seconds", brain.onsets_seconds, DType::kF64, limits, problems);
  CheckWordList("spec.brain.groups", brain.groups, DType::kI64, limits, problems);
  CheckWordList("spec.brain.sessions", brain.sessions, DType::kI64, limits, problems);
  CheckSessionStarts(brain.session_starts, limits, problems);
  CheckCount("spec.brain.times_seconds", brain.times_seconds.size(), limits.max_times, problems);
  if (brain.times_seconds.empty()) {
    problems.push_back({"spec.brain.times_seconds", "is empty; give at least one time"});
  }
}

void CheckResultSize(const JobSpecification& specification, const JobLimits& limits,
                     FieldProblems& problems) {
  const std::size_t layers = specification.layers.size();
  const std::size_t times = specification.brain.times_seconds.size();
  const int folds = specification.options.folds;
  const int nulls = specification.options.uncertainty.nulls;
  FieldProblems others;  // that Resolve appends
  const ColumnAxes columns = ColumnAxesOf(specification, Resolve(specification, others));
  const std::size_t tested = specification.options.time_generalisation ? times : 0;
  // As doubles they do not overflow.
  const double values = static_cast<double>(layers) * static_cast<double>(times) *
                        (static_cast<double>(folds) + nulls +
                         static_cast<double>(columns.length()) + static_cast<double>(tested));
  if (values <= static_cast<double>(limits.max_result_values)) return;
  std::string of_cell = absl::StrCat(folds, " folds");
  if (nulls > 0) absl::StrAppend(&of_cell, " + ", nulls, " nulls");
  if (columns.targets > 0) absl::StrAppend(&of_cell, " + ", columns.targets, " targets");
  if (columns.sensors > 0) absl::StrAppend(&of_cell, " + ", columns.sensors, " sensors");
  if (tested > 0) absl::StrAppend(&of_cell, " + ", tested, " times of generalisation");
  const bool is_sum = nulls > 0 || columns.length() > 0 || tested > 0;
  problems.AddOverLimit(
      "spec",
      absl::StrCat("asks for ", layers, " layers x ", times, " times x ",
                   is_sum ? absl::StrCat("(", of_cell, ")") : of_cell, ", which is more than the ",
                   limits.max_result_values, " scores that a result may have; use fewer of them"),
      ToInt64(values), limits.max_result_values);
}

// The errors in the specification's reference to a tensor. If there is one, the tensor is not read.
absl::Status InField(const std::string& field, const absl::Status& status) {
  if (!absl::IsDataLoss(status) && !absl::IsInvalidArgument(status)) {
    return DescribeUnreadable(field, status);
  }
  return absl::Status(status.code(), absl::StrCat(field, ": ", status.message()));
}

// (w, c) AlignmentInputs::nuisance.
absl::StatusOr<Tensor> ReadNuisance(const TensorRef& ref, Tensors& tensors,
                                    const std::function<bool()>& go_on, const BrainInput& brain) {
  constexpr char kNuisance[] = "spec.nuisance.features";
  const auto mapped = tensors.Map(ref, go_on);
  if (!mapped.ok()) return InField(kNuisance, mapped.status());
  const absl::StatusOr<Tensor> gathered = GatherNuisance({}, {}, mapped->tensor, brain);
  if (absl::Status status = mapped->tensor.CheckReadable(); !status.ok()) {
    return DescribeUnreadable(kNuisance, status);
  }
  if (!gathered.ok())
    return InvalidFieldError("spec.nuisance", std::string(gathered.status().message()));
  return gathered;
}

// The numbers of a tensor that CheckWordList or CheckSessionStarts took; none if it is not given.
template <typename Number>
absl::Status ReadWordList(const std::string& field, const std::optional<TensorRef>& ref,
                          Tensors& tensors, const std::function<bool()>& go_on,
                          std::vector<Number>& numbers) {
  if (!ref) return absl::OkStatus();
  const auto mapped = tensors.Map(*ref, go_on);
  if (!mapped.ok()) return InField(field, mapped.status());
  const Tensor& tensor = mapped->tensor;
  numbers.resize(static_cast<std::size_t>(tensor.element_count()));
  std::memcpy(numbers.data(), tensor.data(), static_cast<std::size_t>(tensor.size_bytes()));
  if (absl::Status status = tensor.CheckReadable(); !status.ok()) {
    return DescribeUnreadable(field, status);
  }
  return absl::OkStatus();
}

absl::Status ReadWordLists(const BrainRef& brain, Tensors& tensors,
                           const std::function<bool()>& go_on, BrainInput& input) {
  const std::string field = "spec.brain.";
  absl::Status status = ReadWordList(field + "onsets_seconds", brain.onsets_seconds, tensors, go_on,
                                     input.onsets_seconds);
  if (status.ok()) {
    status = ReadWordList(field + "groups", brain.groups, tensors, go_on, input.groups);
  }
  if (status.ok()) {
    status = ReadWordList(field + "sessions", brain.sessions, tensors, go_on, input.sessions);
  }
  if (status.ok()) {
    status = ReadWordList(field + "session_starts", brain.session_starts, tensors, go_on,
                          input.session_starts);
  }
  return status;
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

void CheckName(const std::string& field, const std::string& name, int max_bytes,
               FieldProblems& problems) {
  if (name.size() > static_cast<std::size_t>(max_bytes)) {
    problems.AddOverLimit(field, absl::StrCat("has ", name.size(), " bytes; at most ", max_bytes),
                          std::ssize(name), max_bytes);
    return;
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    const auto following = i + 1 < name.size() ? static_cast<unsigned char>(name[i + 1]) : 0;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && following < 0xA0)) {
      problems.push_back(
          {field, absl::StrCat("is '", absl::CHexEscape(name),
                               "', which has a control character; use printable text")});
      return;
    }
  }
}

std::string DescribeBadRequestId(const std::string& request_id, const JobLimits& limits) {
  const bool is_printable = std::all_of(request_id.begin(), request_id.end(),
                                        [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!request_id.empty() && is_printable &&
      request_id.size() <= static_cast<std::size_t>(limits.max_request_id_bytes)) {
    return "";
  }
  return absl::StrCat("is '", absl::CHexEscape(request_id.substr(0, 80)), "'; give 1 to ",
                      limits.max_request_id_bytes, " printable characters, such as a UUID");
}

void CheckLayer(const std::string& field, const LayerRef& layer, const JobLimits& limits,
                FieldProblems& problems) {
  CheckName(field + ".name", layer.name, limits.max_name_bytes, problems);
  if (std::string bad = DescribeBadDepth(layer.relative_depth); !bad.empty()) {
    problems.push_back({field + ".relative_depth", std::move(bad)});
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

void CheckSpecification(const JobSpecification& specification, const JobLimits& limits,
                        FieldProblems& problems) {
  CheckBrain(specification.brain, limits, problems);
  const std::vector<LayerRef>& layers = specification.layers;
  if (layers.empty()) problems.push_back({"spec.layers", "is empty; give at least one layer"});
  CheckCount("spec.layers", layers.size(), limits.max_layers, problems);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    CheckLayer(absl::StrCat("spec.layers[", i, "]"), layers[i], limits, problems);
  }
  const AlignmentOptions& options = specification.options;
  CheckCount("spec.options.alphas", options.alphas.size(), limits.max_alphas, problems);
  CheckCount("spec.options.arrays", options.arrays.size(), kMostArrays, problems);
  CheckCount("spec.options.window_bounds_seconds", options.window_bounds_seconds.size(),
             limits.max_window_bounds, problems);
  for (const auto& [field, folds] : {std::pair("spec.options.folds", options.folds),
                                     std::pair("spec.options.inner_folds", options.inner_folds)}) {
    CheckNumber(field, folds, limits.max_folds, problems);
  }
  CheckNumber("spec.options.nulls", options.uncertainty.nulls, kMostNulls, problems);
  CheckNumber("spec.options.draws", options.uncertainty.draws, kMostDraws, problems);
  for (std::size_t i = 0; i < options.nuisance.size(); ++i) {
    CheckName(absl::StrCat("spec.nuisance.feature_names[", i, "]"), options.nuisance[i],
              limits.max_name_bytes, problems);
  }
  CheckResultSize(specification, limits, problems);
}

std::vector<NamedRef> ListTensors(const JobSpecification& specification) {
  std::vector<NamedRef> refs;
  for (BrainTensor& tensor : TensorsOf(specification.brain)) {
    refs.push_back({"spec.brain." + tensor.field, std::move(tensor.ref)});
  }
  // Of the layers alone: a sealed recording's tensors are not the submitter's.
  std::set<std::string> seen;
  for (std::size_t i = 0; i < specification.layers.size(); ++i) {
    const TensorRef& ref = specification.layers[i].activations;
    if (seen.insert(ref.digest).second) {
      refs.push_back({absl::StrCat("spec.layers[", i, "].activations"), ref});
    }
  }
  if (specification.nuisance) refs.push_back({"spec.nuisance.features", *specification.nuisance});
  for (const WordColumn& column : specification.condition_columns) {
    refs.push_back({"spec.options.where", column.values});
  }
  return refs;
}

absl::StatusOr<AlignmentInputs> OpenInputs(const JobSpecification& specification, Tensors& tensors,
                                           const std::function<bool()>& go_on) {
  AlignmentInputs inputs;
  const BrainRef& brain = specification.brain;
  for (const auto& [name, ref, tensor] :
       {std::tuple("spec.brain.epochs", &brain.epochs, &inputs.brain.epochs),
        std::tuple("spec.brain.continuous", &brain.continuous, &inputs.brain.continuous)}) {
    if (!*ref) continue;
    auto mapped = tensors.Map(**ref, go_on);
    if (!mapped.ok()) return InField(name, mapped.status());
    inputs.brain.digest = (*ref)->digest;
    *tensor = std::move(mapped->tensor);
    inputs.brain.facts = mapped->facts;
  }
  inputs.brain.sfreq_hz = brain.sfreq_hz.value_or(0);
  inputs.brain.times_seconds = brain.times_seconds;
  if (absl::Status status = ReadWordLists(brain, tensors, go_on, inputs.brain); !status.ok()) {
    return status;
  }
  if (specification.nuisance) {
    const absl::StatusOr<Tensor> nuisance =
        ReadNuisance(*specification.nuisance, tensors, go_on, inputs.brain);
    if (!nuisance.ok()) return nuisance.status();
    inputs.nuisance = *nuisance;
  }
  std::vector<std::pair<TensorRef, Tensors::Mapped>> opened;  // layers are often slices of one
  for (std::size_t i = 0; i < specification.layers.size(); ++i) {
    const LayerRef& layer = specification.layers[i];
    const std::string field = absl::StrCat("spec.layers[", i, "]");
    auto at = std::find_if(opened.begin(), opened.end(),
                           [&](const auto& one) { return one.first == layer.activations; });
    if (at == opened.end()) {
      auto mapped = tensors.Map(layer.activations, go_on);
      if (!mapped.ok()) return InField(field + ".activations", mapped.status());
      at = opened.insert(at, {layer.activations, *std::move(mapped)});
    }
    absl::StatusOr<Tensor> tensor = at->second.tensor;
    if (tensor->rank() == 3) tensor = tensor->Slice(layer.slice);
    if (!tensor.ok()) return InField(field + ".slice", tensor.status());
    inputs.layers.push_back(
        {*std::move(tensor), layer.relative_depth, layer.name, at->second.facts});
  }
  return inputs;
}

ColumnAxes ColumnAxesOf(const JobSpecification& specification, const AlignmentSpec& resolved) {
  std::vector<std::int64_t> dims;
  for (const LayerRef& layer : specification.layers) {
    const std::vector<std::int64_t>& shape = layer.activations.spec.shape;
    if (!shape.empty()) dims.push_back(shape.back());
  }
  const BrainRef& brain = specification.brain;
  std::int64_t sensors = 0;
  if (brain.epochs && brain.epochs->spec.shape.size() > 1) sensors = brain.epochs->spec.shape[1];
  if (brain.continuous && !brain.continuous->spec.shape.empty()) {
    sensors = brain.continuous->spec.shape[0];
  }
  return ColumnAxesOf(resolved, sensors, dims);
}

AlignmentSpec Resolve(const JobSpecification& specification, std::vector<FieldProblem>& problems) {
  const std::vector<double>& times = specification.brain.times_seconds;
  const double epoch_seconds = times.empty() ? 0 : times.back() - times.front();
  FieldProblems found;
  AlignmentSpec resolved = ResolveOptions(
      specification.options, specification.brain.groups.has_value(), epoch_seconds, found);
  for (FieldProblem& problem : found) {
    problems.push_back({"spec." + problem.field, std::move(problem.description)});
  }
  return resolved;
}

}  // namespace brainalign
