#include "core/align/result_arrays.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// False if a value does not fit the type of `numbers`.
template <typename Number>
bool Assign(const std::vector<double>& values, std::vector<Number>& numbers) {
  if constexpr (!std::is_same_v<Number, double>) {
    const auto fits = [](double value) {
      return value >= static_cast<double>(std::numeric_limits<Number>::min()) &&
             value <= static_cast<double>(std::numeric_limits<Number>::max());
    };
    if (!std::all_of(values.begin(), values.end(), fits)) return false;
  }
  numbers.assign(values.begin(), values.end());
  return true;
}

// A row for a member of AlignmentResult that is a vector of numbers. `member` returns a reference
// to it.
template <typename Member>
ResultArrayRow RowOf(ArraySpec spec, bool is_read_off, Member member) {
  return {.spec = std::move(spec),
          .is_read_off = is_read_off,
          .is_optional = false,
          .values =
              [member](const AlignmentResult& result) {
                const auto& numbers = member(result);
                return std::vector<double>(numbers.begin(), numbers.end());
              },
          .set = [member](const std::vector<double>& values,
                          AlignmentResult& result) { return Assign(values, member(result)); }};
}

template <typename Member>
ResultArrayRow OptionalRowOf(ArraySpec spec, Member member) {
  ResultArrayRow row = RowOf(std::move(spec), /*is_read_off=*/false, member);
  row.is_optional = true;
  return row;
}

std::vector<double> WindowValues(const AlignmentResult& result) {
  std::vector<double> values;
  for (const WindowMean& window : result.readout.windows) {
    values.insert(values.end(), window.mean.begin(), window.mean.end());
  }
  return values;
}

bool SetWindows(const std::vector<double>& values, AlignmentResult& result) {
  const std::vector<double>& bounds = result.spec.window_bounds_seconds;
  const auto layers = static_cast<std::ptrdiff_t>(result.depth.size());
  result.readout.windows.clear();
  auto next = values.begin();
  for (std::size_t w = 0; w < bounds.size(); ++w, next += layers) {
    result.readout.windows.push_back(
        {bounds[w], w + 1 < bounds.size() ? bounds[w + 1] : std::numeric_limits<double>::infinity(),
         std::vector<double>(next, next + layers)});
  }
  return true;
}

// One array that tiles have boxes of.
struct TileArrayRow {
  TileKind kind;
  ArraySpec spec;
  std::function<std::vector<double>(const TileScores&)> values;
  std::function<bool(const std::vector<double>&, TileScores&)> set;
};

template <typename Member>
TileArrayRow TileRowOf(TileKind kind, ArraySpec spec, Member member) {
  return {.kind = kind,
          .spec = std::move(spec),
          .values =
              [member](const TileScores& tile) {
                const auto& numbers = member(tile);
                return std::vector<double>(numbers.begin(), numbers.end());
              },
          .set = [member](const std::vector<double>& values,
                          TileScores& tile) { return Assign(values, member(tile)); }};
}

ArraySpec ScoreSpec() { return {"score", {"layer", "time"}, DType::kF64, false}; }
ArraySpec ScorePerFoldSpec() {
  return {"score_per_fold", {"fold", "layer", "time"}, DType::kF64, false};
}
ArraySpec ScorePerTargetSpec() { return {"score_per_target", {"layer", "time", "target"}}; }
ArraySpec ScorePerSensorSpec() { return {"score_per_sensor", {"layer", "time", "sensor"}}; }
ArraySpec BrainToNuisanceSpec() { return {"brain_to_nuisance", {"time", "nuisance"}}; }
ArraySpec ScoreOfBandSpec() { return {"score_of_band", {"layer", "time", "band"}}; }
ArraySpec ProductMeasureSpec() { return {"product_measure", {"layer", "time", "band"}}; }
ArraySpec AlphaCountsSpec() { return {"alpha_counts", {"layer", "alpha"}, DType::kI64, true}; }
ArraySpec NullScoresSpec() { return {"null_scores", {"null", "layer", "time"}}; }
ArraySpec ScoreForNullsSpec() { return {"score_for_nulls", {"layer", "time"}}; }
ArraySpec HeldOutSpec() { return {"influence_held_out", {"block", "layer", "time"}}; }
ArraySpec TimeGeneralisationSpec() {
  return {"time_generalisation", {"layer", "time", "test_time"}};
}
ArraySpec RefitSpec() { return {"influence_refit", {"block", "layer", "time"}}; }
ArraySpec AlphasSpec() { return {"influence_alphas", {"inner_fold", "layer", "time"}}; }

const std::vector<TileArrayRow>& TileRows() {
  static const auto& rows = *new std::vector<TileArrayRow>{
      TileRowOf(
          TileKind::kScores, ScoreSpec(), [](auto& tile) -> auto& { return tile.score; }),
      TileRowOf(
          TileKind::kScores, ScorePerFoldSpec(),
          [](auto& tile) -> auto& { return tile.score_per_fold; }),
      TileRowOf(
          TileKind::kScores, AlphaCountsSpec(),
          [](auto& tile) -> auto& { return tile.alpha_counts; }),
      TileRowOf(
          TileKind::kScores, ScorePerTargetSpec(),
          [](auto& tile) -> auto& { return tile.score_per_target; }),
      TileRowOf(
          TileKind::kScores, ScorePerSensorSpec(),
          [](auto& tile) -> auto& { return tile.score_per_sensor; }),
      TileRowOf(
          TileKind::kScores, BrainToNuisanceSpec(),
          [](auto& tile) -> auto& { return tile.brain_to_nuisance; }),
      TileRowOf(
          TileKind::kScores, ScoreOfBandSpec(),
          [](auto& tile) -> auto& { return tile.score_of_band; }),
      TileRowOf(
          TileKind::kScores, ProductMeasureSpec(),
          [](auto& tile) -> auto& { return tile.product_measure; }),
      TileRowOf(
          TileKind::kNulls, NullScoresSpec(), [](auto& tile) -> auto& { return tile.null_scores; }),
      TileRowOf(
          TileKind::kNulls, ScoreForNullsSpec(),
          [](auto& tile) -> auto& { return tile.score_for_nulls; }),
      TileRowOf(
          TileKind::kInfluence, HeldOutSpec(),
          [](auto& tile) -> auto& { return tile.held_out_influence; }),
      TileRowOf(
          TileKind::kInfluence, RefitSpec(),
          [](auto& tile) -> auto& { return tile.refit_influence; }),
      TileRowOf(
          TileKind::kInfluence, AlphasSpec(),
          [](auto& tile) -> auto& { return tile.alphas_influence; }),
      TileRowOf(
          TileKind::kTimeGeneralisation, TimeGeneralisationSpec(),
          [](auto& tile) -> auto& { return tile.time_generalisation; }),
  };
  return rows;
}

// Whether it is the first array of its kind of tile. Its box determines the kind and the rectangle.
bool TellsKind(const TileArrayRow& row) {
  const std::vector<TileArrayRow>& rows = TileRows();
  return &*std::find_if(rows.begin(), rows.end(),
                        [&](const TileArrayRow& one) { return one.kind == row.kind; }) == &row;
}

// The stretch of an axis that a tile covers; nothing for an axis that it covers as a whole.
std::optional<std::pair<std::int64_t, std::int64_t>> BeginAndCount(const Tile& tile,
                                                                   const std::string& axis) {
  if (axis == "layer") return std::pair(tile.layer_begin, tile.layer_count);
  if (axis == "time") return std::pair(tile.time_begin, tile.time_count);
  if (axis == "null") return std::pair(tile.null_begin, tile.null_count);
  return std::nullopt;
}

// The box of the elements of `spec` that a tile covers, without values. At most one axis is covered
// as a whole, by as many as `values` fill.
ArrayBox BoxOf(const ArraySpec& spec, const Tile& tile, std::size_t values) {
  ArrayBox box{spec.name, {}, {}, {}};
  std::int64_t others = static_cast<std::int64_t>(values);
  for (const std::string& axis : spec.axes) {
    const auto stretch = BeginAndCount(tile, axis);
    if (stretch.has_value()) others = stretch->second > 0 ? others / stretch->second : 0;
  }
  for (const std::string& axis : spec.axes) {
    const auto [begin, count] = BeginAndCount(tile, axis).value_or(std::pair(0, others));
    box.begin.push_back(begin);
    box.count.push_back(count);
  }
  return box;
}

const ArrayBox* FindBox(const std::vector<ArrayBox>& boxes, const std::string& array) {
  const auto found = std::find_if(boxes.begin(), boxes.end(),
                                  [&](const ArrayBox& box) { return box.array == array; });
  return found == boxes.end() ? nullptr : &*found;
}

// The tile that `box` covers. Its array determines the kind.
absl::StatusOr<Tile> TileOfBox(const TileArrayRow& row, const ArrayBox& box) {
  constexpr std::int64_t kLargestIndex = std::numeric_limits<int>::max();
  std::vector<std::int64_t> numbers = box.begin;
  numbers.insert(numbers.end(), box.count.begin(), box.count.end());
  const bool fits = std::all_of(numbers.begin(), numbers.end(), [](std::int64_t number) {
    return number >= 0 && number <= kLargestIndex;
  });
  const std::size_t axes = row.spec.axes.size();
  if (box.begin.size() != axes || box.count.size() != axes || !fits) {
    return absl::InvalidArgumentError(
        absl::StrCat("the box of ", row.spec.name, " is no rectangle of layers and times"));
  }
  const auto along = [&](const char* axis, const std::vector<std::int64_t>& of) {
    const auto at = std::find(row.spec.axes.begin(), row.spec.axes.end(), axis);
    return static_cast<int>(of[static_cast<std::size_t>(at - row.spec.axes.begin())]);
  };
  Tile tile{along("layer", box.begin), along("layer", box.count), along("time", box.begin),
            along("time", box.count)};
  tile.kind = row.kind;
  if (row.kind == TileKind::kNulls) {
    tile.null_begin = along("null", box.begin);
    tile.null_count = along("null", box.count);
  }
  return tile;
}

}  // namespace

const std::vector<ResultArrayRow>& ResultArrays() {
  constexpr bool kReadOff = true;
  static const auto& rows = *new std::vector<ResultArrayRow>{
      RowOf(
          ScoreSpec(), false, [](auto& r) -> auto& { return r.score; }),
      RowOf(
          ScorePerFoldSpec(), false, [](auto& r) -> auto& { return r.score_per_fold; }),
      RowOf(
          AlphaCountsSpec(), false, [](auto& r) -> auto& { return r.alpha_counts; }),
      RowOf(
          {"t_max", {"layer"}}, kReadOff, [](auto& r) -> auto& { return r.readout.t_max; }),
      RowOf(
          {"t_argmax", {"layer"}}, kReadOff, [](auto& r) -> auto& { return r.readout.t_argmax; }),
      RowOf(
          {"t_max_contiguous", {"layer"}, DType::kI64}, kReadOff,
          [](auto& r) -> auto& { return r.readout.t_max_contiguous; }),
      {{"window_mean", {"window", "layer"}}, kReadOff, false, WindowValues, SetWindows},
      RowOf(
          {"window_of_maximum", {"layer"}, DType::kI64}, kReadOff,
          [](auto& r) -> auto& { return r.readout.window_of_maximum; }),
      RowOf(
          {"fold_sizes", {"fold"}, DType::kI64}, false,
          [](auto& r) -> auto& { return r.input.fold_sizes; }),
      RowOf(
          {"training_sizes", {"fold"}, DType::kI64}, false,
          [](auto& r) -> auto& { return r.input.training_sizes; }),
      RowOf(
          {"purged_words", {"fold"}, DType::kI64}, false,
          [](auto& r) -> auto& { return r.input.purged_words; }),
      RowOf(
          {"constant_sensors", {"constant_sensor"}, DType::kI64}, false,
          [](auto& r) -> auto& { return r.input.constant_sensors; }),
      OptionalRowOf(
          ScorePerTargetSpec(), [](auto& r) -> auto& { return r.score_per_target; }),
      OptionalRowOf(
          ScorePerSensorSpec(), [](auto& r) -> auto& { return r.score_per_sensor; }),
      OptionalRowOf(
          TimeGeneralisationSpec(), [](auto& r) -> auto& { return r.time_generalisation; }),
      OptionalRowOf(
          {"nuisance_to_model", {"layer"}}, [](auto& r) -> auto& { return r.nuisance_to_model; }),
      OptionalRowOf(
          BrainToNuisanceSpec(), [](auto& r) -> auto& { return r.brain_to_nuisance; }),
      OptionalRowOf(
          ScoreOfBandSpec(), [](auto& r) -> auto& { return r.score_of_band; }),
      OptionalRowOf(
          ProductMeasureSpec(), [](auto& r) -> auto& { return r.product_measure; }),
      OptionalRowOf(
          NullScoresSpec(), [](auto& r) -> auto& { return r.null_scores; }),
      OptionalRowOf(
          ScoreForNullsSpec(), [](auto& r) -> auto& { return r.score_for_nulls; }),
      OptionalRowOf(
          HeldOutSpec(), [](auto& r) -> auto& { return r.held_out_influence; }),
      OptionalRowOf(
          RefitSpec(), [](auto& r) -> auto& { return r.refit_influence; }),
      OptionalRowOf(
          AlphasSpec(), [](auto& r) -> auto& { return r.alphas_influence; }),
      OptionalRowOf(
          {"fold_of_block", {"block"}, DType::kI64},
          [](auto& r) -> auto& { return r.uncertainty_facts.fold_of_block; }),
      OptionalRowOf(
          {"words_of_block", {"block"}, DType::kI64},
          [](auto& r) -> auto& { return r.uncertainty_facts.words_of_block; }),
      OptionalRowOf(
          {"autocorrelation_lag_1", {"layer"}},
          [](auto& r) -> auto& { return r.autocorrelation_lag_1; }),
      OptionalRowOf(
          {"autocorrelation_integral", {"layer"}},
          [](auto& r) -> auto& { return r.autocorrelation_integral; }),
  };
  return rows;
}

std::vector<ArraySpec> TileArrays() {
  std::vector<ArraySpec> specs;
  for (const TileArrayRow& row : TileRows()) specs.push_back(row.spec);
  return specs;
}

std::vector<ArraySpec> TileArrays(const std::vector<Axis>& axes) {
  std::vector<ArraySpec> specs;
  for (const TileArrayRow& row : TileRows()) {
    const auto is_there = [&](const std::string& axis) { return FindAxis(axes, axis)->size > 0; };
    const bool of_kind = row.kind == TileKind::kNulls                ? is_there("null")
                         : row.kind == TileKind::kInfluence          ? is_there("block")
                         : row.kind == TileKind::kTimeGeneralisation ? is_there("test_time")
                                                                     : true;
    const std::string& first = row.spec.axes.front();
    const std::string& last = row.spec.axes.back();
    // Nuisance is taken out, or is a band.
    const bool was_asked_for =
        last == "nuisance"
            ? is_there(last) && !is_there("band")
            : (last != "target" && last != "sensor" && last != "band") || is_there(last);
    const bool has_alphas = first != "inner_fold" || is_there(first);
    if (of_kind && was_asked_for && has_alphas) specs.push_back(row.spec);
  }
  return specs;
}

std::vector<ArrayBox> BoxesOf(const TileScores& tile) {
  std::vector<ArrayBox> boxes;
  for (const TileArrayRow& row : TileRows()) {
    if (row.kind != tile.tile.kind) continue;
    std::vector<double> values = row.values(tile);
    if (values.empty() && !TellsKind(row)) continue;
    boxes.push_back(BoxOf(row.spec, tile.tile, values.size()));
    boxes.back().values = std::move(values);
  }
  return boxes;
}

absl::StatusOr<TileScores> TileOfBoxes(int index, const std::vector<ArrayBox>& boxes) {
  const std::vector<TileArrayRow>& rows = TileRows();
  const auto first = std::find_if(rows.begin(), rows.end(), [&](const TileArrayRow& row) {
    return TellsKind(row) && FindBox(boxes, row.spec.name) != nullptr;
  });
  if (first == rows.end()) {
    return absl::InvalidArgumentError(
        "there is no box of score, null_scores, influence_held_out or time_generalisation");
  }
  const absl::StatusOr<Tile> tile = TileOfBox(*first, *FindBox(boxes, first->spec.name));
  if (!tile.ok()) return tile.status();
  TileScores scores;
  scores.index = index;
  scores.tile = *tile;
  for (const TileArrayRow& row : rows) {
    const ArrayBox* const box = row.kind == tile->kind ? FindBox(boxes, row.spec.name) : nullptr;
    if (box == nullptr) continue;
    const ArrayBox expected = BoxOf(row.spec, *tile, box->values.size());
    const auto count = static_cast<std::int64_t>(box->values.size());
    if (box->begin != expected.begin || box->count != expected.count ||
        ElementCount(box->count) != count || !row.set(box->values, scores)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the box of ", row.spec.name, " does not fit its ", count,
                       " elements, their type, or the box of ", first->spec.name));
    }
  }
  return scores;
}

}  // namespace brainalign
