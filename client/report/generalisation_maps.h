#ifndef BRAINALIGN_CLIENT_REPORT_GENERALISATION_MAPS_H_
#define BRAINALIGN_CLIENT_REPORT_GENERALISATION_MAPS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "client/report/color_scale.h"
#include "client/report/report_data.h"

namespace brainalign {

// Time generalisation as the page of a report holds it: small, for one map has as many cells as
// there are pairs of times.
struct GeneralisationMaps {
  std::size_t merged_times = 1;       // neighbouring times that each of the map's is the mean of
  std::vector<double> times_seconds;  // (B)
  std::vector<std::size_t> layers;    // (H) that have a map, ascending
  // (H) of B x B cells, that of the time of the fit first. A cell is two digits of base 64, in
  // the order of Base64: the place on the scale from 0 to kMostCode, or kNoCode for no score.
  std::vector<std::string> cells;

  static constexpr int kMostCode = 4094;
  static constexpr int kNoCode = 4095;
};

// The maps of a result that has some. Times are merged where there are more than 84. If the maps of
// all layers take more than `most_bytes`, layers are left out at even distances, but never that of
// the best score.
GeneralisationMaps MapsWithin(const ReportData& data, const ColorScale& scale,
                              std::size_t most_bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_GENERALISATION_MAPS_H_
