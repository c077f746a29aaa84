#ifndef BRAINALIGN_CLIENT_CLI_NUISANCE_SOURCE_H_
#define BRAINALIGN_CLIENT_CLI_NUISANCE_SOURCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/experiment/experiment.h"
#include "core/problem/inputs.h"
#include "core/words/word_values.h"

namespace brainalign {

// What the columns of nuisance are made of.
struct NuisanceSource {
  // The recording with the number, sessions and onsets of its words and the words that are used,
  // and the layers. Of a recording that the server keeps it is an outline: zeros of one sensor.
  AlignmentInputs inputs;
  WordTableValues words;
  // Why nuisance, columns of tables, or sessions and onsets cannot be had, as clauses; empty: they
  // can.
  std::string why_none = {};
  std::string why_no_columns = {};
  std::string why_no_sessions = {};
  std::vector<std::string> notes = {};  // where columns come from
};

// The part of it that is read from a server.
struct NuisanceNeeds {
  std::vector<std::string> columns = {};  // of word tables
  bool sessions = false;                  // and onsets
  bool first_layer = false;
  std::string where = {};  // the condition on words, if it matters which words are used
};

NuisanceSource SourceOf(const Experiment& experiment);

// The same where the server keeps the recording, the model or both, PROJECT/NAME; empty: that side
// is in the experiment. A column is taken from the word table of the activations, or else from that
// of the recording. Columns that are not needed have a name and no values. INVALID_ARGUMENT, naming
// the flag, for a condition that does not fit; otherwise the errors of calls, such as NOT_FOUND for
// a word table that is not kept any more.
absl::StatusOr<NuisanceSource> ReadKeptSource(Connection& connection, const std::string& recording,
                                              const std::string& model,
                                              const Experiment& experiment,
                                              const NuisanceNeeds& needs);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_NUISANCE_SOURCE_H_
