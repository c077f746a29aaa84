#include "client/report/ceiling_json.h"

#include <cstddef>

#include "client/report/json_values.h"

namespace brainalign {

const char kCeilingBeginning[] = "{\n \"ceiling\":";

std::string CeilingToJson(const RepeatCeiling& ceiling, const std::vector<double>& times_seconds,
                          const std::vector<std::string>& notes) {
  using Json = nlohmann::ordered_json;
  const auto cells = [&](const std::vector<double>& values) {
    return JsonMatrix(values, 0, static_cast<std::size_t>(ceiling.sensors),
                      static_cast<std::size_t>(ceiling.times));
  };
  const Json json = {
      {"ceiling",
       {{"median_of_one", ceiling.median_of_one},
        {"median_of_mean", ceiling.median_of_mean},
        {"of_one", cells(ceiling.ceiling_of_one)},
        {"of_mean", cells(ceiling.ceiling_of_mean)},
        {"half_correlation", cells(ceiling.half_correlation)}}},
      {"times", times_seconds},
      {"items", ceiling.items},
      {"presentations", ceiling.presentations},
      {"presentations_per_half", ceiling.presentations_per_half},
      {"constant_sensors", ceiling.constant_sensors},
      {"notes", notes},
  };
  return Written(json);
}

}  // namespace brainalign
