#include "core/align/checked_parts.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <utility>

namespace brainalign {
namespace {

constexpr int kMostCells = 200;
// Of the cells, those that the best score's folds may take.
constexpr int kMostOfBest = 40;
// Times that parts of all folds are spread over: each costs the brain side of its time.
constexpr int kTimesOfAllFolds = 4;

int FoldsOfBest(int folds) { return std::min(folds, kMostOfBest); }

// 0, 1, .. `count` - 1.
std::vector<int> FirstOf(int count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// The same in a random order. Not std::shuffle, whose order no standard fixes.
std::vector<int> Shuffled(int count, std::mt19937_64& random) {
  std::vector<int> order = FirstOf(count);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  return order;
}

}  // namespace

int CellsToCheck(int layers, int times, int folds) {
  const std::int64_t all = std::int64_t{layers} * times * folds;
  const std::int64_t cells = std::clamp<std::int64_t>(all / 100, kFewestCheckedCells, kMostCells);
  return static_cast<int>(std::min(all, cells));
}

std::vector<CheckedPart> DrawParts(int layers, int times, int folds, bool one_fold) {
  std::mt19937_64 random(20261129);
  const int left = std::max(1, CellsToCheck(layers, times, folds) - FoldsOfBest(folds));
  const int most_cells = kMostCells - FoldsOfBest(folds);
  const bool all_folds = !one_fold && left >= layers * folds;
  const int folds_of_part = all_folds ? folds : 1;
  // Rounds in which each fold has its turn: of few layers more times are taken.
  const int rounds = std::clamp((left + layers * folds - 1) / (layers * folds), 1, times);
  const int count = all_folds ? std::min(times, std::max(rounds, kTimesOfAllFolds))
                              : std::min(folds * rounds, most_cells);
  // As many as cover all layers, or as many as there is room for.
  const int most = std::max(1, most_cells / (count * folds_of_part));
  const int for_layers = (layers + count - 1) / count;
  const int for_cells = (left + count * folds_of_part - 1) / (count * folds_of_part);
  const int layers_of_part = std::min({layers, std::max(for_layers, for_cells), most});
  const std::vector<int> order_of_layers = Shuffled(layers, random);
  const std::vector<int> order_of_times = Shuffled(times, random);
  std::vector<CheckedPart> parts;
  std::size_t next_layer = 0;
  for (int i = 0; i < count; ++i) {
    CheckedPart part;
    const int turn = all_folds ? i : i / folds + i % folds;
    part.time = order_of_times[static_cast<std::size_t>(turn % times)];
    for (int l = 0; l < layers_of_part; ++l) {
      part.layers.push_back(order_of_layers[next_layer++ % order_of_layers.size()]);
    }
    std::sort(part.layers.begin(), part.layers.end());
    part.folds = all_folds ? FirstOf(folds) : std::vector<int>{i % folds};
    parts.push_back(std::move(part));
  }
  // The best cell's part may have cells of others: of a small matrix too few would be left.
  const std::int64_t all = std::int64_t{layers} * times * folds;
  const std::int64_t fewest = std::min<std::int64_t>(all, kFewestCheckedCells);
  for (std::int64_t cell = 0; CertainCells(parts, folds) < fewest; ++cell) {
    CheckedPart part;
    part.time = order_of_times[static_cast<std::size_t>(cell % times)];
    part.layers = {order_of_layers[static_cast<std::size_t>(cell / times % layers)]};
    part.folds = {static_cast<int>(cell / times / layers)};
    if (CountNewCells(part, parts) > 0) parts.push_back(std::move(part));
  }
  return parts;
}

CheckedPart BestPart(const std::vector<TileScores>& tiles, int folds) {
  CheckedPart part{{0}, 0, FirstOf(FoldsOfBest(folds))};
  double best = -std::numeric_limits<double>::infinity();
  for (const TileScores& scores : tiles) {
    for (std::size_t cell = 0; cell < scores.score.size(); ++cell) {
      const int layer = scores.tile.layer_begin + static_cast<int>(cell) / scores.tile.time_count;
      const int time = scores.tile.time_begin + static_cast<int>(cell) % scores.tile.time_count;
      // Among equals the first, in whatever order the tiles came.
      const bool first = std::pair(layer, time) < std::pair(part.layers.front(), part.time);
      if (scores.score[cell] > best || (scores.score[cell] == best && first)) {
        best = scores.score[cell];
        part.layers.front() = layer;
        part.time = time;
      }
    }
  }
  return part;
}

std::int64_t CountNewCells(const CheckedPart& part, const std::vector<CheckedPart>& before) {
  const auto holds = [](const std::vector<int>& numbers, int number) {
    return std::binary_search(numbers.begin(), numbers.end(), number);
  };
  std::int64_t cells = 0;
  for (const int layer : part.layers) {
    for (const int fold : part.folds) {
      const bool is_there = std::any_of(before.begin(), before.end(), [&](const CheckedPart& one) {
        return one.time == part.time && holds(one.layers, layer) && holds(one.folds, fold);
      });
      if (!is_there) ++cells;
    }
  }
  return cells;
}

std::int64_t CertainCells(const std::vector<CheckedPart>& drawn, int folds) {
  const int folds_of_best = FoldsOfBest(folds);
  std::map<std::pair<int, int>, std::set<int>> folds_at;  // by layer and time
  for (const CheckedPart& part : drawn) {
    for (const int layer : part.layers) {
      folds_at[{layer, part.time}].insert(part.folds.begin(), part.folds.end());
    }
  }
  std::int64_t cells = 0;
  std::int64_t most_twice = 0;
  for (const auto& [at, seen] : folds_at) {
    cells += std::ssize(seen);
    const auto twice = std::distance(seen.begin(), seen.lower_bound(folds_of_best));
    most_twice = std::max<std::int64_t>(most_twice, twice);
  }
  return cells + folds_of_best - most_twice;
}

double ScoreOf(const std::vector<TileScores>& tiles, int layer, int time, int fold) {
  for (const TileScores& scores : tiles) {
    const Tile& tile = scores.tile;
    if (tile.kind != TileKind::kScores) continue;
    const int l = layer - tile.layer_begin;
    const int t = time - tile.time_begin;
    if (l < 0 || l >= tile.layer_count || t < 0 || t >= tile.time_count) continue;
    return scores.score_per_fold[static_cast<std::size_t>(
        (fold * tile.layer_count + l) * tile.time_count + t)];
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace brainalign
