#include "core/align/compare_pairs.h"

#include "core/inference/multiple_tests.h"

namespace brainalign {
namespace {

void Adjust(std::optional<double> PairedTest::*p, AdjustedP ComparedPair::*adjusted,
            std::vector<ComparedPair>& pairs) {
  std::vector<double> family;
  for (const ComparedPair& pair : pairs) {
    if (pair.comparison.test.*p) family.push_back(*(pair.comparison.test.*p));
  }
  const std::vector<double> bh = FalseDiscoveryRates(family);
  const std::vector<double> holm = HolmAdjusted(family);
  std::size_t next = 0;
  for (ComparedPair& pair : pairs) {
    pair.*adjusted = {};
    if (!(pair.comparison.test.*p)) continue;
    pair.*adjusted = {bh[next], holm[next]};
    ++next;
  }
}

}  // namespace

void AdjustOverPairs(std::vector<ComparedPair>& pairs) {
  Adjust(&PairedTest::alignment_p, &ComparedPair::alignment_p, pairs);
  Adjust(&PairedTest::slope_p, &ComparedPair::slope_p, pairs);
}

}  // namespace brainalign
