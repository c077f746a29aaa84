#include "core/inference/multiple_tests.h"

#include <algorithm>
#include <numeric>

namespace brainalign {
namespace {

std::vector<std::size_t> AscendingOrder(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return order;
}

}  // namespace

std::vector<double> FalseDiscoveryRates(const std::vector<double>& p) {
  const std::vector<std::size_t> order = AscendingOrder(p);
  std::vector<double> adjusted(p.size());
  double least = 1;
  for (std::size_t rank = p.size(); rank > 0; --rank) {
    const std::size_t test = order[rank - 1];
    least = std::min(least, p[test] * static_cast<double>(p.size()) / static_cast<double>(rank));
    adjusted[test] = least;
  }
  return adjusted;
}

std::vector<double> HolmAdjusted(const std::vector<double>& p) {
  const std::vector<std::size_t> order = AscendingOrder(p);
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    largest = std::max(largest, p[order[i]] * static_cast<double>(p.size() - i));
    adjusted[order[i]] = std::min(1.0, largest);
  }
  return adjusted;
}

std::size_t NullsForFalseDiscoveryRate(std::size_t tests) { return 20 * tests - 1; }

}  // namespace brainalign
