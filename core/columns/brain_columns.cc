#include "core/columns/brain_columns.h"

#include <cmath>
#include <type_traits>

#include "core/columns/sensor_loops.h"
#include "core/linalg/unit_exponent.h"

namespace brainalign {
namespace {

// What standardises one sensor at one time sample over all words.
struct Standard {
  double origin = 0;
  double scale = 1;
};

Standard StandardOf(const Vector& values) {
  Standard standard;
  const auto count = static_cast<double>(values.size());
  SensorValues found;
  LookThrough(Size(values.size()), values.data(), &found);
  if (found.least == found.most) {
    standard.origin = values(0);  // exactly, so that a constant becomes exactly 0
    return standard;
  }
  standard.origin = found.sum / count;
  double squares = 0;
  SumSquaresAbout(Size(values.size()), values.data(), standard.origin, &squares);
  if (squares > 0) standard.scale = 1.0 / std::sqrt(squares / count);
  return standard;
}

}  // namespace

template <typename T>
std::vector<BrainColumns<T>> GatherSensors(const Epochs& epochs, const Segments& segments,
                                           SensorRange range, int time_begin,
                                           const std::vector<bool>& with_sums,
                                           SpareMatrices<T>& spare, const SessionTrends* trends) {
  const Eigen::Index words = segments.words();
  const Eigen::Index sensors = range.count;
  std::vector<BrainColumns<T>> columns(with_sums.size());
  std::vector<Vector> gathered(columns.size(), Vector(words));
  std::vector<double*> out;
  std::vector<Vector> origin(columns.size(), Vector(sensors));
  std::vector<Vector> scale(columns.size(), Vector(sensors));
  for (std::size_t t = 0; t < columns.size(); ++t) {
    out.push_back(gathered[t].data());
    columns[t].values = spare.Take(words, sensors);
  }
  // Values that T holds exactly are kept as they are until the sums are made.
  const bool exact = std::is_same_v<T, double> || (epochs.FitsFloat() && trends == nullptr);
  for (Eigen::Index sensor = 0; sensor < sensors; ++sensor) {
    epochs.Gather(range.begin + sensor, time_begin, static_cast<int>(columns.size()),
                  segments.word.data(), words, out.data());
    for (std::size_t t = 0; t < columns.size(); ++t) {
      // Standardised, it has no unit. Smaller types hold nothing that has to be scaled.
      if (!epochs.FitsFloat()) BringToUnit(gathered[t].data(), Size(words));
      if (trends != nullptr) trends->TakeOut(gathered[t]);
      const Standard standard = StandardOf(gathered[t]);
      // Else they are standardised before they are rounded: T may not hold their unit.
      origin[t](sensor) = exact ? standard.origin : 0.0;
      scale[t](sensor) = exact ? standard.scale : 1.0;
      if (exact) {
        columns[t].values.col(sensor) = gathered[t].template cast<T>();
      } else {
        columns[t].values.col(sensor) =
            ((gathered[t].array() - standard.origin) * standard.scale).matrix().template cast<T>();
      }
    }
  }
  for (std::size_t t = 0; t < columns.size(); ++t) {
    ColMatrix<T>& values = columns[t].values;
    if (with_sums[t]) {
      columns[t].segment_sums = SegmentFeatureSums(values, origin[t], scale[t], segments);
    }
    for (Eigen::Index sensor = 0; sensor < sensors; ++sensor) {
      Standardise(Size(words), origin[t](sensor), scale[t](sensor), values.col(sensor).data());
    }
  }
  return columns;
}

#define BRAINALIGN_INSTANTIATE(T)                                                 \
  template std::vector<BrainColumns<T>> GatherSensors<T>(                         \
      const Epochs&, const Segments&, SensorRange, int, const std::vector<bool>&, \
      SpareMatrices<T>&, const SessionTrends*);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
