#include "core/columns/activation_columns.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "core/linalg/float_product.h"

namespace brainalign {
namespace {

constexpr std::int32_t kRowsProjectedAtOnce = 512;

// Components, features with one penalty, and a matrix that is compared as a whole depend on how
// large dimensions are beside each other. Correlations of rows depend on constant dimensions, too,
// of which trends leave nothing.
UnitsOf UnitsFor(const AlignmentSpec& spec, bool has_trends) {
  const bool together =
      spec.pca > 0 || IsSimilarity(spec.metric) || spec.direction == Direction::kModelToBrain;
  if (spec.metric == Metric::kRsa && spec.pca == 0 && !has_trends) return UnitsOf::kRows;
  return together ? UnitsOf::kLayers : UnitsOf::kDimensions;
}

}  // namespace

bool ComponentsFromSums(const Segments& segments, const AlignmentSpec& spec, Eigen::Index dims) {
  if (spec.pca == 0) return false;
  if (spec.pca_words == FitWords::kAll) return segments.words() >= dims;
  return std::all_of(segments.folds.begin(), segments.folds.end(),
                     [&](const FoldSets& sets) { return sets.train_count >= dims; });
}

PreparationBytes BytesToPrepare(const ProblemSize& size, Eigen::Index dims, bool from_sums,
                                bool with_statistics) {
  const auto d = static_cast<double>(dims);
  PreparationBytes bytes;
  if (size.components == 0) {
    const double read = size.words * std::min<double>(d, kStatisticsAtOnce);
    if (with_statistics) bytes.unit = size.value_bytes * read;
    return bytes;
  }
  // Of all fits at once.
  const double components = size.projections * size.components;
  const double projecting =
      size.value_bytes * (kRowsProjectedAtOnce * (d + components) + d * components);
  if (from_sums) {
    const ComponentsBytes finding = BytesOfComponents(size, dims);
    bytes.unit = std::max(finding.unit, projecting);
    bytes.layer = finding.held;
    bytes.sum = finding.sum;
    return bytes;
  }
  // One fit after the other: all words, or all but the test words of a fold.
  const auto fitted = static_cast<Eigen::Index>(size.words);
  bytes.unit = 8 * d * components +
               std::max(ProjectionFromWordsBytes(fitted, d, size.components), projecting);
  return bytes;
}

double ProjectedBytes(const ProblemSize& size, double columns) {
  return size.components == 0 ? 0 : size.projections * size.words * columns * size.value_bytes;
}

double StatisticsBytes(const ProblemSize& size, double columns) {
  return 8 * 2 * size.folds * size.sets() * columns;
}

template <typename T>
ActivationColumns<T>::ActivationColumns(const std::vector<LayerInput>& layers,
                                        std::vector<std::int64_t> words, const Segments& segments,
                                        const AlignmentSpec& spec, bool with_statistics,
                                        const SessionTrends* trends,
                                        NuisanceRegressions<T>* nuisance)
    : rows_(layers, std::move(words), UnitsFor(spec, trends != nullptr), trends),
      segments_(segments),
      spec_(spec),
      with_statistics_(with_statistics),
      nuisance_(nuisance),
      taken_out_(nuisance != nullptr ? layers.size() : 0),
      column_begin_({0}),
      components_memory_(std::make_unique<ComponentsMemory>()),
      components_(layers.size()),
      statistics_(segments.folds.size(), std::vector<FoldTargets>(layers.size())) {
  for (const LayerInput& layer : layers) {
    const int width = projected() ? spec.pca : static_cast<int>(layer.features());
    column_begin_.push_back(column_begin_.back() + width);
  }
}

template <typename T>
const std::vector<PreparationStep>& ActivationColumns<T>::FixSteps(
    const PreparationLimits& limits) {
  PreparationShape shape;
  shape.folds = static_cast<int>(segments_.folds.size());
  shape.fits = components_per_fold() ? shape.folds : 1;
  shape.is_projected = projected();
  shape.takes_out = takes_out();
  for (int layer = 0; layer < static_cast<int>(layer_count()); ++layer) {
    const bool from_sums = ComponentsFromSums(segments_, spec_, rows_.width(layer));
    shape.from_sums.push_back(from_sums);
    if (!from_sums) continue;
    components_[static_cast<std::size_t>(layer)] = std::make_unique<LayerComponents<T>>(
        rows_, layer, segments_, spec_.pca, components_per_fold(), *components_memory_);
    fits_left_ += shape.fits;
  }
  steps_ = StepsOfPreparation(shape, limits);
  return steps_;
}

template <typename T>
void ActivationColumns<T>::Release() {
  components_.clear();
  components_memory_->Clear();
  projected_.clear();
  memory_.clear();
  statistics_.clear();
  taken_out_.clear();
}

template <typename T>
absl::Status ActivationColumns<T>::Allocate() {
  const std::size_t blocks = components_per_fold() ? segments_.folds.size() : 1;
  const auto size_bytes = static_cast<std::int64_t>(sizeof(T)) * segments_.words() * columns();
  for (std::size_t block = 0; block < blocks; ++block) {
    absl::StatusOr<std::unique_ptr<ScratchMemory>> memory =
        ScratchMemory::Allocate(size_bytes, scratch_folder_);
    if (!memory.ok()) return memory.status();
    memory_.push_back(*std::move(memory));
    projected_.emplace_back(static_cast<T*>(memory_.back()->data()), segments_.words(), columns());
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status ActivationColumns<T>::CheckIntact() const {
  for (const std::unique_ptr<ScratchMemory>& memory : memory_) {
    if (absl::Status status = memory->CheckIntact(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status ActivationColumns<T>::RunStep(int step, const CancelFlag& cancel) {
  const PreparationStep& now = steps_[static_cast<std::size_t>(step)];
  std::unique_ptr<LayerComponents<T>>& components =
      components_[static_cast<std::size_t>(now.layer)];
  switch (now.task) {
    case PreparationTask::kAllocate:
      return Allocate();
    case PreparationTask::kNuisance:
      return nuisance_->Make(cancel);
    case PreparationTask::kWhole:
      return PrepareWhole(now.layer, cancel);
    case PreparationTask::kMeans:
      return FindMeans(now.layer, cancel);
    case PreparationTask::kSum:
      return components->Sum(now.part, cancel);
    case PreparationTask::kFit: {
      absl::Status status = components->Fit(now.part, cancel);
      if (status.ok() && --fits_left_ == 0) components_memory_->Clear();
      return status;
    }
    case PreparationTask::kProject:
      return ProjectPart(now.layer, now.part, cancel);
    case PreparationTask::kFinish:
      components.reset();
      return Finish(now.layer, cancel);
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status ActivationColumns<T>::PrepareWhole(int layer, const CancelFlag& cancel) {
  absl::Status status = FindMeans(layer, cancel);
  if (!status.ok()) return status;
  if (projected()) {
    // So memory that other layers have left does not add to that of this one.
    components_memory_->Clear();
    const absl::StatusOr<std::vector<Projection>> projections = FitOnWords(layer, cancel);
    if (!projections.ok()) return projections.status();
    status = ProjectWords(layer, *projections, 0, segments_.words(), cancel);
    if (!status.ok()) return status;
  }
  return Finish(layer, cancel);
}

template <typename T>
absl::Status ActivationColumns<T>::Finish(int layer, const CancelFlag& cancel) {
  if (nuisance_ != nullptr) {
    absl::StatusOr<std::vector<NuisanceWeights>> weights = nuisance_->Fit(*this, layer, cancel);
    if (!weights.ok()) return weights.status();
    taken_out_[static_cast<std::size_t>(layer)] = *std::move(weights);
  }
  if (with_statistics_) FillStatistics(layer);
  return CheckIntact();
}

template <typename T>
absl::Status ActivationColumns<T>::ProjectPart(int layer, int part, const CancelFlag& cancel) {
  const std::int32_t words = segments_.words();
  // Whole blocks, so that the same rows are multiplied at once however many parts there are.
  const std::int32_t blocks = (words + kRowsProjectedAtOnce - 1) / kRowsProjectedAtOnce;
  const auto boundary = [&](int p) {
    return std::min(words, blocks * p / kProjectionParts * kRowsProjectedAtOnce);
  };
  return ProjectWords(layer, components_[static_cast<std::size_t>(layer)]->projections(),
                      boundary(part), boundary(part + 1), cancel);
}

template <typename T>
absl::StatusOr<std::vector<Projection>> ActivationColumns<T>::FitOnWords(
    int layer, const CancelFlag& cancel) const {
  std::vector<Projection> projections;
  for (std::size_t fit = 0; fit < projected_.size(); ++fit) {
    std::vector<std::int32_t> positions;
    if (components_per_fold()) {
      positions = TrainPositions(segments_, segments_.folds[fit]);
    } else {
      for (std::int32_t p = 0; p < segments_.words(); ++p) positions.push_back(p);
    }
    absl::StatusOr<Projection> projection =
        ProjectionFromWords(rows_.At(layer, positions), spec_.pca, cancel);
    if (!projection.ok()) return projection.status();
    projections.push_back(*std::move(projection));
  }
  return projections;
}

template <typename T>
absl::Status ActivationColumns<T>::ProjectWords(int layer,
                                                const std::vector<Projection>& projections,
                                                std::int32_t begin, std::int32_t end,
                                                const CancelFlag& cancel) {
  const Eigen::Index width = projections.front().components.rows();
  const auto fits = static_cast<Eigen::Index>(projections.size());
  RowMatrix<T> components(width, fits * spec_.pca);
  Eigen::Matrix<T, 1, Eigen::Dynamic> origin(components.cols());
  for (Eigen::Index fit = 0; fit < fits; ++fit) {
    const Projection& projection = projections[static_cast<std::size_t>(fit)];
    components.middleCols(fit * spec_.pca, spec_.pca) = projection.components.template cast<T>();
    origin.segment(fit * spec_.pca, spec_.pca) =
        (projection.mean.transpose() * projection.components).template cast<T>();
  }
  RowMatrix<T> block;
  RowMatrix<T> rotated;
  for (std::int32_t row = begin; row < end; row += kRowsProjectedAtOnce) {
    if (cancel) return CancelledByFlag();
    const std::int32_t count = std::min(kRowsProjectedAtOnce, end - row);
    block.resize(count, width);
    rows_.Load(layer, row, count, 0, static_cast<int>(width), block);
    if constexpr (std::is_same_v<T, float>) {
      MultiplyFloat(ByRows(block), ByRows(components), rotated);
    } else {
      rotated.noalias() = block * components;
    }
    rotated.rowwise() -= origin;
    for (Eigen::Index fit = 0; fit < fits; ++fit) {
      projected_[static_cast<std::size_t>(fit)].block(row, column_begin(layer), count, spec_.pca) =
          rotated.middleCols(fit * spec_.pca, spec_.pca);
    }
  }
  return absl::OkStatus();
}

template <typename T>
RowMatrixRef<T> ActivationColumns<T>::WithNuisance(int fold, int begin, int end,
                                                   RowMatrix<T>& storage) const {
  if (projected()) {
    const Eigen::Map<RowMatrix<T>>& all =
        projected_[components_per_fold() ? static_cast<std::size_t>(fold) : 0];
    return all.middleCols(begin, end - begin);
  }
  return Rows(0, segments_.words(), begin, end, storage);
}

template <typename T>
RowMatrixRef<T> ActivationColumns<T>::Rows(std::int32_t row_begin, std::int32_t row_count,
                                           int begin, int end, RowMatrix<T>& storage) const {
  if (projected()) return projected_.front().block(row_begin, begin, row_count, end - begin);
  storage.resize(row_count, end - begin);
  for (std::size_t layer = 0; layer < layer_count(); ++layer) {
    const int from = std::max(begin, column_begin_[layer]);
    const int to = std::min(end, column_begin_[layer + 1]);
    if (from >= to) continue;
    rows_.Load(static_cast<int>(layer), row_begin, row_count, from - column_begin_[layer],
               to - column_begin_[layer], storage.middleCols(from - begin, to - from));
  }
  return storage;
}

template <typename T>
Tensor ActivationColumns<T>::AsInput(int layer, int fold, std::int64_t words_given) const {
  RowMatrix<T> storage;
  const RowMatrixRef<T> values =
      Columns(fold, column_begin(layer), column_begin(layer + 1), storage);
  std::vector<std::byte> bytes(Size(words_given * values.cols()) * sizeof(T));
  Eigen::Map<RowMatrix<T>> given(reinterpret_cast<T*>(bytes.data()), words_given, values.cols());
  for (Eigen::Index position = 0; position < values.rows(); ++position) {
    given.row(rows_.word(position)) = values.row(position);
  }
  constexpr DType kType = std::is_same_v<T, float> ? DType::kF32 : DType::kF64;
  return Tensor::FromBytes({kType, {words_given, values.cols()}, Order::kC}, std::move(bytes))
      .value();
}

template <>
Bf16Targets ActivationColumns<float>::RowsInBf16(std::int32_t row_begin, std::int32_t row_count,
                                                 int begin, int end) const {
  constexpr std::int64_t kSize = sizeof(std::uint16_t);
  bool came_as_bf16 = !projected();
  for (std::size_t layer = 0; layer < layer_count(); ++layer) {
    const Tensor& tensor = rows_.tensor(static_cast<int>(layer));
    came_as_bf16 = came_as_bf16 && rows_.as_stored(static_cast<int>(layer)) &&
                   tensor.dtype() == DType::kBF16 && tensor.stride(1) == 1;
  }
  Bf16Targets targets;
  if (!came_as_bf16) {
    RowMatrix<float> storage;
    targets = RoundToBf16(Rows(row_begin, row_count, begin, end, storage));
    targets.first_word = row_begin;
    return targets;
  }
  targets.first_word = row_begin;
  targets.shift = Shift(begin, end);
  for (std::size_t layer = 0; layer < layer_count(); ++layer) {
    const int from = std::max(begin, column_begin_[layer]);
    const int to = std::min(end, column_begin_[layer + 1]);
    if (from >= to) continue;
    const Tensor& tensor = rows_.tensor(static_cast<int>(layer));
    const auto source_of = [&](std::int64_t i) {
      return rows_.Source(static_cast<int>(layer), row_begin + i, from - column_begin_[layer]);
    };
    if (to - from == end - begin && rows_.InOrder(row_begin, row_count)) {
      targets.rounded = {reinterpret_cast<const std::uint16_t*>(source_of(0)), row_count,
                         end - begin, tensor.stride(0)};
      return targets;
    }
    targets.copies.resize(static_cast<std::size_t>(row_count) *
                          static_cast<std::size_t>(end - begin));
    for (std::int64_t i = 0; i < row_count; ++i) {
      std::memcpy(targets.copies.data() + i * (end - begin) + from - begin, source_of(i),
                  static_cast<std::size_t>((to - from) * kSize));
    }
  }
  targets.rounded = {targets.copies.data(), row_count, end - begin, end - begin};
  return targets;
}

template <typename T>
Eigen::ArrayXd ActivationColumns<T>::WithNuisanceShift(int begin, int end) const {
  Eigen::ArrayXd shift = Eigen::ArrayXd::Zero(end - begin);
  if (projected()) return shift;
  for (std::size_t layer = 0; layer < layer_count(); ++layer) {
    const int from = std::max(begin, column_begin_[layer]);
    const int to = std::min(end, column_begin_[layer + 1]);
    if (from >= to) continue;
    shift.segment(from - begin, to - from) = rows_.shift(static_cast<int>(layer))
                                                 .segment(from - column_begin_[layer], to - from)
                                                 .array();
  }
  return shift;
}

template class ActivationColumns<float>;
template class ActivationColumns<double>;

}  // namespace brainalign
