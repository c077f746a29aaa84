#ifndef BRAINALIGN_CLIENT_RIGOUR_VERDICT_TEXT_H_
#define BRAINALIGN_CLIENT_RIGOUR_VERDICT_TEXT_H_

#include <optional>
#include <string>

#include "client/rigour/facts.h"

// Pieces of the sentences of a verdict.

namespace brainalign {

std::string PText(double p);                        // "p = 0.005"
std::string PText(const std::optional<double>& p);  // the same, or "no p"
std::string NumberText(double value);               // two decimals, or "undefined"
// "Pearson r = 0.300 for mid at 0.40 s".
std::string CellText(const RigourFacts& facts, const ScoreAt& score);
// A clause that says why p values from correlated blocks of words show nothing.
const char* BlocksAreCorrelated();
// A sentence on what is known not to be calibrated about p values under shifts
// (docs/calibration.md), with a space before it.
std::string NullLabel(const JobFacts& facts);

// Whether there is a p, at the level of 0.05 or less.
bool IsSignificant(const std::optional<double>& p);
// Why nothing can be said of chance, as a clause; empty if it can.
std::string WhyNoNull(const RigourFacts& facts);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RIGOUR_VERDICT_TEXT_H_
