// The names of the protocol's fields and calls for the user: a flag, a file, a verb.
#ifndef BRAINALIGN_CLIENT_NAMING_TYPED_NAMES_H_
#define BRAINALIGN_CLIENT_NAMING_TYPED_NAMES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace brainalign {

// Names that depend on the present experiment; empty without one.
struct ExperimentNames {
  std::string activation_file;           // such as "activations.npy"
  std::vector<std::string> layer_names;  // (L)
  // Of a recording that is not in one file, such as "sessions/*/continuous.npy".
  std::string recording_files = {};
};

// `text` with every path of a field (options.pca, spec.layers[2].activations, brain.groups[7])
// and every name of a call (ListQueue) put as the person knows it: "--pca", "layer h.2 of
// activations.safetensors", "groups.npy[7]", "brainalign admin queue". Other text stays as it is.
std::string AsTyped(const std::string& text, const ExperimentNames& names = {});

// The same for the sentence of a status; its code and payloads stay.
absl::Status AsTyped(const absl::Status& status, const ExperimentNames& names = {});

// The table behind it: the name of a field by its path without indices, such as "options.pca", and
// of a call, such as "ListQueue". Empty for one that is not in the table.
std::string TypedNameOfField(const std::string& path);
std::string TypedNameOfCall(const std::string& method);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_NAMING_TYPED_NAMES_H_
