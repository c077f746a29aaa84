#ifndef BRAINALIGN_CLIENT_RIGOUR_VERDICT_H_
#define BRAINALIGN_CLIENT_RIGOUR_VERDICT_H_

#include <string>
#include <vector>

#include "client/rigour/facts.h"

namespace brainalign {

// Plain sentences with numbers (docs/rigour.md has the rule of each).
struct Verdict {
  std::vector<std::string> established;
  std::vector<std::string> not_established;
  std::vector<std::string> not_testable;
  std::vector<std::string> described;  // differences without a test
};

Verdict MakeVerdict(const RigourFacts& facts);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RIGOUR_VERDICT_H_
