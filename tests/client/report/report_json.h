#ifndef BRAINALIGN_TESTS_CLIENT_REPORT_REPORT_JSON_H_
#define BRAINALIGN_TESTS_CLIENT_REPORT_REPORT_JSON_H_

#include <nlohmann/json.hpp>
#include <string>

namespace brainalign {

// A result of two layers and three times, as a file has it.
inline nlohmann::ordered_json ReportJson() {
  return nlohmann::ordered_json::parse(R"({
    "score": [[0.01, 0.25, 0.02], [0.0, 0.03, 0.4]],
    "times": [-0.1, 0.0, 0.1],
    "depth": [0.5, 1.0],
    "layer_names": ["first", "second"],
    "t_max": [0.0, 0.1],
    "temporal_score": 1.0,
    "temporal_score_p": 0.01,
    "notes": ["2 words were dropped."],
    "options": {"preset": "strict", "metric": "pearson", "alphas": [1, 10]},
    "numerics_version": "7"
  })");
}

// The same with the numbers that tell how certain it is.
inline nlohmann::ordered_json UncertainReportJson() {
  nlohmann::ordered_json json = ReportJson();
  json["uncertainty"] = nlohmann::ordered_json::parse(R"({
    "no_relation": {"nulls": 199, "p_max": 0.005, "familywise_threshold": 0.125,
                    "min_shift_words": 7,
                    "p_familywise": [[0.5, 0.005, 0.6], [0.7, 0.4, 0.005]]},
    "t_quantile": 2.0, "se_refit": [[0.01, 0.02, 0.01], [0.01, 0.01, 0.03]],
    "t_max_interval": [[-0.05, null], [0.05, null]],
    "slope_interval": [0.1, 0.3],
    "order": {"p_temporal_score": 0.02}, "draws": 2000, "seed": 1,
    "blocks": {"words": 20, "count": 45, "df": 40},
    "cautions": [{"name": "drift", "text": "The two sides may share a drift."}]
  })");
  return json;
}

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_REPORT_REPORT_JSON_H_
