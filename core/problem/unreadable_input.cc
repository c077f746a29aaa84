#include "core/problem/unreadable_input.h"

#include <cstddef>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

constexpr char kFieldPayload[] = "brainalign/unreadable_input";

absl::Status CheckField(const std::string& field, const Tensor& tensor) {
  absl::Status why = tensor.CheckReadable();
  if (why.ok()) return why;
  absl::Status status(why.code(), absl::StrCat(field, ": ", why.message()));
  status.SetPayload(kFieldPayload, absl::Cord(field));
  return status;
}

}  // namespace

absl::Status CheckReadable(const AlignmentInputs& inputs) {
  absl::Status status = CheckField("brain.epochs", inputs.brain.epochs);
  if (status.ok()) status = CheckField("brain.continuous", inputs.brain.continuous);
  for (std::size_t l = 0; l < inputs.layers.size() && status.ok(); ++l) {
    status = CheckField(absl::StrCat("layers[", l, "].activations"), inputs.layers[l].activations);
  }
  return status;
}

std::string UnreadableField(const absl::Status& status) {
  const auto field = status.GetPayload(kFieldPayload);
  return field ? std::string(*field) : "";
}

}  // namespace brainalign
