#ifndef BRAINALIGN_CORE_ALIGN_PREPARATION_ORDER_H_
#define BRAINALIGN_CORE_ALIGN_PREPARATION_ORDER_H_

#include <algorithm>
#include <vector>

namespace brainalign {

// A part of the preparation of a layer.
struct PreparationUnit {
  int layer = 0;
  int part = 0;
};

// The units of layers with so many `parts` each, in the order in which they are best begun. A
// layer's last part is much longer than the others: those of the last two layers alternate, so
// that two threads have one each in the end.
inline std::vector<PreparationUnit> PreparationOrder(const std::vector<int>& parts) {
  std::vector<PreparationUnit> units;
  const int layers = static_cast<int>(parts.size());
  const auto parts_of = [&](int layer) { return parts[static_cast<std::size_t>(layer)]; };
  for (int layer = 0; layer < layers - 2; ++layer) {
    for (int part = 0; part < parts_of(layer); ++part) units.push_back({layer, part});
  }
  const int first = std::max(0, layers - 2);
  for (int part = 0; layers > 0 && part < std::max(parts_of(first), parts_of(layers - 1)); ++part) {
    for (int layer = first; layer < layers; ++layer) {
      if (part < parts_of(layer)) units.push_back({layer, part});
    }
  }
  return units;
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_PREPARATION_ORDER_H_
