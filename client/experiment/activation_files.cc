#include "client/experiment/activation_files.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/experiment/layer_order.h"
#include "client/experiment/vector_files.h"
#include "core/tensor/format/npy.h"
#include "core/tensor/format/safetensors.h"

namespace brainalign {
namespace {

constexpr char kNpy[] = "activations.npy";
constexpr char kSafetensors[] = "activations.safetensors";

absl::Status CheckFloating(const std::string& what, const Tensor& tensor) {
  if (IsFloating(tensor.dtype())) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " is ", Describe(tensor.spec()),
                                                 "; activations are f16, bf16, f32 or f64"));
}

// Names come from foreign files and go to terminals.
std::string NameTensor(const std::string& name, const std::string& path) {
  return absl::StrCat("tensor '", absl::Utf8SafeCHexEscape(name), "' of ", path);
}

// Every index of the first axis of `tensor` (L, w, d) as a layer.
absl::Status AddSlices(const std::string& what, Tensor tensor, Experiment& experiment) {
  absl::Status status = CheckFloating(what, tensor);
  if (!status.ok()) return status;
  if (tensor.dim(0) == 0) {
    return absl::InvalidArgumentError(absl::StrCat(what, " is ", Describe(tensor.spec()),
                                                   ", which has no layer; at least one is needed"));
  }
  for (std::int64_t l = 0; l < tensor.dim(0); ++l) {
    absl::StatusOr<Tensor> layer = tensor.Slice(l);
    if (!layer.ok()) return layer.status();
    experiment.inputs.layers.push_back({*std::move(layer), 0, absl::StrCat("layer.", l)});
    experiment.layer_sources.push_back({0, l});
  }
  experiment.activation_tensors.push_back(std::move(tensor));
  return absl::OkStatus();
}

absl::Status ReadNpy(const std::string& dir, Experiment& experiment) {
  const std::string path = FilePath(dir, kNpy);
  absl::StatusOr<Tensor> tensor = OpenNpy(path);
  if (!tensor.ok()) return tensor.status();
  if (tensor->rank() != 3) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is ", Describe(tensor->spec()),
                                                   "; it shall be (layers, words, dimensions), "
                                                   "with three axes"));
  }
  return AddSlices(path, *std::move(tensor), experiment);
}

absl::Status ReadSafetensors(const std::string& dir, Experiment& experiment) {
  const std::string path = FilePath(dir, kSafetensors);
  absl::StatusOr<std::vector<NamedTensor>> tensors = OpenSafetensors(path);
  if (!tensors.ok()) return tensors.status();
  if (tensors->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " holds no tensor; it shall hold one (words, dimensions) a layer"));
  }
  if (tensors->size() == 1 && tensors->front().tensor.rank() == 3) {
    const std::string what = NameTensor(tensors->front().name, path);
    return AddSlices(what, std::move(tensors->front().tensor), experiment);
  }
  OrderLayers(*tensors);
  for (NamedTensor& named : *tensors) {
    const std::string what = NameTensor(named.name, path);
    if (named.tensor.rank() != 2) {
      return absl::InvalidArgumentError(absl::StrCat(
          what, " is ", Describe(named.tensor.spec()),
          "; the file shall hold one (words, dimensions) a layer, or a single (layers, words, "
          "dimensions)"));
    }
    absl::Status status = CheckFloating(what, named.tensor);
    if (!status.ok()) return status;
    experiment.layer_sources.push_back({experiment.activation_tensors.size(), 0});
    experiment.activation_tensors.push_back(named.tensor);
    experiment.inputs.layers.push_back({std::move(named.tensor), 0, std::move(named.name)});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadActivations(const std::string& dir, Experiment& experiment) {
  const bool has_safetensors = HasFile(dir, kSafetensors);
  if (HasFile(dir, kNpy)) {
    if (has_safetensors) {
      experiment.notes.push_back(
          absl::StrCat(kNpy, " was read and ", kSafetensors, " left aside."));
    }
    return ReadNpy(dir, experiment);
  }
  if (has_safetensors) return ReadSafetensors(dir, experiment);
  return absl::NotFoundError(absl::StrCat(dir, " holds no activations; needed is ", kNpy,
                                          " (layers, words, dimensions), or ", kSafetensors,
                                          " with one tensor (words, dimensions) a layer"));
}

}  // namespace brainalign
