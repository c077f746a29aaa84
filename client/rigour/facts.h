#ifndef BRAINALIGN_CLIENT_RIGOUR_FACTS_H_
#define BRAINALIGN_CLIENT_RIGOUR_FACTS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/align/compare.h"
#include "core/align/result.h"

namespace brainalign {

// A score, and the cell that has it.
struct ScoreAt {
  double score = 0;
  std::string layer;  // printable
  double seconds = 0;
};

// What the verdict takes of the result of one job.
struct JobFacts {
  std::optional<ScoreAt> best;         // nothing: no score is defined
  std::optional<ScoreAt> before_best;  // of times before word onset; nothing: there are none
  double mean_of_maxima = 0;
  double temporal_score = std::numeric_limits<double>::quiet_NaN();
  double temporal_score_p = std::numeric_limits<double>::quiet_NaN();  // parametric
  // Of circular shifts, or in the part swapped of swaps; 0 nulls: none were computed.
  int nulls = 0;
  std::int64_t words_left_out = 0;  // for swaps
  std::optional<double> p_max;
  std::optional<double> p_before;  // smallest family-wise p of a cell before word onset
  bool both_sides_drift = false;
  bool few_session_words = false;
  // Of draws.
  int draws = 0;
  int df = 0;
  std::optional<double> p_order;       // by t_max
  std::optional<double> p_order_half;  // by t_half
  // The same from two levels of draws; nothing where there are too many blocks for these.
  std::optional<double> two_level_p_order;
  std::optional<double> two_level_p_order_half;
  std::optional<double> slope;  // of t_max, seconds per unit of depth
  std::optional<Interval> slope_interval;
  bool alphas_by_inner_folds = false;  // intervals take chosen alphas as given
  bool blocks_are_correlated = false;  // so what draws give is too narrow or too small
  // (L), or empty.
  std::vector<double> autocorrelation_integral;
  std::vector<double> depth;
};

JobFacts FactsOf(const AlignmentResult& result);

// One part; without facts `why_not` is a clause that says why.
struct RigourPart {
  std::optional<JobFacts> facts;
  std::string why_not;
};

// The trained model less the untrained one.
struct UntrainedFacts {
  std::optional<JobFacts> facts;  // of the untrained model
  std::optional<Comparison> comparison;
  std::string why_not;  // why there is no comparison, as a clause
};

// Activations of the layer with the best score, predicted from those of neighbouring words.
struct NeighbourFacts {
  std::string layer;                // printable
  double brain = 0;                 // best score of the layer with the brain, in strict
  std::optional<double> before;     // score from the word before
  std::optional<double> after;      // and from the word after
  bool brain_is_predicted = false;  // direction model_to_brain: `brain` is another quantity
  std::string why_not;              // without scores: why, as a clause
};

// The highest score that the recording allows, from repeated words (docs/ceiling.md).
struct CeilingFacts {
  std::int64_t items = 0;  // words that were presented at least twice
  // The largest over times of the median over sensors, for a single presentation, and its time.
  double ceiling = 0;
  double seconds = 0;
  std::string why_not;  // without a ceiling: why, as a clause
};

struct RigourFacts {
  std::string score_name;   // for people: "Pearson r"
  std::string why_no_null;  // clauses, for a strict part without nulls or draws
  // Why the p values of all parts with nulls are not to be relied on; empty: they are.
  std::string why_null_fails;
  std::string why_no_draws;
  JobFacts strict;
  RigourPart paper;
  RigourPart shuffled;
  RigourPart detrended;
  RigourPart nuisance;
  std::vector<std::string> nuisance_names;  // printable
  RigourPart previous_words;                // the vectors of the word before as nuisance
  // Whether nuisance predicts the brain beside the activations, and is not taken out of them.
  bool nuisance_is_band = false;
  UntrainedFacts untrained;
  NeighbourFacts neighbours;
  RigourPart swapped;
  CeilingFacts ceiling;
  // Steps of strict that the user made weaker, as clauses: "purge_seconds is 0, ..."
  std::vector<std::string> weaker_steps;
  // The part strict itself was detrended, as the user asked.
  bool strict_is_detrended = false;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RIGOUR_FACTS_H_
