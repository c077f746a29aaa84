#include <set>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/alignment.pb.h"
#include "client/wire/result_from_proto.h"

namespace brainalign {
namespace {

void Add(const std::string& name, const v1::TensorRef& ref, std::vector<JobInput>& inputs) {
  const v1::TensorSpec& spec = ref.spec();
  const bool is_known =
      v1::DataType_IsValid(spec.data_type()) && spec.data_type() != v1::DATA_TYPE_UNSPECIFIED;
  if (ref.digest().empty() || !is_known) return;
  inputs.push_back({name,
                    ref.digest(),
                    {static_cast<DType>(spec.data_type()),  // ours are the protocol's
                     {spec.shape().begin(), spec.shape().end()},
                     spec.order() == v1::ORDER_FORTRAN ? Order::kFortran : Order::kC}});
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
