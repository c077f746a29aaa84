#include "client/lab_files/import_plan.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/experiment/layer_order.h"

namespace brainalign {
namespace {

struct Found {
  LabFile* file;
  std::size_t variable;

  const LabVariable& source() const { return file->variables()[variable]; }
  std::string Named() const {
    return absl::StrCat("variable ", QuoteName(source().name), " of ", file->path());
  }
};

using Files = std::vector<std::unique_ptr<LabFile>>;
using Axes = std::vector<std::string>;

constexpr char kLayerShapes[] = "(words, dimensions), or one (layers, words, dimensions)";

template <typename Condition>
std::vector<Found> FindVariables(const Files& files, const Condition& is_meant) {
  std::vector<Found> found;
  for (const auto& file : files) {
    for (std::size_t v = 0; v < file->variables().size(); ++v) {
      if (is_meant(file->variables()[v].name)) found.push_back({file.get(), v});
    }
  }
  return found;
}

bool IsPattern(const std::string& variable) { return absl::StrContains(variable, '*'); }

bool MatchesPattern(const std::string& variable, const std::string& name) {
  // Only * means more than itself.
  std::string pattern;
  for (const char c : variable) {
    if (c == '?' || c == '[' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

// layer-3, layer_3, layer.3 or layer3, of Podcast and others; in groups of those names, too.
bool IsLayerName(const std::string& name) {
  std::size_t at = 5;
  if (!absl::StartsWithIgnoreCase(name, "layer") || at == name.size()) return false;
  if (absl::StrContains("-_.", name[at])) ++at;
  const std::size_t digits = at;
  while (at < name.size() && absl::ascii_isdigit(static_cast<unsigned char>(name[at]))) ++at;
  return at > digits && (at == name.size() || name[at] == '/');
}

std::string Names(const Files& files) {
  constexpr std::size_t kMost = 12;
  std::vector<std::string> names;
  std::size_t left = 0;
  for (const auto& file : files) {
    for (const LabVariable& variable : file->variables()) {
      if (names.size() < kMost) {
        names.push_back(QuoteName(variable.name));
      } else {
        ++left;
      }
    }
  }
  if (names.empty()) return "no variable";
  const std::string more = left == 0 ? "" : absl::StrCat(" and ", left, " more");
  return absl::StrCat(absl::StrJoin(names, ", "), more, " (--list shows all)");
}

std::string Paths(const Files& files) {
  return absl::StrJoin(files, " and ", [](std::string* out, const std::unique_ptr<LabFile>& file) {
    absl::StrAppend(out, file->path());
  });
}

absl::StatusOr<std::vector<Found>> Find(const Files& files, const Taking& taking) {
  // A name of HDF5 may have a * of its own.
  std::vector<Found> found =
      FindVariables(files, [&](const std::string& name) { return name == taking.variable; });
  const bool is_pattern = found.empty() && IsPattern(taking.variable);
  if (is_pattern) {
    found = FindVariables(
        files, [&](const std::string& name) { return MatchesPattern(taking.variable, name); });
  }
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat("there is no variable ", QuoteName(taking.variable),
                                            " in ", Paths(files), ", which hold",
                                            files.size() == 1 ? "s " : " ", Names(files)));
  }
  const bool may_be_many =
      is_pattern && !taking.taken->axes.empty() && std::string(taking.taken->name) == "activations";
  if (found.size() > 1 && !may_be_many) {
    return absl::InvalidArgumentError(absl::StrCat(
        taking.taken->name, " would be ", found[0].Named(), " and ", found[1].Named(),
        "; choose one with --take ", taking.taken->name, "=VARIABLE, or give one file"));
  }
  return found;
}

absl::Status CheckReadable(const Found& found, const std::string& name) {
  const LabVariable& source = found.source();
  if (source.refusal.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(found.Named(), " cannot be ", name, ": it ", source.refusal));
}

std::string ShapeText(const std::vector<std::int64_t>& shape) {
  return absl::StrCat("(", absl::StrJoin(shape, ", "), ")");
}

// The array whose axes are `wanted`, of a variable whose axes are `given`, in its order.
absl::StatusOr<PlannedArray> PlanAxes(const Found& found, const Taking& taking, const Axes& wanted,
                                      const Axes& given, bool may_be_fortran) {
  const LabVariable& source = found.source();
  const auto rank = source.shape.size();
  const bool matlab = found.file->order() == Order::kFortran;
  // MATLAB leaves last axes of length 1 out.
  if (rank != given.size() && !(matlab && rank < given.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat(found.Named(), " is ", source.kind, " ", ShapeText(source.shape), ", with ",
                     rank, rank == 1 ? " axis" : " axes", "; ", taking.taken->name, " needs ",
                     given.size(), ": ", absl::StrJoin(given, ", ")));
  }
  PlannedArray array{.file = found.file, .variable = found.variable, .name = source.name};
  array.spec.dtype = FloatingTypeFor(source.type);
  for (const std::string& axis : wanted) {
    const auto at =
        static_cast<std::size_t>(std::find(given.begin(), given.end(), axis) - given.begin());
    array.axes.push_back(at < rank ? static_cast<int>(at) : -1);
    array.spec.shape.push_back(at < rank ? source.shape[at] : 1);
  }
  // What lies in the file in the order of Fortran stays so, and is not moved.
  const bool is_as_in_file =
      matlab ? wanted == given : wanted == Axes(given.rbegin(), given.rend());
  if (may_be_fortran && is_as_in_file) array.spec.order = Order::kFortran;
  return array;
}

absl::StatusOr<PlannedArray> PlanVector(const Found& found, const Taking& taking) {
  const LabVariable& source = found.source();
  PlannedArray array{.file = found.file, .variable = found.variable, .name = source.name};
  int long_axis = source.shape.empty() ? -1 : 0;
  int long_axes = 0;
  for (std::size_t a = 0; a < source.shape.size(); ++a) {
    if (source.shape[a] == 1) continue;
    long_axis = static_cast<int>(a);
    ++long_axes;
  }
  const bool is_number = taking.taken->kind == TakenName::Kind::kNumber;
  if (long_axes > (is_number ? 0 : 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        found.Named(), " is ", source.kind, " ", ShapeText(source.shape), "; ", taking.taken->name,
        is_number ? " is a single number" : " has one axis, such as (N), (1, N) or (N, 1)"));
  }
  array.spec.dtype = taking.taken->kind == TakenName::Kind::kWholeNumbers
                         ? NumberTypeFor(source.type)
                     : IsFloating(source.type) ? FloatingTypeFor(source.type)
                                               : DType::kF64;
  if (is_number) return array;
  array.axes = {long_axis};
  array.spec.shape = {long_axis < 0 ? 1 : source.shape[static_cast<std::size_t>(long_axis)]};
  return array;
}

// layer-0/vectors and layer-1/vectors are called after their groups.
void NameByGroups(std::vector<PlannedArray>& layers) {
  std::string last;
  for (const PlannedArray& layer : layers) {
    const std::size_t slash = layer.name.rfind('/');
    if (slash == std::string::npos || slash == 0) return;
    const std::string own = layer.name.substr(slash);
    if (!last.empty() && own != last) return;
    last = own;
  }
  std::vector<std::string> names;
  for (const PlannedArray& layer : layers) {
    names.push_back(layer.name.substr(0, layer.name.size() - last.size()));
  }
  std::sort(names.begin(), names.end());
  if (layers.size() < 2 || std::adjacent_find(names.begin(), names.end()) != names.end()) return;
  for (PlannedArray& layer : layers) layer.name.resize(layer.name.size() - last.size());
}

// In the order of the names, if it is unambiguous. Otherwise `run` asks for it.
void OrderLayers(std::vector<PlannedArray>& layers) {
  std::vector<std::string> names;
  for (const PlannedArray& layer : layers) names.push_back(layer.name);
  const absl::StatusOr<LayerOrder> order = OrderByNames(names);
  if (!order.ok() || order->layers.size() != layers.size()) return;
  std::vector<PlannedArray> ordered;
  for (const std::size_t l : order->layers) ordered.push_back(layers[l]);
  layers = std::move(ordered);
}

absl::StatusOr<PlannedFile> PlanActivations(const std::vector<Found>& found, const Taking& taking) {
  const Axes& three = taking.taken->axes;
  const Axes two = {"words", "dimensions"};
  const bool is_one =
      found.size() == 1 &&
      (taking.axes.size() == 3 || (taking.axes.empty() && found[0].source().shape.size() == 3));
  if (is_one) {
    absl::StatusOr<PlannedArray> array =
        PlanAxes(found[0], taking, three, taking.axes.empty() ? three : taking.axes, true);
    if (!array.ok()) return array.status();
    return PlannedFile{"activations.npy", {*std::move(array)}};
  }
  PlannedFile file{"activations.safetensors", {}};
  for (const Found& layer : found) {
    if (layer.source().shape.size() != 2 || taking.axes.size() == 3) {
      return absl::InvalidArgumentError(absl::StrCat(
          layer.Named(), " is ", layer.source().kind, " ", ShapeText(layer.source().shape),
          "; activations need one variable a layer, ", kLayerShapes));
    }
    absl::StatusOr<PlannedArray> array =
        PlanAxes(layer, taking, two, taking.axes.empty() ? two : taking.axes, false);
    if (!array.ok()) return array.status();
    const std::int64_t words =
        file.arrays.empty() ? array->spec.shape[0] : file.arrays.front().spec.shape[0];
    if (array->spec.shape[0] != words) {
      return absl::InvalidArgumentError(absl::StrCat(
          layer.Named(), " has ", array->spec.shape[0], " words, and ",
          QuoteName(file.arrays.front().name), " has ", words, "; each layer has a row a word"));
    }
    file.arrays.push_back(*std::move(array));
  }
  NameByGroups(file.arrays);
  OrderLayers(file.arrays);
  return file;
}

absl::StatusOr<PlannedFile> PlanFile(const std::vector<Found>& found, const Taking& taking) {
  for (const Found& one : found) {
    if (absl::Status status = CheckReadable(one, taking.taken->name); !status.ok()) return status;
  }
  if (std::string(taking.taken->name) == "activations") return PlanActivations(found, taking);
  const Axes& wanted = taking.taken->axes;
  absl::StatusOr<PlannedArray> array =
      wanted.empty()
          ? PlanVector(found[0], taking)
          : PlanAxes(found[0], taking, wanted, taking.axes.empty() ? wanted : taking.axes, true);
  if (!array.ok()) return array.status();
  return PlannedFile{absl::StrCat(taking.taken->name, ".npy"), {*std::move(array)}};
}

// Takings of the variables that have the names of an experiment's files.
std::vector<Taking> TakingsByName(const Files& files) {
  std::vector<Taking> takings;
  for (const TakenName& taken : TakenNames()) {
    const std::vector<Found> found =
        FindVariables(files, [&](const std::string& name) { return name == taken.name; });
    if (!found.empty()) takings.push_back({&taken, taken.name, {}, ""});
  }
  return takings;
}

}  // namespace

absl::StatusOr<std::vector<PlannedFile>> PlanImport(const Files& files,
                                                    const std::vector<Taking>& takings) {
  std::vector<PlannedFile> planned;
  const std::vector<Taking> taken = takings.empty() ? TakingsByName(files) : takings;
  bool has_activations = false;
  for (const Taking& taking : taken) {
    for (const Taking& other : taken) {
      if (other.taken != taking.taken || &other == &taking) continue;
      return absl::InvalidArgumentError(absl::StrCat("--take gives ", taking.taken->name,
                                                     " twice, ", taking.text, " and ", other.text));
    }
    absl::StatusOr<std::vector<Found>> found = Find(files, taking);
    if (!found.ok()) return found.status();
    absl::StatusOr<PlannedFile> file = PlanFile(*found, taking);
    if (!file.ok()) return file.status();
    has_activations |= std::string(taking.taken->name) == "activations";
    planned.push_back(*std::move(file));
  }
  if (takings.empty() && !has_activations) {
    const std::vector<Found> layers = FindVariables(files, IsLayerName);
    const TakenName& activations = *std::find_if(
        TakenNames().begin(), TakenNames().end(),
        [](const TakenName& name) { return std::string(name.name) == "activations"; });
    if (!layers.empty()) {
      absl::StatusOr<PlannedFile> file = PlanFile(layers, {&activations, "layer-*", {}, ""});
      if (!file.ok()) return file.status();
      planned.push_back(*std::move(file));
    }
  }
  if (!planned.empty()) return planned;
  std::vector<std::string> names;
  for (const TakenName& name : TakenNames()) names.push_back(name.name);
  return absl::NotFoundError(
      absl::StrCat(Paths(files), files.size() == 1 ? " holds " : " hold ", Names(files),
                   ", and nothing that is named ", absl::StrJoin(names, ", "),
                   "; assign them with --take NAME=VARIABLE, such as --take meg=epochs"));
}

}  // namespace brainalign
