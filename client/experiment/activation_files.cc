#include "client/experiment/activation_files.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/experiment/layer_list.h"
#include "client/experiment/layer_order.h"
#include "client/experiment/unfetched_file.h"
#include "client/experiment/vector_files.h"
#include "core/tensor/format/npy.h"
#include "core/tensor/format/safetensors.h"

namespace brainalign {
namespace {

constexpr char kNpy[] = "activations.npy";
constexpr char kSafetensors[] = "activations.safetensors";
constexpr char kTwoAxes[] =
    "; the file must hold one (words, dimensions) a layer, or a single (layers, words, dimensions)";

absl::Status CheckFloating(const std::string& what, const Tensor& tensor) {
  if (IsFloating(tensor.dtype())) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " is ", Describe(tensor.spec()),
                                                 "; activations are f16, bf16, f32 or f64"));
}

std::string NameTensor(const std::string& name, const std::string& path) {
  return absl::StrCat("tensor ", QuoteName(name), " of ", path);
}

// The layer "layer.I" of an array of three axes is that at index I of the first.
std::vector<std::string> NamesOfAxis(std::int64_t layers) {
  std::vector<std::string> names;
  for (std::int64_t l = 0; l < layers; ++l) names.push_back(absl::StrCat("layer.", l));
  return names;
}

bool IsIndexName(const std::string& name) {
  std::int64_t index = 0;
  return absl::StartsWith(name, "layer.") && absl::SimpleAtoi(name.substr(6), &index);
}

void NoteLeftAside(const std::vector<std::string>& names, const LayerOrder& order,
                   const LayerList& list, Experiment& experiment) {
  std::vector<std::string> left;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(order.layers.begin(), order.layers.end(), i) == order.layers.end()) {
      left.push_back(QuoteName(names[i]));
    }
  }
  if (left.empty()) return;
  experiment.notes.push_back(
      absl::StrCat(left.size(), left.size() == 1 ? " layer is" : " layers are", " not listed in ",
                   list.source, " and left aside: ", absl::StrJoin(left, ", "), "."));
}

// Indices of the first axis of `tensor` (L, w, d) as layers: all of them, or those of `list`, which
// may give all of them other names instead. `what` names the tensor with its path.
absl::Status AddSlices(const std::string& what, const std::string& short_name, Tensor tensor,
                       const LayerList& list, Experiment& experiment) {
  absl::Status status = CheckFloating(what, tensor);
  if (!status.ok()) return status;
  if (tensor.dim(0) == 0) {
    return absl::InvalidArgumentError(absl::StrCat(what, " is ", Describe(tensor.spec()),
                                                   ", which has no layer; at least one is needed"));
  }
  std::vector<std::string> names = NamesOfAxis(tensor.dim(0));
  LayerOrder order{.layers = std::vector<std::size_t>(names.size()),
                   .how = absl::StrCat("as on the first axis of ", short_name)};
  std::iota(order.layers.begin(), order.layers.end(), 0);
  if (std::any_of(list.names.begin(), list.names.end(), IsIndexName)) {
    absl::StatusOr<LayerOrder> listed = OrderByList(names, list.names, list.source);
    if (!listed.ok()) return listed.status();
    order = *std::move(listed);
    NoteLeftAside(names, order, list, experiment);
  } else if (!list.names.empty()) {
    if (absl::Status path = CheckNoPath(list); !path.ok()) return path;
    if (list.names.size() != names.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          list.source, " lists ", list.names.size(), " names, but ", what, " has ", names.size(),
          " layers; give one for each, or select some of them as layer.0 to ", names.back()));
    }
    names = list.names;
    absl::StrAppend(&order.how, ", with names from ", FileName(list.source));
  }
  for (const std::size_t l : order.layers) {
    const auto index = static_cast<std::int64_t>(l);
    absl::StatusOr<Tensor> layer = tensor.Slice(index);
    if (!layer.ok()) return layer.status();
    experiment.inputs.layers.push_back({*std::move(layer), 0, names[l]});
    experiment.layer_sources.push_back({0, index});
  }
  experiment.layer_order = std::move(order.how);
  experiment.activation_tensors.push_back(std::move(tensor));
  return absl::OkStatus();
}

absl::Status ReadNpy(const std::string& dir, const LayerList& list, Experiment& experiment) {
  const std::string path = FilePath(dir, kNpy);
  if (absl::Status status = CheckFetched(path); !status.ok()) return status;
  absl::StatusOr<Tensor> tensor = OpenNpy(path);
  if (!tensor.ok()) return tensor.status();
  if (tensor->rank() != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is ", Describe(tensor->spec()),
                     "; it must be (layers, words, dimensions), with three axes"));
  }
  return AddSlices(path, kNpy, *std::move(tensor), list, experiment);
}

absl::StatusOr<LayerOrder> OrderOf(const std::vector<std::string>& names, const std::string& path,
                                   const LayerList& list, Experiment& experiment) {
  if (!list.names.empty()) {
    absl::StatusOr<LayerOrder> order = OrderByList(names, list.names, list.source);
    if (order.ok()) NoteLeftAside(names, *order, list, experiment);
    return order;
  }
  absl::StatusOr<LayerOrder> order = OrderByNames(names);
  if (order.ok()) {
    experiment.ordered_by_names = true;
    return order;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the order of the layers of ", path,
      " does not follow from their names: ", order.status().message(),
      "; list the names from the first layer to the last, after --layer-order or one per line in ",
      "layers.txt"));
}

absl::Status ReadSafetensors(const std::string& dir, const LayerList& list,
                             Experiment& experiment) {
  const std::string path = FilePath(dir, kSafetensors);
  if (absl::Status status = CheckFetched(path); !status.ok()) return status;
  absl::StatusOr<std::vector<NamedTensor>> tensors = OpenSafetensors(path);
  if (!tensors.ok()) return tensors.status();
  if (tensors->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " holds no tensor; it must hold one (words, dimensions) per layer"));
  }
  if (tensors->size() == 1 && tensors->front().tensor.rank() == 3) {
    const std::string what = NameTensor(tensors->front().name, path);
    return AddSlices(what, kSafetensors, std::move(tensors->front().tensor), list, experiment);
  }
  std::vector<std::string> names;
  for (const NamedTensor& named : *tensors) {
    names.push_back(named.name);
    // A tensor that is not a layer cannot be ordered. A list may leave it out.
    if (named.tensor.rank() == 2 || !list.names.empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat(NameTensor(named.name, path), " is ",
                                                   Describe(named.tensor.spec()), kTwoAxes));
  }
  absl::StatusOr<LayerOrder> order = OrderOf(names, path, list, experiment);
  if (!order.ok()) return order.status();
  for (const std::size_t l : order->layers) {
    NamedTensor& named = (*tensors)[l];
    const std::string what = NameTensor(named.name, path);
    if (named.tensor.rank() != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " is ", Describe(named.tensor.spec()), kTwoAxes));
    }
    absl::Status status = CheckFloating(what, named.tensor);
    if (!status.ok()) return status;
    experiment.layer_sources.push_back({experiment.activation_tensors.size(), 0});
    experiment.activation_tensors.push_back(named.tensor);
    experiment.inputs.layers.push_back({std::move(named.tensor), 0, std::move(named.name)});
  }
  experiment.layer_order = std::move(order->how);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadActivations(const std::string& dir, const std::string& layer_order,
                             Experiment& experiment) {
  const absl::StatusOr<LayerList> list = ReadLayerList(dir, layer_order, experiment.notes);
  if (!list.ok()) return list.status();
  const bool has_safetensors = HasFile(dir, kSafetensors);
  if (HasFile(dir, kNpy)) {
    if (has_safetensors) {
      absl::Status status = CheckUnread(FilePath(dir, kSafetensors));
      if (!status.ok()) return status;
      experiment.notes.push_back(
          absl::StrCat(kNpy, " was read and ", kSafetensors, " left aside."));
    }
    return ReadNpy(dir, *list, experiment);
  }
  if (has_safetensors) return ReadSafetensors(dir, *list, experiment);
  return absl::NotFoundError(absl::StrCat(dir, " holds no activations; needed is ", kNpy,
                                          " (layers, words, dimensions), or ", kSafetensors,
                                          " with one tensor (words, dimensions) a layer"));
}

}  // namespace brainalign
