#include "client/rigour/verdict_text.h"

#include <cmath>

#include "absl/strings/str_format.h"
#include "client/report/report_data.h"

namespace brainalign {

std::string PText(double p) {
  constexpr double kLeastShown = 1e-16;
  return p < kLeastShown ? "p < 1e-16" : absl::StrFormat("p = %.2g", p);
}

std::string NumberText(double value) {
  return std::isnan(value) ? "undefined" : absl::StrFormat("%.2f", value);
}

std::string CellText(const RigourFacts& facts, const ScoreAt& score) {
  return absl::StrFormat("%s = %.3f for %s at %.2f s", facts.score_name, score.score, score.layer,
                         score.seconds);
}

std::string PText(const std::optional<double>& p) { return p.has_value() ? PText(*p) : "no p"; }

bool IsSignificant(const std::optional<double>& p) { return p.has_value() && *p <= kSignificantP; }

const char* BlocksAreCorrelated() {
  return "blocks of words are shorter than the correlation of what they hold, so this p is too "
         "small (--block-words)";
}

// What is known not to be calibrated about p values under shifts (docs/calibration.md).
std::string NullLabel(const JobFacts& facts) {
  std::string label =
      " In simulations without a relation, 7 % instead of 5 % had such a p at 0.05 or less.";
  if (facts.few_session_words) {
    label += " Not calibrated: sessions of fewer than 50 words make it smaller still.";
  }
  return label;
}

// Why nothing can be told of chance; empty if it can.
std::string WhyNoNull(const RigourFacts& facts) {
  const JobFacts& strict = facts.strict;
  if (!strict.p_max.has_value()) return facts.why_no_null;
  if (!facts.why_null_fails.empty()) return facts.why_null_fails;
  const double least = 1.0 / (1.0 + strict.nulls);
  if (least <= kSignificantP) return "";
  return absl::StrFormat("%d nulls give no p below %.2g; 19 are needed for %g", strict.nulls, least,
                         kSignificantP);
}

}  // namespace brainalign
