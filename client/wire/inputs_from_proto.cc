#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/alignment.pb.h"
#include "client/wire/brain_from_proto.h"
#include "client/wire/result_from_proto.h"

namespace brainalign {
namespace {

void Add(const std::string& name, const v1::TensorRef& ref, std::vector<JobInput>& inputs) {
  StoredTensor stored = StoredTensorFromProto(name, ref);
  const bool is_known = stored.spec.dtype != static_cast<DType>(v1::DATA_TYPE_UNSPECIFIED);
  if (stored.digest.empty() || !is_known) return;
  inputs.push_back({name, std::move(stored.digest), std::move(stored.spec)});
}

}  // namespace

std::vector<JobInput> InputsFromProto(const v1::AlignmentSpec& proto) {
  std::vector<JobInput> inputs;
  const v1::BrainInput& brain = proto.brain();
  Add("recording", brain.continuous(), inputs);
  Add("epochs", brain.epochs(), inputs);
  Add("onsets", brain.onsets_seconds(), inputs);
  Add("groups", brain.groups(), inputs);
  Add("sessions", brain.sessions(), inputs);
  Add("session starts", brain.session_starts(), inputs);
  Add("nuisance", proto.nuisance().features(), inputs);
  // A tensor of several layers is one input.
  std::set<std::string> listed;
  for (const v1::LayerInput& layer : proto.layers()) {
    const v1::TensorRef& activations = layer.activations();
    if (!listed.insert(activations.digest()).second) continue;
    std::string name = "activations";
    if (activations.spec().shape_size() == 2) absl::StrAppend(&name, " of ", layer.name());
    Add(name, activations, inputs);
  }
  return inputs;
}

}  // namespace brainalign
