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

// The options of an alignment on the command line. Options that are not given take their values
// from the preset.
struct AlignmentFlags {
  std::string preset = "strict";
  std::string direction = "brain_to_model";
  std::string metric = "pearson";
  std::optional<int> cca_components;
  std::optional<double> cca_rho;
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
  UncertaintyOptions uncertainty;
  std::string null_by = "shift";
  std::string where;
  std::vector<std::string> arrays;
  bool time_generalisation = false;
  std::vector<std::string> nuisance;  // columns; their values are read with the experiment
  std::string nuisance_file;
  std::vector<int> delays;  // in rows
};

// Declares them on `app`; they are written to `flags` when it parses.
void AddAlignmentFlags(CLI::App& app, AlignmentFlags& flags);

// The flags that take a list of numbers.
std::vector<std::string> NumberListFlags();

// Declares --layer-order, for reading an experiment.
void AddLayerOrderFlag(CLI::App& app, std::string& layer_order);

// Requires: the names were checked when they were parsed.
AlignmentOptions ToOptions(const AlignmentFlags& flags);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_ALIGNMENT_FLAGS_H_
