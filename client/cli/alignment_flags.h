#ifndef BRAINALIGN_CLIENT_CLI_ALIGNMENT_FLAGS_H_
#define BRAINALIGN_CLIENT_CLI_ALIGNMENT_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "core/problem/spec.h"

namespace CLI {
class App;
}

namespace brainalign {

// The options of an alignment as the command line gives them; what is not given
// takes its value from the preset.
struct AlignmentFlags {
  std::string preset = "strict";
  std::string direction = "brain_to_model";
  std::string metric = "pearson";
  int pca = 0;
  int folds = 5;
  std::string fold_by;
  std::vector<double> alphas;
  std::string selection;
  int inner_folds = 5;
  bool shared_alpha = false;
  std::optional<double> purge_seconds;
  std::string zscore_words;
  std::string pca_words;
  std::vector<double> windows;
  std::string precision = "exact";
};

// Declares them on `app`; they are written to `flags` when it parses.
void AddAlignmentFlags(CLI::App& app, AlignmentFlags& flags);

// Requires: the names were checked when they were parsed.
AlignmentOptions ToOptions(const AlignmentFlags& flags);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_ALIGNMENT_FLAGS_H_
